// How claims on poisoning look up and write what they found in the means over repetitions.

import type { Evidence } from "../evidence.ts";
import type { MeanCell } from "../repetitionMeans.ts";

export function cellOf({ cells }: Evidence, surrogate: string, target: string, fraction: number): MeanCell | undefined {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.budget === fraction);
}

export const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
