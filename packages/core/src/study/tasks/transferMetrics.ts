// Brings together what was crafted and judged: rates, sizes S, alignments R and predictions of one repetition.

import type { Runtime } from "../../models/runtime.ts";
import { mean } from "../../stats/describe.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { norms } from "../../threat/norm.ts";
import { cosineMatrix } from "../../transfer/cosineMatrix.ts";
import { attackAlignments } from "../../transfer/gradients.ts";
import { outputAlignment } from "../../transfer/outputAlignment.ts";
import { errorRate, outcomeRates, type Rate, targetedRate } from "../../transfer/rates.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import { meanCurvature } from "../../transfer/smoothness.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref, Values } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { withRatios } from "../measured.ts";
import type { AuditCell, AuditModel, AuditPair, OutputPair, Transfer } from "../result.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import type { StoredModel } from "./fit.ts";
import { type GradientFacts, gradientFacts } from "./gradientFacts.ts";
import type { Judgement } from "./judge.ts";
import { type NormChoice, normIn } from "./normChoice.ts";
import type { PerturbationCorrelations } from "./perturbationCorrelation.ts";
import type { ServiceIdentity } from "./queryTarget.ts";
import type { Smoothness } from "./smoothness.ts";

interface MetricsParameters extends NormChoice {
  readonly epsilons: readonly number[];
  readonly seed: number;
  /** The class that points should end in, where one is named. */
  readonly target?: number;
  /** A definition of S beside the primary one. */
  readonly size?: SizeDefinition | undefined;
}

