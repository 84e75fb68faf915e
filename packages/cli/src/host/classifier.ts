// A model file opened beside data: one way to read both, and to look for what is suspicious, for all verbs.

import { basename } from "node:path";
import {
  type Dataset,
  dataset,
  denseRows,
  featureCount,
  InputError,
  type Model,
  type OpenModel,
  openModel,
  type Runtime,
} from "@carom/core";
import { spreadRows, type TakenColumn, writtenRows } from "@carom/core/data";
import {
  assumedOrder,
  checkModel,
  columnsFor,
  type ModelWarning,
  roundingWarning,
  rowsFor,
  rowsOfInputs,
  takenColumns,
  withShape,
} from "@carom/core/models";
import { tellDoing } from "./doing.ts";
import type { ModelOptions } from "./modelFile.ts";
import { loadModel } from "./modelFile.ts";
import { nodeRuntime } from "./runtime.ts";
import { watched } from "./watch.ts";

/** A model file that was opened. */
export interface Classifier {
  readonly path: string;
  readonly contentHash: string;
  readonly model: Model;
  readonly opened: OpenModel;
  /**
   * Data with the model's classes, and columns in the order and shape of its rows.
   * @throws InputError for data that does not fit
   */
  fit(data: Dataset): Promise<Dataset>;
}

/** Opens the model in a file, read as the options say and as what comes out of it for the data shows. */
export async function openClassifier(
  path: string,
  options: ModelOptions = {},
  data?: Dataset,
  runtime: Runtime = nodeRuntime(),
): Promise<Classifier> {
  tellDoing(`model ${basename(path)}`);
  const { opened, front, contentHash } = await watched(async () => {
    const { model: file, ...more } = await loadModel(path, options, data && rowsOfInputs(data));
    return { opened: await openModel(runtime, file, data && writtenRows(rowsToCheck(data))), ...more };
  });
  const { model } = opened;
  return {
    path,
    contentHash,
    model,
    opened,
    async fit(data) {
      const ordered = columnsFor(data, front ?? model, path);
      return rowsFor(front ? await through(front, ordered, path) : ordered, opened, path);
    },
  };
}

/**
 * The columns that a model file takes by name, which says what those of a table are: its inputs where each takes one,
 * else the features that it lists; undefined where it names none, and where it cannot be read: who opens it will tell.
 */
export async function takenFromFile(path: string, options: ModelOptions): Promise<readonly TakenColumn[] | undefined> {
  // Which words a column holds the data will say, where the file does not.
  const file = await loadModel(path, options, { words: new AnyWords() }).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  return file && takenColumns(file.front ?? file.model);
}

/** The rows as the first half of a model hands them on to the second, in the range that they have there. */
async function through(front: Model, data: Dataset, path: string): Promise<Dataset> {
  const opened = await openModel(nodeRuntime(), front);
  const rows = withShape(data, opened.inputShape, path);
  const features = await opened.scores(denseRows(rows));
  await opened.close();
  const { labels, classNames } = data;
  return dataset({ features, labels, classNames });
}

/** Rows that the checks look at, and numbers in them, fewer where sparse rows are written out; some rows at least. */
const MOST = { rows: 500, numbers: 2 ** 24, written: 2 ** 21, someRows: 16 };

/** Rows spread over data, for checks. */
export function rowsToCheck(data: Dataset): Dataset {
  const numbers = "start" in data.features ? MOST.written : MOST.numbers;
  const most = Math.max(MOST.someRows, Math.floor(numbers / featureCount(data)));
  return spreadRows(data, Math.min(MOST.rows, most));
}

/** What is suspicious of a model on rows spread over data that was made to fit it. */
export async function checkOn(
  { model, opened }: Pick<Classifier, "model" | "opened">,
  data: Dataset,
): Promise<readonly ModelWarning[]> {
  const part = rowsToCheck(data);
  const rows = writtenRows(part);
  return [
    ...assumedOrder(data, model),
    ...roundingWarning(model.parts, rows),
    ...(await checkModel(opened, rows, part.labels)),
  ];
}

/** Stands for the words of any column, where names alone are asked for. */
class AnyWords extends Map<string, readonly string[]> {
  override get(): readonly string[] {
    return ["any"];
  }
}
