// The models of a question: the target is fitted on one half of the rows, surrogates on draws from the other.

import {
  type Dataset,
  fit,
  learnerByName,
  type OpenModel,
  openModel,
  permutation,
  type Runtime,
  stream,
  takeRows,
} from "@carom/core";
import { type Chosen, type Role, scales } from "./learners.ts";

/** Rows that are attacked, and the halves that the two sides train on. */
export interface Parts {
  readonly attacked: Dataset;
  readonly target: Dataset;
  readonly surrogate: Dataset;
}

const ATTACKED = 40;
/** Rows of a training set. */
const TRAINING = 250;

/** Divides rows at random: first those that are attacked, then one half of the rest for each side. */
export function partsOf(data: Dataset, seed: number): Parts {
  const order = permutation(stream(seed, "lab", "parts"), data.labels.length);
  const half = Math.floor((order.length - ATTACKED) / 2);
  const rows = (from: number, count: number) => takeRows(data, order.slice(from, from + count));
  return { attacked: rows(0, ATTACKED), target: rows(ATTACKED, half), surrogate: rows(ATTACKED + half, half) };
}

/** All options of a learner at a position: those of high complexity but for the one that regularises. */
export function optionsOf({ learner, position }: Chosen): Readonly<Record<string, unknown>> {
  const { option, values } = scales[learner];
  return { ...learnerByName(learner).complexities.high, [option]: values[position] };
}

/** Fits a learner on one of several draws from the half of its side. */
export async function train(
  runtime: Runtime,
  parts: Parts,
  role: Role,
  chosen: Chosen,
  { seed, draw = 0 }: { readonly seed: number; readonly draw?: number },
): Promise<OpenModel> {
  const learner = learnerByName(chosen.learner);
  const half = parts[role];
  const rows = permutation(stream(seed, "lab", role, draw), half.labels.length).slice(0, TRAINING);
  const options = { runtime, seed, stream: `${role} ${draw}`, options: optionsOf(chosen) };
  const { model } = await fit(learner, takeRows(half, rows), options);
  return openModel(runtime, model);
}
