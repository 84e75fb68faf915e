// Brings together what was crafted and judged: rates, sizes S, alignments R and predictions of one repetition.

import { mean } from "../../stats/describe.ts";
import { norms } from "../../threat/norm.ts";
import { attackAlignments } from "../../transfer/gradients.ts";
import { type Outcomes, outcomeRates, type Rate, targetedRate } from "../../transfer/rates.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { withRatios } from "../measured.ts";
import type { AuditCell, Transfer } from "../result.ts";
import { gradientFacts } from "./gradientFacts.ts";
import type { Judgement } from "./judge.ts";
import { type MeasuredModel, modelMetrics, type SeenModel, seenOf } from "./modelMetrics.ts";
import { type NormChoice, normIn } from "./normChoice.ts";
import { alignmentsOf, outputsOf, pairOf } from "./pairMetrics.ts";
import type { PerturbationCorrelations } from "./perturbationCorrelation.ts";

interface MetricsParameters extends NormChoice {
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
  readonly crafts: readonly MeasuredCraft[];
}

export const transferMetrics: TaskKind<MetricsParameters, MetricsInputs, Transfer> = {
  name: "transfer",
  version: 12,
  output: jsonCodec("transfer"),
  estimate: (_, { attacked, models }) => ({ seconds: 0.05 + (models.length ** 2 * attacked.rows) / 200_000 }),
  async run({ epsilons, seed, size, target: wanted, ...choice }, { attacked, models, crafts }, { runtime }) {
    const { labels, domain } = attacked;
    // Gradients by features in their units are those that the norm in these units is about.
    const { units } = normIn(domain, choice);
    const norm = norms[choice.norm];
    const all = crafts.map(({ id, surrogate, ...craft }) => ({
      ...craft,
      id: surrogate ?? String(id),
      isOwn: surrogate === undefined,
    }));
    const own = all.filter(({ isOwn }) => isOwn);
    const judged = new Map(own.map(({ id, judge }) => [id, judge]));
    const gradients = models.flatMap(({ id, look }) => (look.gradients ? [[id, look.gradients] as const] : []));
    const pairs = all.flatMap(({ id, judged }) => judged.map((target) => [id, target] as const));
    const facts = await gradientFacts(new Map(gradients), norm, units, pairs);
    const looks = new Map(models.map(({ id, look }) => [id, seenOf(look, id, facts)]));
    const alignments = await alignmentsOf(runtime, own, facts);
    const cells = all.flatMap(({ id, attacker, judged, judge, correlate }) => {
      return epsilons.flatMap((epsilon, budget) =>
        judged.flatMap((target) => {
          const slope = facts.linearised(id, target);
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
      pairs: own.flatMap(({ id, judged }) => judged.flatMap((target) => pairOf(id, target, alignments, seed))),
      outputs: own.flatMap(({ id, judged }) => judged.flatMap((target) => outputsOf(id, target, looks))),
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
