// Brings together what was crafted and judged, and what models show on clean points: one repetition.

import { mean } from "../../stats/describe.ts";
import { attackAlignments } from "../../transfer/gradients.ts";
import { type Outcomes, outcomeRates, type Rate, targetedRate } from "../../transfer/rates.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { withRatios } from "../measured.ts";
import type { AuditCell, Transfer } from "../result.ts";
import type { Judgement } from "./judge.ts";
import { type MeasuredModel, modelMetrics, type SeenModel, seenOf } from "./modelMetrics.ts";
import type { ModelPairs } from "./modelPairs.ts";
import type { PerturbationCorrelations } from "./perturbationCorrelation.ts";

interface MetricsParameters {
  readonly epsilons: readonly number[];
  readonly seed: number;
  /** The class that points should end in, where one is named. */
  readonly target?: number;
  /** A definition of S beside the primary one. */
  readonly size?: SizeDefinition | undefined;
}

/** What became of the points crafted on a model on the models that it was judged on. */
export interface MeasuredCraft {
  /** The model; of further crafts, what tells them from all others. */
  readonly id: string | readonly string[];
  /** Of further crafts: the model, or what results call several, and who crafted. */
  readonly surrogate?: string;
  readonly attacker?: string;
  readonly judged: readonly string[];
  readonly judge: Ref<Judgement>;
  readonly correlate?: Ref<PerturbationCorrelations>;
}

interface MetricsInputs {
  readonly attacked: Part;
  readonly models: readonly MeasuredModel[];
  readonly pairs: Ref<ModelPairs>;
  readonly crafts: readonly MeasuredCraft[];
}

export const transferMetrics: TaskKind<MetricsParameters, MetricsInputs, Transfer> = {
  name: "transfer",
  version: 13,
  output: jsonCodec("transfer"),
  estimate: ({ epsilons }, { attacked: { rows }, crafts }) => ({
    seconds: 0.05 + crafts.reduce((sum, { judged }) => sum + judged.length, 0) * epsilons.length * rows * 1e-6,
  }),
  async run({ epsilons, seed, size, target: wanted }, { attacked: { labels }, models, pairs, crafts }) {
    const all = crafts.map(({ id, surrogate, ...craft }) => ({
      ...craft,
      id: surrogate ?? String(id),
      isOwn: surrogate === undefined,
    }));
    const judged = new Map(all.flatMap(({ id, isOwn, judge }) => (isOwn ? [[id, judge]] : [])));
    const looks = new Map(models.map(({ id, look }) => [id, seenOf(look, id, pairs)]));
    const cells = all.flatMap(({ id, attacker, judged, judge, correlate }) => {
      return epsilons.flatMap((epsilon, budget) =>
        judged.flatMap((target) => {
          const slope = pairs.linearised.get(id)?.get(target);
          const rho = correlate?.[target]?.[budget];
          const sent = wanted === undefined ? undefined : targetedIn(judge, target, budget, labels, wanted);
          return cellOf(judge, id, target, epsilon, budget, { labels, wanted }, looks).map((cell) => ({
            ...cell,
            ...(sent && { targeted: sent }),
            ...(attacker !== undefined && { attacker }),
            ...(slope !== undefined && { linearisedIncrease: epsilon * slope }),
            ...(typeof rho === "number" && { perturbationCorrelation: rho }),
          }));
        }),
      );
    });
    return {
      models: models.map((row) =>
        modelMetrics(row, looks.get(row.id)!, { labels, wanted, size, seed, judged: judged.get(row.id) }),
      ),
      cells: withRatios(cells),
      pairs: pairs.pairs,
      outputs: pairs.outputs,
    };
  },
};

function cellOf(
  { verdicts }: Judgement,
  surrogate: string,
  target: string,
  epsilon: number,
  budget: number,
  { labels, wanted }: Pick<Outcomes, "labels" | "wanted">,
  looks: ReadonlyMap<string, SeenModel>,
): AuditCell[] {
  const verdict = verdicts.get(target)?.[budget];
  if (!verdict) return [];
  const clean = looks.get(target)!;
  // Several models together, or a surrogate of a study, do not judge what was crafted on them: nothing is the same
  // class then.
  const own = verdicts.get(surrogate)?.[budget];
  const { losses } = verdict;
  const kept = (i: number) => clean.kept[i] && (!losses || Number.isFinite(losses[i]));
  const meanKept = (values: Float64Array | undefined) => values && mean(takeWhere(values, kept));
  const [before, after] = [meanKept(clean.losses), meanKept(losses)];
  const predictedIncrease = meanKept(verdict.predicted);
  const along = meanFinite(verdict.predicted && attackAlignments(verdict.predicted, clean.gradientSizes!, epsilon));
  const { errorUnderAttack, success, netIncrease, sameWrongClass, otherWrongClass } = outcomeRates({
    ...{ labels, wanted },
    clean: clean.labels,
    attacked: verdict.labels,
    surrogate: (own ?? verdict).labels,
  });
  return [
    {
      surrogate,
      target,
      epsilon,
      errorUnderAttack,
      ...(success && { success }),
      netIncrease,
      ...(own && { sameWrongClass, otherWrongClass }),
      ...(before !== undefined && after !== undefined && { lossIncrease: after - before }),
      ...(predictedIncrease !== undefined && { predictedIncrease }),
      ...(along !== undefined && { attackAlignment: along }),
    },
  ];
}

const meanFinite = (values: Float64Array | undefined) =>
  values && mean(takeWhere(values, (i) => Number.isFinite(values[i])));

/** Some of the values: a typed array's own filter takes several times as long. */
function takeWhere(values: Float64Array, isTaken: (i: number) => boolean): Float64Array {
  const taken = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (isTaken(i)) taken[count++] = values[i];
  return taken.subarray(0, count);
}

/** Targeted success; absent where nothing was crafted, or no point is of another class than the wanted one. */
function targetedIn(
  { verdicts }: Judgement,
  target: string,
  budget: number,
  labels: Int32Array,
  wanted: number,
): Rate | undefined {
  const verdict = verdicts.get(target)?.[budget];
  return verdict && targetedRate(verdict.labels, labels, wanted).success;
}
