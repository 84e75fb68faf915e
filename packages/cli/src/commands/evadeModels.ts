// The models that `carom evade` attacks at once, and the data with its classes and rows as they take them.

import { type Dataset, InputError, type Runtime } from "@carom/core";
import type { AttackedModel } from "@carom/core/attacks";
import { requireClassesOf } from "@carom/core/models";
import { type Classifier, openClassifier } from "../host/classifier.ts";
import type { ModelOptions } from "../host/modelFile.ts";

/** A model file that was opened to be attacked. */
export interface LoadedModel extends Classifier {
  readonly attacked: AttackedModel;
}

/**
 * The models of some files, and the data as all of them take it.
 *
 * @throws InputError for data that does not fit a model, and for models that number the data's classes differently.
 */
export async function loadModels(
  paths: readonly string[],
  data: Dataset,
  options: ModelOptions = {},
  runtime?: Runtime,
) {
  const models: LoadedModel[] = [];
  let aligned: Dataset | undefined;
  for (const path of paths) {
    const classifier = await openClassifier(path, options, data, runtime);
    const { model, opened } = classifier;
    const own = await classifier.fit(data);
    if (aligned) requireClassesOf(paths[0], aligned, path, own);
    aligned ??= own;
    const attackable = opened.differentiable ?? { ...opened, inputGradient: neverAsked };
    models.push({ ...classifier, attacked: { model, opened: attackable } });
  }
  return { models, data: aligned! };
}

/** @throws InputError for a model that cannot be differentiated */
export function requireGradients(models: readonly LoadedModel[]): void {
  const without = models.find(({ opened }) => !opened.differentiable)?.opened;
  if (without?.notDifferentiable === undefined) return;
  const { withoutGradients: fault, notDifferentiable } = without;
  throw new InputError("unsupported", "model to attack", {
    expected: "one whose operators can all be differentiated",
    got: fault ? `${fault.what}: ${fault.detail.got}` : notDifferentiable,
    remedy: "train a surrogate with carom fit and attack that",
  });
}

/** Attacks that ask for gradients are not given models that have none. */
function neverAsked(): Promise<never> {
  return Promise.reject(new Error("internal: gradient"));
}
