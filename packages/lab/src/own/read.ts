// A stranger's model and data, opened and inspected with the core alone.

import {
  argMax,
  type Dataset,
  dataset,
  denseRows,
  errorRate,
  featureCount,
  InputError,
  type Model,
  modelFromBytes,
  type OpenModel,
  openModel,
  type Runtime,
  readModel,
  rowCount,
  writeModel,
} from "@carom/core";
import { type DataFormat, dataFormats, describeReading, formatOf, meaningOfBytes, spreadRows } from "@carom/core/data";
import {
  assumedOrder,
  checkModel,
  columnsFor,
  countOperators,
  countParameters,
  normalizedModel,
  roundingWarning,
  rowsFor,
  rowsOfInputs,
  takenColumns,
  withSizes,
} from "@carom/core/models";
import { dataFile } from "./files.ts";
import type { DataChoices, ModelChoices } from "./options.ts";
import { inPageWords } from "./words.ts";

/** A file that was dropped on the page. */
export interface OwnFile {
  readonly name: string;
  /** The path of the folder that it came in; absent where it came by itself. */
  readonly folder?: string;
  readonly bytes: Uint8Array;
}

/** Data that were read. */
export interface OwnData {
  readonly data: Dataset;
  /** How they were read, in a sentence. */
  readonly reading: string;
}

/** The path of a file below the folders that were dropped. */
export const pathOf = ({ name, folder = "" }: OwnFile): string => (folder === "" ? name : `${folder}/${name}`);

/** Whether a file is a model, by its name. */
export const isModel = ({ name }: OwnFile): boolean => /\.onnx$/i.test(name);

/** The options that say something about such data. @throws InputError for a file of no format that the core reads */
export function heededBy({ name }: OwnFile): readonly (keyof DataChoices)[] {
  return ["box", ...singleFormat(name).options];
}

/** Data in a file of any format that the core reads; `models` say which columns of a table are features. */
export async function readOwnData(
  { name, bytes }: OwnFile,
  choices: DataChoices,
  models: readonly OwnFile[],
): Promise<OwnData> {
  const format = singleFormat(name);
  const taken = format.options.includes("categorical") ? takenBy(models) : undefined;
  const read = await format.read([dataFile(name, bytes)], { ...choices, ...(taken && { taken }) });
  if (!read) throw unknownFormat(name);
  const { reading, ...parts } = read;
  const { features } = parts;
  const meaning = "type" in features ? meaningOfBytes(features) : undefined;
  const data = dataset({ ...parts, domain: choices.box, bytes: choices.bytes });
  const size = { rows: rowCount(data), features: featureCount(data), classes: data.classNames.length };
  const facts = { ...size, ...reading, ...(meaning && { bytes: choices.bytes ?? meaning }) };
  return { data, reading: inPageWords(describeReading(name, facts)) };
}

function singleFormat(name: string): DataFormat {
  const found = formatOf(name);
  if (found?.paths.length !== 1) throw unknownFormat(name);
  return found.format;
}

function takenBy(models: readonly OwnFile[]) {
  for (const { bytes } of models) {
    try {
      const taken = takenColumns(modelFromBytes(bytes));
      if (taken) return taken;
    } catch {
      // Why it is no model is told when it is opened.
    }
  }
  return undefined;
}

/** What a model's file holds, and what it makes of the data. */
export interface ModelFacts {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly probabilities: boolean;
  readonly parameters: number;
  readonly operators: number;
  /** Why there are no gradients; absent where there are. */
  readonly noGradients?: string;
  /** The share of the data's rows that it gets wrong; absent without data. */
  readonly error?: number;
  readonly doubts: readonly string[];
}

/** A model that was opened beside data. */
export interface OwnModel {
  readonly opened: OpenModel;
  readonly facts: ModelFacts;
  /** The data as the model takes it. */
  readonly data: Dataset | undefined;
}

/** Rows that checks look at. */
const CHECKED = 200;

/**
 * Opens a model, and looks at what it makes of data.
 *
 * @throws InputError for a file that is no sound model, has operators that the page lacks, or does not fit the data
 */
export async function openOwnModel(
  runtime: Runtime,
  { name, bytes }: OwnFile,
  given: Dataset | undefined,
  choices: ModelChoices = {},
): Promise<OwnModel> {
  const rows = given && denseRows(spreadRows(given, CHECKED));
  const opened = await openModel(runtime, { ...modelAs(bytes, choices, given), name }, rows);
  const { model, inputShape, classes, probabilities, notDifferentiable } = opened;
  const file = readModel(bytes);
  const data = given && rowsFor(columnsFor(given, model, name), opened, name);
  const facts: ModelFacts = {
    name,
    inputShape,
    classes,
    probabilities,
    parameters: countParameters(file),
    operators: countOperators(file, model.reading).reduce((sum, { count }) => sum + count, 0),
    ...(notDifferentiable !== undefined && { noGradients: inPageWords(notDifferentiable) }),
    ...(data && { error: errorRate(argMax(await opened.scores(denseRows(data))), data.labels).estimate }),
    doubts: data ? await doubtsOf(opened, data) : [],
  };
  return { opened, facts, data };
}

/** The model in a file, read as it was said to be, for rows as the data has them. */
function modelAs(
  bytes: Uint8Array,
  { inputShape, output, normalize, classes }: ModelChoices,
  data: Dataset | undefined,
): Model {
  const sized = inputShape === undefined ? bytes : writeModel(withSizes(readModel(bytes), inputShape));
  const model = modelFromBytes(sized, { ...(output !== undefined && { output }), ...(data && rowsOfInputs(data)) });
  const behind = normalize ? normalizedModel(model, normalize) : model;
  return classes ? { ...behind, classNames: classes } : behind;
}

async function doubtsOf(opened: OpenModel, data: Dataset): Promise<readonly string[]> {
  const part = spreadRows(data, CHECKED);
  const rows = denseRows(part);
  const warnings = [
    ...assumedOrder(data, opened.model),
    ...roundingWarning(opened.model.parts, rows),
    ...(await checkModel(opened, rows, part.labels)),
  ];
  return warnings.map(({ sentence }) => inPageWords(sentence));
}

function unknownFormat(name: string): InputError {
  return new InputError("unsupported", `file ${name}`, {
    expected:
      `a model (.onnx), or labelled data (${dataFormats.map(({ spelling }) => spelling).join(", ")}, PNG or JPEG ` +
      "images)",
    got: "another ending",
    remedy: "name it as what it is",
  });
}
