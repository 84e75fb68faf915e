// What all trainings held open share: one optimum is settled, another one current, and searches begin at either.

import { assert } from "../../errors.ts";
import type { Retraining } from "../learner.ts";

/** An optimum on some rows, as a learner keeps it, and the validation loss there. */
interface Optimum {
  readonly loss: number;
}

interface HeldOpen<Solved extends Optimum> {
  /** The optimum of the data as they are. */
  readonly first: Solved;
  /**
   * The optimum with rows x [k, D] behind those of `settled`; the search begins at `from`, which is that or a later
   * one.
   */
  join(settled: Solved, x: Float64Array, labels: ArrayLike<number>, from: Solved): Solved | Promise<Solved>;
  /** The derivative of the loss by the last k rows, [k, D]. */
  gradient(solved: Solved, k: number): Promise<Float64Array>;
  /** What is kept of an optimum whose rows joined for good; all where absent. */
  keep?(joined: Solved): Promise<Solved>;
  close?(): Promise<void>;
}

/** Holds a training open. */
export function heldOpen<Solved extends Optimum>(training: HeldOpen<Solved>): Retraining {
  const { join, gradient, keep } = training;
  let settled = training.first;
  let current = settled;
  let placed: ArrayLike<number> = [];
  let fits = 1;
  const joined = (x: Float64Array, labels: ArrayLike<number>, from: Solved) => {
    fits++;
    return join(settled, x, labels, from);
  };
  return {
    get fits() {
      return fits;
    },
    get loss() {
      return current.loss;
    },
    async place(x, labels) {
      current = await joined(x, labels, settled);
      placed = labels;
      return current.loss;
    },
    async move(x) {
      assert(placed.length > 0, "rows are placed before they move");
      current = await joined(x, placed, current);
      return current.loss;
    },
    async gradient() {
      assert(placed.length > 0, "a derivative is one by rows that are placed");
      return gradient(current, placed.length);
    },
    async settle(x, labels) {
      const found = await joined(x, labels, settled);
      settled = current = keep ? await keep(found) : found;
      placed = [];
      return current.loss;
    },
    close: async () => training.close?.(),
  };
}
