// What is measured of a model by itself, on clean points.

import { mean } from "../../stats/describe.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { errorRate, targetedRate } from "../../transfer/rates.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import { meanCurvature } from "../../transfer/smoothness.ts";
import type { Ref, Values } from "../engine/reference.ts";
import type { AuditModel } from "../result.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import type { StoredModel } from "./fit.ts";
import type { Judgement } from "./judge.ts";
import type { ModelPairs } from "./modelPairs.ts";
import type { ServiceIdentity } from "./queryTarget.ts";
import type { Smoothness } from "./smoothness.ts";

/** A model as the plan describes it, and what is known of it. */
export interface MeasuredModel extends Pick<AuditModel, "id" | "role" | "learner" | "complexity"> {
  readonly model: Ref<StoredModel> | Ref<ServiceIdentity>;
  readonly look: Ref<CleanEvaluation>;
  readonly smooth?: Ref<Smoothness | undefined>;
}

/** What is known of a model on clean points. */
export interface SeenModel extends Omit<CleanEvaluation, "gradients"> {
  /** S of each point; undefined without gradients. */
  readonly gradientSizes: Float64Array | undefined;
  /**
   * Which points have a finite loss and, where the model has gradients, a finite gradient: what is measured of both is
   * of these.
   */
  readonly kept: readonly boolean[];
}

export function seenOf(
  { gradients: _, ...look }: CleanEvaluation,
  id: string,
  { sizes, finite }: Pick<ModelPairs, "sizes" | "finite">,
): SeenModel {
  const known = finite.get(id);
  const kept = Array.from(look.labels, (_, i) => {
    return (!look.losses || Number.isFinite(look.losses[i])) && (!known || known[i] === 1);
  });
  return { ...look, kept, gradientSizes: sizes.get(id) };
}

/** What is asked of a model beside its gradients. */
interface ModelQuestion {
  readonly labels: Int32Array;
  readonly seed: number;
  /** The class that points should end in, where one is named. */
  readonly wanted: number | undefined;
  /** A definition of S beside the primary one. */
  readonly size: SizeDefinition | undefined;
  /** What became of the points that were crafted on it, where some were. */
  readonly judged: Judgement | undefined;
}

/** All that results say of a model: as it stands without any attack, and whether the attack on it met its limits. */
export function modelMetrics(
  row: Values<MeasuredModel>,
  seen: SeenModel,
  { labels, seed, wanted, size, judged }: ModelQuestion,
): AuditModel {
  return {
    ...modelOf(row, seen, labels, seed),
    ...cleanTargeted(seen, labels, wanted),
    ...nonFinite(judged, labels.length),
    ...otherSize(seen, size, seed),
    ...smoothnessOf(row.smooth, seed),
  };
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

/** What the attack on a model met, where that was not finite everywhere. */
function nonFinite(judged: Judgement | undefined, n: number): Pick<AuditModel, "nonFinite"> {
  const count = judged?.nonFinite ?? 0;
  return count > 0 ? { nonFinite: { count, n } } : {};
}
