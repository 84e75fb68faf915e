// Asks a service for its scores of points: clean ones, or those crafted on a surrogate.

import { datasetRows } from "../../data/dataset.ts";
import { assert } from "../../errors.ts";
import { crossEntropy } from "../../models/losses.ts";
import type { Service } from "../../models/service.ts";
import { type AnyRows, allRows } from "../../rows.ts";
import type { FloatType, Tensor } from "../../tensor.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { CraftOutcome } from "./craftOutcome.ts";

/** What identifies a service, and no secret. */
export interface ServiceIdentity {
  readonly service: Json;
}

/** How the identity of a service is kept, which stands for the service itself in keys. */
export const serviceCodec: Codec<ServiceIdentity> = {
  name: "service",
  encode: ({ service }) => ({ json: { service }, arrays: {} }),
  decode: ({ json }) => json as { readonly service: Json },
};

/** What a service said of the points of each budget, or of clean ones, which are the only set then. */
export interface Answers extends Pick<Service, "probabilities" | "answers"> {
  readonly scores: readonly Tensor<FloatType>[];
}

const answersCodec: Codec<Answers> = {
  name: "answers",
  encode: ({ scores, probabilities, answers }) => ({
    json: { probabilities, answers },
    arrays: Object.fromEntries(scores.map((each, i) => [i, each])),
  }),
  decode: async ({ json, arrays }) => ({
    ...(json as unknown as Omit<Answers, "scores">),
    scores: await Promise.all(Object.keys(arrays).map((_, i) => allRows(arrays[i] as AnyRows))),
  }),
};

interface QueryInputs {
  readonly service: Ref<ServiceIdentity>;
  /** Clean points, where no others were crafted. */
  readonly attacked?: Part;
  readonly craft?: Ref<CraftOutcome>;
}

/** A guess, for estimates of time: how many rows a service answers in a second. */
const ASKED_PER_SECOND = 500;

/** Parameters: for how many budgets points were crafted. */
export const queryTarget: TaskKind<{ readonly budgets?: number }, QueryInputs, Answers> = {
  name: "ask",
  version: 1,
  output: answersCodec,
  asks: true,
  estimate({ budgets = 1 }, { attacked, craft }) {
    const rows = budgets * (attacked?.rows ?? craft?.rows ?? 0);
    return { seconds: rows / ASKED_PER_SECOND, bytes: 80 * rows, rows };
  },
  async run(_, { attacked, craft }, { service, onProgress }) {
    assert(service, "a task that asks a service was given none");
    const sets = craft ? craft.budgets.map(({ points }) => points) : [datasetRows(attacked!)];
    const scores: Tensor<FloatType>[] = [];
    for (const [i, points] of sets.entries()) {
      // A service is asked about few rows, and about those of one question in as few requests as it takes.
      scores.push(await service.scores(await allRows(points)));
      onProgress((i + 1) / sets.length);
    }
    return { scores, probabilities: service.probabilities, answers: service.answers };
  },
};

/** The cross-entropy of each answer about one set of points; undefined where only classes were named. */
export function answeredLosses(
  { scores, probabilities, answers }: Answers,
  set: number,
  labels: Int32Array,
): Float64Array | undefined {
  return answers === "labels" ? undefined : crossEntropy(scores[set], labels, probabilities);
}
