// A model file opened beside data: one way to read both, and to look for what is suspicious, for all verbs.

import { basename } from "node:path";
import {
  checkModel,
  type Dataset,
  type Doubt,
  denseRows,
  featureCount,
  type Model,
  matchColumns,
  type OpenModel,
  openModel,
  spreadRows,
} from "@carom/core";
import type { ModelOptions } from "../ui/modelOptions.ts";
import { alignClasses, assumedOrder } from "./classes.ts";
import { tellDoing } from "./doing.ts";
import { loadModel } from "./modelFile.ts";
import { nodeRuntime } from "./runtime.ts";
import { withShape } from "./shape.ts";

/** A model file that was opened. */
export interface Classifier {
  readonly path: string;
  readonly contentHash: string;
  readonly model: Model;
  readonly opened: OpenModel;
  /** Data with the model's classes, and columns in the order and shape of its rows. @throws InputError for data that does not fit */
  fit(data: Dataset): Dataset;
}

/** Opens the model in a file, read as the options say. */
export async function openClassifier(path: string, options: ModelOptions = {}): Promise<Classifier> {
  tellDoing(`model ${basename(path)}`);
  const { model, contentHash } = await loadModel(path, options);
  const opened = await openModel(nodeRuntime(), model);
  return {
    path,
    contentHash,
    model,
    opened,
    fit(data) {
      const ordered = matchColumns(data, model.featureNames, "the data", path);
      return withShape(alignClasses(ordered, model, opened), opened.inputShape, path);
    },
  };
}

/** Rows that the checks look at, and numbers in them: rows of text may have a million features. */
const MOST = { rows: 500, numbers: 2 ** 24 };

/** Rows spread over data, for checks. */
export function rowsToCheck(data: Dataset): Dataset {
  const most = Math.max(1, Math.floor(MOST.numbers / featureCount(data)));
  return spreadRows(data, Math.min(MOST.rows, most));
}

/** What is suspicious of a model on rows spread over data that was made to fit it. */
export async function checkOn(
  { model, opened }: Pick<Classifier, "model" | "opened">,
  data: Dataset,
): Promise<readonly Doubt[]> {
  const part = rowsToCheck(data);
  return [...assumedOrder(data, model), ...(await checkModel(opened, denseRows(part), part.labels))];
}
