// A model file opened beside data: one way to read both, and to look for what is suspicious, for all verbs.

import { basename } from "node:path";
import {
  type Dataset,
  dataset,
  denseRows,
  featureCount,
  type Model,
  type OpenModel,
  openModel,
  type Runtime,
} from "@carom/core";
import { columnNames, matchColumns, spreadRows } from "@carom/core/data";
import { checkModel, type Doubt, kindsOf } from "@carom/core/models";
import { alignClasses, assumedOrder } from "./classes.ts";
import { tellDoing } from "./doing.ts";
import type { ModelOptions } from "./modelFile.ts";
import { loadModel } from "./modelFile.ts";
import { nodeRuntime } from "./runtime.ts";
import { withShape } from "./shape.ts";
import { watched } from "./watch.ts";

/** A model file that was opened. */
export interface Classifier {
  readonly path: string;
  readonly contentHash: string;
  readonly model: Model;
  readonly opened: OpenModel;
  /** Data with the model's classes, and columns in the order and shape of its rows. @throws InputError for data that does not fit */
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
    const { model: file, ...more } = await loadModel(path, options);
    return { opened: await openModel(runtime, file, data && denseRows(rowsToCheck(data))), ...more };
  });
  const { model } = opened;
  return {
    path,
    contentHash,
    model,
    opened,
    async fit(data) {
      const ordered = matchColumns(data, namesOf(front ?? model), "the data", path);
      const given = front ? await through(front, ordered, path) : ordered;
      return withKinds(withShape(alignClasses(given, model, opened), opened.inputShape, path), model);
    },
  };
}

/** The names of the features of a row: those that the file lists, or those of its inputs where there are several. */
function namesOf({ featureNames, parts }: Model): readonly string[] | undefined {
  if (featureNames || !parts || parts.length < 2) return featureNames;
  return parts.flatMap(({ name, shape }) => columnNames(name, shape));
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

/** The data with what an attack may do with each feature, where the model's inputs say so and the data do not. */
function withKinds(data: Dataset, { parts }: Model): Dataset {
  if (!parts || data.domain.kinds) return data;
  const kinds = kindsOf(parts);
  return kinds.every((kind) => kind === "real") ? data : { ...data, domain: { ...data.domain, kinds } };
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
