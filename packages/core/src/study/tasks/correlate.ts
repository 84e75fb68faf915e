// rho: correlates what was crafted on one model with what was crafted on each of those that judge it.

import { denseRows } from "../../data/dataset.ts";
import { mean } from "../../stats/describe.ts";
import { cosines, perturbationDirections } from "../../transfer/directions.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { craftedOf } from "./craft.ts";
import { partOf } from "./dataset.ts";

/** Parameters: others (ids), budgets (how many). Inputs: attacked, craft, and `craft:ID` of each other. */
export const correlate: TaskKind = {
  version: 1,
  async run(parameters, inputs) {
    const x = denseRows(partOf("attacked", parameters, inputs));
    const budgets = parameters.budgets as number;
    const others = parameters.others as string[];
    const waysOf = (artifact: Artifact) =>
      craftedOf(artifact, budgets).map(({ points }) => perturbationDirections(x, points));
    const own = waysOf(inputs.craft);
    const correlations = others.map((id): readonly [string, readonly (number | null)[]] => {
      const theirs = waysOf(inputs[`craft:${id}`]);
      return [
        id,
        own.map((ways, i) =>
          theirs[i] ? (mean(cosines(ways, theirs[i]).filter((value) => !Number.isNaN(value))) ?? null) : null,
        ),
      ];
    });
    return { json: Object.fromEntries(correlations), arrays: {} };
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