/** A model as the plan describes it, and what is known of it. */
export interface MeasuredModel extends Pick<AuditModel, "id" | "role" | "learner" | "complexity"> {
  readonly model: Ref<StoredModel> | Ref<ServiceIdentity>;
  readonly look: Ref<CleanEvaluation>;
  readonly smooth?: Ref<Smoothness | undefined>;
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
  version: 11,
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
          return cellOf(judge, id, target, epsilon, budget, labels, looks).map((cell) => ({
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
      models: models.map((row) => ({
        ...modelOf(row, looks.get(row.id)!, labels, seed),
        ...cleanTargeted(looks.get(row.id)!, labels, wanted),
        ...nonFinite(judged.get(row.id), labels.length),
        ...otherSize(looks.get(row.id)!, size, seed),
        ...smoothnessOf(row.smooth, seed),
      })),
      cells: withRatios(cells),
      pairs: own.flatMap(({ id, judged }) => judged.flatMap((target) => pairOf(id, target, alignments, seed))),
      outputs: own.flatMap(({ id, judged }) => judged.flatMap((target) => outputsOf(id, target, looks))),
    };
  },
};

/** What is known of a model on clean points. */
interface SeenModel extends Omit<CleanEvaluation, "gradients"> {
  /** S of each point; undefined without gradients. */
  readonly gradientSizes: Float64Array | undefined;
  /**
   * Which points have a finite loss and, where the model has gradients, a finite gradient: what is measured of both is
   * of these.
   */
  readonly kept: readonly boolean[];
}

function seenOf({ gradients: _, ...look }: CleanEvaluation, id: string, { sizes, finite }: GradientFacts): SeenModel {
  const known = finite.get(id);
  const kept = Array.from(look.labels, (_, i) => {
    return (!look.losses || Number.isFinite(look.losses[i])) && (!known || known[i] === 1);
  });
  return { ...look, kept, gradientSizes: sizes.get(id) };
}

function modelOf(
  { model, look: _, smooth: __, ...row }: Values<MeasuredModel>,
  { labels: predicted, losses, gradientSizes: sizes, kept, noGradients }: SeenModel,
  labels: Int32Array,
  seed: number,
): AuditModel {
  const count = kept.filter((is) => !is).length;
  const cleanLoss = losses && mean(losses.filter((_, i) => kept[i]));
  const { training, options } = "bytes" in model ? model : {};
  const size = sizes && meanInterval(sizes, { seed, least: 0 });
  const flat = sizes ? sizes.filter((each) => each === 0).length : 0;
  return {
    ...row,
    ...(options && { options }),
    ...(training && { training }),
    cleanError: errorRate(predicted, labels),
    ...(cleanLoss !== undefined && { cleanLoss }),
    ...(size && { gradientSize: size }),
    ...(noGradients !== undefined && { noGradients }),
    ...(flat > 0 && { flat: { count: flat, n: labels.length } }),
    ...(count > 0 && { leftOut: { count, n: labels.length } }),
  };
}

/** What a model takes for the wanted class without attack; nothing where none is named, or all points are of it. */
function cleanTargeted(
  { labels: predicted }: SeenModel,
  labels: Int32Array,
  wanted: number | undefined,
): Pick<AuditModel, "cleanTargeted"> {
  const taken = wanted === undefined ? undefined : targetedRate(predicted, labels, wanted).success;
  return taken ? { cleanTargeted: taken } : {};
}

/** What the attack on a model met, where that was not finite everywhere. */
function nonFinite(judged: Judgement | undefined, n: number): Pick<AuditModel, "nonFinite"> {
  const count = judged?.nonFinite ?? 0;
  return count > 0 ? { nonFinite: { count, n } } : {};
}

function cellOf(
  { verdicts }: Judgement,
  surrogate: string,
  target: string,
  epsilon: number,
  budget: number,
  labels: Int32Array,
  looks: ReadonlyMap<string, SeenModel>,
): AuditCell[] {
  const verdict = verdicts.get(target)?.[budget];
  if (!verdict) return [];
  const clean = looks.get(target)!;
  // Several models together, or a surrogate of a study, do not judge what was crafted on them: nothing is the same
  // class then.
  const own = verdicts.get(surrogate)?.[budget];
  const kept = clean.kept.map((is, i) => is && (!verdict.losses || Number.isFinite(verdict.losses[i])));
  const meanKept = (values: Float64Array | undefined) => values && mean(values.filter((_, i) => kept[i]));
  const [before, after] = [meanKept(clean.losses), meanKept(verdict.losses)];
  const predictedIncrease = meanKept(verdict.predicted);
  const along = meanFinite(verdict.predicted && attackAlignments(verdict.predicted, clean.gradientSizes!, epsilon));
  const { errorUnderAttack, success, netIncrease, sameWrongClass, otherWrongClass } = outcomeRates({
    labels,
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

const meanFinite = (values: Float64Array | undefined) => values && mean(values.filter(Number.isFinite));

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

/** R at every point, by surrogate, then by the models that judge it; of those that have gradients. */
type Alignments = ReadonlyMap<string, ReadonlyMap<string, Float64Array>>;

async function alignmentsOf(
  runtime: Runtime,
  crafts: readonly { readonly id: string; readonly judged: readonly string[] }[],
  { gradients }: GradientFacts,
): Promise<Alignments> {
  const gradientsOf = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const rows = gradients.get(id);
      return rows ? [[id, rows] as const] : [];
    });
  const surrogates = gradientsOf(
    crafts.filter(({ id, judged }) => judged.some((each) => each !== id)).map(({ id }) => id),
  );
  const targets = gradientsOf([...new Set(crafts.flatMap(({ id, judged }) => judged.filter((each) => each !== id)))]);
  const matrix = await cosineMatrix(
    runtime,
    surrogates.map(([, rows]) => rows),
    targets.map(([, rows]) => rows),
  );
  return new Map(surrogates.map(([id], i) => [id, new Map(targets.map(([target], j) => [target, matrix[i][j]]))]));
}

/** R of a surrogate with another model that its points are judged on. */
function pairOf(surrogate: string, target: string, alignments: Alignments, seed: number): AuditPair[] {
  const values = alignments.get(surrogate)?.get(target);
  const alignment = values && surrogate !== target ? meanInterval(values, { seed, least: -1, most: 1 }) : undefined;
  return alignment ? [{ surrogate, target, alignment }] : [];
}

/** How alike a surrogate and another model are in what they say. */
function outputsOf(surrogate: string, target: string, looks: ReadonlyMap<string, SeenModel>): OutputPair[] {
  if (surrogate === target) return [];
  const { labelAgreement, marginCorrelation } = outputAlignment(looks.get(surrogate)!, looks.get(target)!);
  return [{ surrogate, target, labelAgreement, ...(marginCorrelation !== undefined && { marginCorrelation }) }];
}

function otherSize(look: SeenModel, definition: SizeDefinition | undefined, seed: number) {
  const size = definition && look.sizes && meanInterval(look.sizes, { seed, least: 0 });
  return size ? { otherSize: { definition, ...size } } : {};
}

function smoothnessOf(known: Smoothness | undefined, seed: number): Partial<AuditModel> {
  if (!known) return {};
  const curvature = meanCurvature(known.curvatures, { seed });
  const turning = meanInterval(known.turnings, { seed, least: -1, most: 1 });
  return { ...(curvature && { curvature }), ...(turning && { turning }) };
}
