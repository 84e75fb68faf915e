// Data files as verbs read them: how a file was read is told, since some of it may have been guessed.

import { type DataReading, type DataTask, describeReading, formatOf } from "@carom/core/data";
import { takenFromFile } from "../host/classifier.ts";
import { loadDataset } from "../host/data.ts";
import type { LoadedData } from "../host/loadedData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { isParquet } from "../host/parquet.ts";
import { holdNote } from "../terminal/notes.ts";

/** What decides whether the reading is told on standard error: a JSON document holds it as a field. */
export type Telling = { readonly quiet?: boolean; readonly json?: boolean };

/** The dataset in a file, read as the options say; one line on standard error will tell how. */
export async function readData(spec: string, options: DataTask & Telling = {}): Promise<LoadedData> {
  const loaded = await loadDataset(spec, options);
  tellReading(spec, loaded.reading, options);
  return loaded;
}

/**
 * The same for data that a model file takes: of a table with every column that it takes by name, those are the
 * features.
 *
 * @param model its path; undefined where there is none, or it is no file
 */
export async function readDataFor(
  model: string | undefined,
  spec: string,
  options: DataTask & ModelOptions & Telling,
): Promise<LoadedData> {
  const taken = await takenOf(model, spec, options);
  return readData(spec, { ...options, ...(taken && { taken }) });
}

/** The columns of a table that a model file takes by name; undefined where it names none or the data are no table. */
export async function takenOf(
  model: string | undefined,
  spec: string,
  options: ModelOptions,
): Promise<DataTask["taken"]> {
  const isTable = isParquet(spec) || formatOf(spec)?.format.options.includes("categorical") === true;
  return isTable && model !== undefined ? takenFromFile(model, options) : undefined;
}

/** One line on standard error about how a file was read, in the words of whoever asked. */
export function tellReading(
  file: string,
  reading: DataReading,
  { quiet, json }: Telling,
  inWords = (sentence: string) => sentence,
): void {
  if (!quiet && !json) holdNote(inWords(describeReading(file, reading)));
}
