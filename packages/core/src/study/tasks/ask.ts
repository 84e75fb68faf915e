// Asks a service for its scores of points: clean ones, or those crafted on a surrogate.

import { denseRows } from "../../data/dataset.ts";
import { assert } from "../../errors.ts";
import { crossEntropy } from "../../models/losses.ts";
import type { Service } from "../../models/service.ts";
import type { FloatType, Tensor } from "../../tensor.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { craftedOf } from "./craft.ts";
import { partOf } from "./dataset.ts";

/** What a service said of the points of one budget, or of clean ones. */
export interface Answers {
  readonly scores: Tensor<FloatType>;
  readonly probabilities: boolean;
  readonly answers: Service["answers"];
}

/** Parameters: budgets (how many), with a craft. Inputs: service, and attacked or craft. */
export const ask: TaskKind = {
  version: 1,
  asks: true,
  async run(parameters, inputs, { service, onProgress }) {
    assert(service, "a task that asks a service was given none");
    const sets = inputs.craft
      ? craftedOf(inputs.craft, parameters.budgets as number).map(({ points }) => points)
      : [denseRows(partOf("attacked", parameters, inputs))];
    const arrays: Record<string, Tensor> = {};
    for (const [i, points] of sets.entries()) {
      arrays[i] = await service.scores(points);
      onProgress((i + 1) / sets.length);
    }
    return { json: { probabilities: service.probabilities, answers: service.answers }, arrays };
  },
};

/** The answers on the points of one budget; undefined where there were none to ask for. Clean points are budget 0. */
export function answersOf({ json, arrays }: Artifact, budget = 0): Answers | undefined {
  const scores = arrays[budget] as Tensor<FloatType> | undefined;
  return scores && { ...(json as Pick<Answers, "probabilities" | "answers">), scores };
}

/** The cross-entropy of each answer; undefined where only classes were named. */
export function answeredLosses(
  { scores, probabilities, answers }: Answers,
  labels: Int32Array,
): Float64Array | undefined {
  return answers === "labels" ? undefined : crossEntropy(scores, labels, probabilities);
}

/** A service as an artifact: what identifies it, and no secret. */
export function serviceArtifact(identity: Artifact["json"]): Artifact {
  return { json: { service: identity }, arrays: {} };
}
