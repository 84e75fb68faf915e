// Linear learners of smooth losses held open for poisoning: by their rows, or by the inner products of rows.

import { isSparse } from "../../data/sparse.ts";
import type { Retraining } from "../learner.ts";
import type { LinearRetraining } from "../solvers/linearObjective.ts";
import { retrainInnerProducts } from "./retrainInnerProducts.ts";
import { retrainRows } from "./retrainRows.ts";

/** The most rows whose matrix of inner products is factored. */
const MOST_ROWS = 3000;

/**
 * Opens the training in the form in which a step takes less: entries of the rows against those of the N x N matrix.
 *
 * @throws InputError where the optimum is not reached
 */
export async function retrainLinear(problem: LinearRetraining): Promise<Retraining> {
  const { features, labels } = problem.task.data;
  if (isSparse(features) || labels.length > MOST_ROWS) return retrainRows(problem);
  let entries = 0;
  for (const value of features.data) if (value !== 0) entries++;
  return labels.length ** 2 < entries ? retrainInnerProducts(problem) : retrainRows(problem);
}
