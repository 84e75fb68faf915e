// The models that `carom explain` compares, under the names that results call them, and the data as they take it.

import { basename } from "node:path";
import { type Dataset, type FloatType, InputError } from "@carom/core";
import type { ModelWarning } from "@carom/core/models";
import type { NamedModel } from "@carom/core/study";
import { checkOn, openClassifier } from "../host/classifier.ts";
import type { ModelOptions } from "../host/modelFile.ts";

/** What results call each file: its name, or its path where another file has that name. */
export function namesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const short = (path: string) => basename(path).replace(/\.onnx$/i, "");
  const counts = new Map<string, number>();
  for (const path of new Set(paths)) counts.set(short(path), (counts.get(short(path)) ?? 0) + 1);
  return new Map(paths.map((path) => [path, counts.get(short(path)) === 1 ? short(path) : path]));
}

/** A model under the name that results call it, and what is suspicious of it. */
interface ReadModel extends NamedModel {
  readonly modelWarnings: readonly ModelWarning[];
  readonly type: FloatType;
}

/** The models by their paths, and the data in the shape and with the classes of the first, which all others share. */
export async function readModels(names: ReadonlyMap<string, string>, dataset: Dataset, options: ModelOptions) {
  const models = new Map<string, ReadModel>();
  let data: Dataset | undefined;
  for (const [path, name] of names) {
    const classifier = await openClassifier(path, options, dataset);
    const own = await classifier.fit(dataset);
    data ??= own;
    if (own.classNames.join("\n") !== data.classNames.join("\n")) {
      throw new InputError("invalid", `classes of ${name}`, {
        expected: `those of ${[...names.values()][0]}, in the same order: ${data.classNames.join(", ")}`,
        got: own.classNames.join(", "),
        remedy: "compare models of one task",
      });
    }
    const { model, opened } = classifier;
    models.set(path, {
      name,
      model,
      modelWarnings: await checkOn(classifier, own),
      type: opened.inputType ?? "float32",
    });
    await classifier.opened.close();
  }
  return { models, data: data! };
}
