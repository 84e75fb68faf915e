// What a training would take that no machine of ours has: said before it begins, and not by the system that ends it.

import { bytesInWords } from "../bytesInWords.ts";
import { InputError } from "../errors.ts";
import type { AnyLearner } from "./learner.ts";
import type { TrainingSize } from "./trainingSize.ts";

/** Rows beyond which a kernel is not gone through, unless an option says so. */
const MOST_KERNEL_ROWS = 50_000;
/** Bytes that sparse rows may take once they are written out. */
const MOST_WRITTEN = 2 ** 32;

/** Why a learner cannot learn from so much, in words, and what could be done; undefined where it can. */
export function whyInfeasible(
  { name, capabilities, estimates }: AnyLearner,
  options: Readonly<Record<string, unknown>>,
  size: TrainingSize,
): InputError | undefined {
  const { rows, features } = size;
  const most = typeof options.mostRows === "number" ? options.mostRows : MOST_KERNEL_ROWS;
  if (capabilities.kernel && rows > most) {
    return new InputError("unsupported", `training of ${name}`, {
      expected: `at most ${most} rows, as it goes through the kernel of all pairs of rows many times`,
      got: `${rows}, whose kernel has ${(rows * rows).toPrecision(2)} numbers (${bytesInWords(8 * rows * rows)})`,
      remedy: "learn from fewer rows, take another learner, or set mostRows to more if you have the time",
    });
  }
  const written = 4 * rows * features;
  if (!capabilities.sparse && size.perRow !== undefined && written > MOST_WRITTEN) {
    return new InputError("unsupported", `training of ${name}`, {
      expected: `rows that take at most ${bytesInWords(MOST_WRITTEN)} once their zeros are written out, as it needs them`,
      got: `${rows} sparse rows of ${features} features, which would take ${bytesInWords(written)}`,
      remedy: "learn from fewer rows or features, or take a learner for sparse rows, such as logistic",
    });
  }
  return endless(name, options, (changed) => estimates.fit(changed, size));
}

/** Seconds of a training that nobody waits for: 30 days. */
const LONGEST = 30 * 86_400;

/** Refuses what would take months by its options, those named that it grows with. */
function endless(
  name: string,
  options: Readonly<Record<string, unknown>>,
  estimate: (options: Readonly<Record<string, unknown>>) => number,
): InputError | undefined {
  const all = estimate(options);
  // Where options are still to be chosen, nothing is estimated of them.
  if (!(all > LONGEST)) return undefined;
  const guilty = Object.keys(options).filter(
    (option) => typeof options[option] === "number" && estimate({ ...options, [option]: options[option] / 2 }) < all,
  );
  const given = guilty.map((option) => `${option}=${options[option]}`);
  return new InputError("unsupported", `training of ${name}`, {
    expected: "one that takes at most 30 days",
    got:
      `about ${Number((all / 86_400).toPrecision(2))} ` +
      `days${given.length > 0 ? ` with ${given.join(" and ")}` : ""}`,
    remedy: given.length > 0 ? `give a smaller ${guilty.join(" or ")}, or fewer rows` : "learn from fewer rows",
  });
}
