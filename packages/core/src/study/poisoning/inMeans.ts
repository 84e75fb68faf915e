// How claims on poisoning look up and name what they found in the means over repetitions.

import type { Evidence } from "../evidence.ts";
import type { MeanCell } from "../repetitionMeans.ts";

export function cellOf({ cells }: Evidence, surrogate: string, target: string, fraction: number): MeanCell | undefined {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.budget === fraction);
}

/** What results call a model, without its side. */
export const nameIn =
  ({ models }: Evidence) =>
  (id: string) =>
    models.find((model) => model.id === id)?.name ?? id;

export const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
