// What a training would take that no machine of ours has: said before it begins, and not by the system that ends it.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { isSparse } from "../data/sparse.ts";
import { InputError } from "../errors.ts";
import type { AnyLearner } from "./learner.ts";

/** How much there is to learn from. */
export interface TrainingSize {
  readonly rows: number;
  readonly features: number;
  /** Whether rows are sparse: written out they would take more. */
  readonly areSparse: boolean;
}

/** Rows beyond which a kernel is not gone through, unless an option says so. */
const MOST_KERNEL_ROWS = 50_000;
/** Bytes that sparse rows may take once they are written out. */
const MOST_WRITTEN = 2 ** 32;

/** How much a dataset gives to learn from. */
export function sizeOfTraining(data: Dataset): TrainingSize {
  return { rows: rowCount(data), features: featureCount(data), areSparse: isSparse(data.features) };
}

/** Why a learner cannot learn from so much, in words, and what could be done; undefined where it can. */
export function whyInfeasible(
  { name, capabilities }: AnyLearner,
  options: Readonly<Record<string, unknown>>,
  { rows, features, areSparse }: TrainingSize,
): InputError | undefined {
  const most = typeof options.mostRows === "number" ? options.mostRows : MOST_KERNEL_ROWS;
  if (capabilities.kernel && rows > most) {
    return new InputError("unsupported", `training of ${name}`, {
      expected: `at most ${most} rows, as it goes through the kernel of all pairs of rows many times`,
      got: `${rows}, whose kernel has ${(rows * rows).toPrecision(2)} numbers (${size(8 * rows * rows)})`,
      remedy: "learn from fewer rows, take another learner, or set mostRows to more if you have the time",
    });
  }
  const written = 4 * rows * features;
  if (!capabilities.sparse && areSparse && written > MOST_WRITTEN) {
    return new InputError("unsupported", `training of ${name}`, {
      expected: `rows that take at most ${size(MOST_WRITTEN)} once their zeros are written out, as it needs them`,
      got: `${rows} sparse rows of ${features} features, which would take ${size(written)}`,
      remedy: "learn from fewer rows or features, or take a learner for sparse rows, such as logistic",
    });
  }
  return undefined;
}

/** A size in words, such as "29 GB". */
function size(bytes: number): string {
  const [unit, factor] = bytes >= 1e12 ? ["TB", 1e12] : bytes >= 1e9 ? ["GB", 1e9] : ["MB", 1e6];
  return `${Number((bytes / (factor as number)).toPrecision(2))} ${unit}`;
}
