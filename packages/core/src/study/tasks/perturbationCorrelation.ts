// rho: correlates what was crafted on one model with what was crafted on each of those that judge it.

import { datasetRows } from "../../data/dataset.ts";
import { inUnits } from "../../data/units.ts";
import { mapRows, type Rows } from "../../rows.ts";
import { mean } from "../../stats/describe.ts";
import { cosineMatrix } from "../../transfer/cosineMatrix.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { CraftOutcome } from "./craftOutcome.ts";
import { type NormChoice, normIn } from "./normChoice.ts";

/** rho at each budget, by the id of the other model; null where it does not exist. */
export type PerturbationCorrelations = Readonly<Record<string, readonly (number | null)[]>>;

interface CorrelationInputs {
  readonly attacked: Part;
  readonly craft: Ref<CraftOutcome>;
  readonly others: readonly { readonly id: string; readonly craft: Ref<CraftOutcome> }[];
}

/** For how many budgets points were crafted, and how perturbations are measured. */
interface CorrelationParameters extends NormChoice {
  readonly budgets: number;
}

export const perturbationCorrelation: TaskKind<CorrelationParameters, CorrelationInputs, PerturbationCorrelations> = {
  name: "correlate",
  version: 1,
  output: jsonCodec("perturbation correlations"),
  estimate: ({ budgets }, { attacked: { rows, features }, others }) => ({
    seconds: 0.01 + rows * features * budgets * others.length * 1e-8,
  }),
  async run(parameters, { attacked, craft, others }, { runtime }) {
    const { units } = normIn(attacked.domain, parameters);
    const measured = (rows: Rows) => mapRows(rows, (block) => inUnits(block, units));
    const x = measured(datasetRows(attacked));
    const correlations: Record<string, (number | null)[]> = Object.fromEntries(others.map(({ id }) => [id, []]));
    for (const [budget, { points }] of craft.budgets.entries()) {
      const known = others.filter((other) => other.craft.budgets[budget]);
      const [values] = await cosineMatrix(
        runtime,
        [measured(points)],
        known.map((other) => measured(other.craft.budgets[budget].points)),
        x,
      );
      known.forEach(({ id }, i) => {
        correlations[id][budget] = mean(values[i].filter((value) => !Number.isNaN(value))) ?? null;
      });
    }
    return correlations;
  },
};
