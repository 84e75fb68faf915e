// rho: correlates what was crafted on one model with what was crafted on each of those that judge it.

import { denseRows } from "../../data/dataset.ts";
import { inUnits, rangeUnits } from "../../data/units.ts";
import { mean } from "../../stats/describe.ts";
import { cosineMatrix } from "../../transfer/cosineMatrix.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { craftedOf } from "./craft.ts";
import { partOf } from "./dataset.ts";

/** Parameters: others (ids), budgets (how many), units ("ranges", or absent). Inputs: attacked, craft, and `craft:ID` of each other. */
export const correlate: TaskKind = {
  version: 1,
  async run(parameters, inputs, { runtime }) {
    const attacked = partOf("attacked", parameters, inputs);
    const units = parameters.units === "ranges" ? rangeUnits(attacked.domain) : undefined;
    const x = inUnits(denseRows(attacked), units);
    const budgets = parameters.budgets as number;
    const others = parameters.others as string[];
    const own = craftedOf(inputs.craft, budgets);
    const theirs = others.map((id) => craftedOf(inputs[`craft:${id}`], budgets));
    const correlations: Record<string, (number | null)[]> = Object.fromEntries(others.map((id) => [id, []]));
    for (const [budget, { points }] of own.entries()) {
      const known = others.flatMap((id, i) =>
        theirs[i][budget] ? [[id, inUnits(theirs[i][budget].points, units)] as const] : [],
      );
      const [values] = await cosineMatrix(
        runtime,
        [inUnits(points, units)],
        known.map(([, other]) => other),
        x,
      );
      known.forEach(([id], i) => {
        correlations[id][budget] = mean(values[i].filter((value) => !Number.isNaN(value))) ?? null;
      });
    }
    return { json: correlations, arrays: {} };
  },
};

/** The rho of a pair at one budget, as a cell has it; nothing where it was not asked for or does not exist. */
export function correlationsOf(
  artifact: Artifact | undefined,
  target: string,
  budget: number,
): { readonly perturbationCorrelation?: number } {
  const found = (artifact?.json as Record<string, readonly (number | null)[]> | undefined)?.[target]?.[budget];
  return found === null || found === undefined ? {} : { perturbationCorrelation: found };
}
