// The models that `carom evade` attacks at once, and the data with its classes and rows as they take them.

import { type AttackedModel, type Dataset, InputError, type OpenModel, openModel } from "@carom/core";
import { alignClasses } from "../host/classes.ts";
import { loadModel } from "../host/modelFile.ts";
import { nodeRuntime } from "../host/runtime.ts";
import { withShape } from "../host/shape.ts";
import type { ModelOptions } from "../ui/modelOptions.ts";

/** A model file that was opened. */
export interface LoadedModel {
  readonly path: string;
  readonly contentHash: string;
  readonly scorer: OpenModel;
  readonly attacked: AttackedModel;
}

/**
 * The models of some files, and the data as all of them take it.
 *
 * @throws InputError for data that does not fit a model, and for models that number the data's classes differently.
 */
export async function loadModels(paths: readonly string[], data: Dataset, options: ModelOptions = {}) {
  const models: LoadedModel[] = [];
  let aligned: Dataset | undefined;
  for (const path of paths) {
    const { model, contentHash } = await loadModel(path, options);
    const scorer = await openModel(nodeRuntime(), model);
    const own = withShape(alignClasses(data, model, scorer), scorer.inputShape, path);
    if (`${own.classNames}` !== `${(aligned ?? own).classNames}`) throw otherClasses(path, paths[0], own, aligned!);
    aligned ??= own;
    const opened = scorer.differentiable ?? { ...scorer, inputGradient: neverAsked };
    models.push({ path, contentHash, scorer, attacked: { model, opened } });
  }
  return { models, data: aligned! };
}

/** Attacks that ask for gradients are not given models that have none. */
function neverAsked(): Promise<never> {
  return Promise.reject(new Error("internal: gradient"));
}

function otherClasses(path: string, first: string, own: Dataset, aligned: Dataset): InputError {
  return new InputError("invalid", `model ${path}`, {
    expected: `the classes of ${first}, in its order: ${aligned.classNames.join(", ")}`,
    got: own.classNames.join(", "),
    remedy: "attack models of the same classes together",
  });
}
