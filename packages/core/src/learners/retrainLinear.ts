// Linear learners of smooth losses held open for poisoning: by their rows, or by the inner products of rows.

import { isSparse } from "../data/sparse.ts";
import { growingRows } from "./growingRows.ts";
import type { Retraining } from "./learner.ts";
import type { LinearRetraining } from "./linearObjective.ts";
import { retrainInnerProducts } from "./retrainInnerProducts.ts";
import { retrainRows } from "./retrainRows.ts";

/** The most rows whose matrix of inner products is factored. */
const MOST_ROWS = 3000;

/** Opens the training in the form in which a step takes less: entries of the rows against those of the N x N matrix. */
export async function retrainLinear(problem: LinearRetraining): Promise<Retraining> {
  const { data } = problem.task;
  const { rows, value } = growingRows(data).base;
  const isWide = !isSparse(data.features) && rows <= MOST_ROWS && rows * rows < value.length;
  return isWide ? retrainInnerProducts(problem) : retrainRows(problem);
}
