// What a booster is: another way to estimate the gradients that an attack of fixed steps follows.

import type { z } from "zod";
import { InputError } from "../../errors.ts";
import type { LossName } from "../../models/losses.ts";
import { type EntryWithOptions, parseOptions } from "../../registry.ts";
import { isFrozen, type ThreatModel } from "../../threat/threat.ts";
import type { AttackContext, Gradients, Points, Step } from "../attack.ts";
import { layoutFor } from "./transformations/imageLayout.ts";

/**
 * An estimate of the gradient of the objective, one row per point; `indices[i]` says which original row i belongs to.
 */
export type Estimate = (points: Points, indices: Int32Array, step: Step) => Promise<Gradients>;

/**
 * Where a booster stands when several are composed, nearest to the model first: points transformed as the model sees
 * them, points ahead of the iterate, points around it, and estimates filtered when all is summed up.
 */
export const stages = ["transformation", "lookAhead", "neighbours", "filter"] as const;

/** What a booster is asked to help with. */
export interface Boosted {
  /** Whether the surrogate's scores are affine (`isAffine`). */
  readonly isAffine: boolean;
  /** What gradients are taken of. */
  readonly loss: LossName;
  /** The shape of one point. */
  readonly shape: readonly number[];
}

/** A booster as the registry holds it: what it is made for, what it costs, and how it estimates gradients. */
export interface Booster<Options = Record<string, unknown>> extends EntryWithOptions<Options> {
  /** One line for lists and help. */
  readonly summary: string;
  /** The paper it is from. */
  readonly reference: string;
  readonly stage: (typeof stages)[number];
  /** What it is made for: any features, those that take real values, or images (`imageLayout`). */
  readonly data: "any" | "real" | "images";
  /** Rows of gradients that it asks for where one would be asked for without it. */
  gradientsPerStep(options: Options): number;
  /** Microseconds that it takes itself for each of these rows of 784 features: drawing, moving, transforming. */
  readonly overhead?: number;
  /** Why it cannot help there, in a sentence without its full stop; undefined where it may. */
  unhelpful(boosted: Boosted): string | undefined;
  /**
   * The estimate made of another one, for one run of an attack.
   *
   * What it keeps from step to step it keeps for each original row, and it draws from `context.random` with its name,
   * the iteration and the copy as labels, so that what happens to a row depends on no other.
   */
  wrap(inner: Estimate, options: Options, context: AttackContext): Estimate;
  /** Factors of the steps of single features (`AttackContext.scaleSteps`), for one run; absent where it has none. */
  scaleSteps?(options: Options, context: AttackContext): NonNullable<AttackContext["scaleSteps"]>;
}

/** A booster whose options have been forgotten: what a registry of different ones can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each booster checks its own options by schema
export type AnyBooster = Booster<any>;

/** A booster with its options checked. */
export interface ChosenBooster {
  readonly booster: AnyBooster;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A booster with its options checked, for a threat model and points of a shape.
 *
 * @throws InputError for options it lacks, values it refuses, and features that it is not made for.
 */
export function chooseBooster(
  booster: AnyBooster,
  given: Readonly<Record<string, unknown>>,
  threat: ThreatModel,
  shape: readonly number[],
): ChosenBooster {
  const options = parseOptions<z.infer<typeof booster.options>>(booster, given);
  const refuse = (expected: string, got: string) => {
    const remedy = "choose another booster, or none";
    throw new InputError("unsupported", `features for booster ${booster.name}`, { expected, got, remedy });
  };
  if (booster.data === "images") layoutFor(booster.name, shape);
  const whole = threat.domain.kinds?.find((kind, j) => kind !== "real" && !isFrozen(threat, j));
  if (booster.data !== "any" && whole) refuse("real ones, as it asks for gradients around a point", `${whole} ones`);
  return { booster, options };
}

/** Rows of gradients for each that an attack asks for under these boosters. */
export function gradientsPerStep(boosters: readonly ChosenBooster[]): number {
  return boosters.reduce((product, { booster, options }) => product * booster.gradientsPerStep(options), 1);
}

/** Why a booster that follows gradients around a point cannot help; undefined where it may. */
export function constantGradient({ isAffine, loss }: Boosted): string | undefined {
  if (!isAffine || (loss !== "margin" && loss !== "logit")) return undefined;
  return "the surrogate's scores are affine, so gradients around a point are those at the point";
}
