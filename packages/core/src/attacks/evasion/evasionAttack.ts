// What an evasion attack is: an entry of the registry, with what it can and how it is built from its options.

import { z } from "zod";
import { InputError } from "../../errors.ts";
import { type EntryWithOptions, parseOptions } from "../../registry.ts";
import { type Norm, normNames } from "../../threat/norm.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Attack } from "../attack.ts";
import type { ChosenBooster } from "../boosters/booster.ts";
import type { Queries } from "../queries.ts";

/** An evasion attack as the registry holds it: what it can, and how it is built from its options. */
export interface EvasionAttack<Options = Record<string, unknown>> extends EntryWithOptions<Options> {
  /** One line for lists and help. */
  readonly summary: string;
  readonly capabilities: {
    readonly norms: readonly Norm["name"][];
    /** Whether it asks for gradients. */
    readonly gradients: boolean;
    /** Whether it chooses among the values of binary features itself; else its result is rounded to them. */
    readonly discrete: boolean;
    /** Whether it goes on from any start and never ends below it, so that solutions of smaller budgets help. */
    readonly improves: boolean;
    /** Whether its steps can follow gradients that boosters estimate. */
    readonly boosters: boolean;
    /** Whether what happens to a row depends on the others, so that rows must stay together. */
    readonly mixesRows?: boolean;
    /** Whether it attacks decision trees alone, which surrogates with gradients are not. */
    readonly trees?: boolean;
  };
  readonly reference: string;
  /** Rows of gradients for each point and budget; absent where the points decide. */
  gradients?(options: Options): number;
  /**
   * About what it asks of a model for each point of so many features and each budget, from one start. Estimates of time
   * are made of it, and an audit by all attackers leaves out those that ask for very much.
   */
  asks(options: Options, features: number): Queries;
  /** Microseconds that it takes itself for each of these rows (`LEAST_OVERHEAD` where absent). */
  readonly overhead?: number;
  /** The attack; boosters only where it can have some. */
  build(options: Options, boosters: readonly ChosenBooster[], threat: ThreatModel): Attack;
}

/** An attack whose options have been forgotten: what a registry of different attacks can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each attack checks its own options by schema
export type AnyEvasionAttack = EvasionAttack<any>;

export const everyNorm = normNames;
/** Those that are a length, and bound a perturbation without a box. */
export const everyLength = ["l1", "l2", "linf"] as const;

/** The option of attacks that may begin at random points too. */
export const restartsOption = z
  .number()
  .int()
  .min(0)
  .default(0)
  .describe("further attacks from random points of the ball");

/**
 * An attack with its options checked, for a threat model, its gradients estimated by boosters where some are given.
 *
 * @throws InputError for options it lacks, values it refuses, a norm it is not made for, features that are not binary
 * where it needs them to be, or boosters where it can have none.
 */
export function buildEvasion(
  attack: AnyEvasionAttack,
  given: Readonly<Record<string, unknown>>,
  threat: ThreatModel,
  boosters: readonly ChosenBooster[] = [],
): Attack {
  const { name, capabilities } = attack;
  const options = parseOptions(attack, given);
  if (!capabilities.norms.includes(threat.norm.name)) {
    throw new InputError("unsupported", `norm of attack ${name}`, {
      expected: capabilities.norms.join(", "),
      got: threat.norm.name,
      remedy: "choose another attack or norm",
    });
  }
  if (capabilities.discrete && !threat.domain.kinds?.every((kind) => kind === "binary")) {
    throw new InputError("unsupported", `features for attack ${name}`, {
      expected: "binary ones, each 0 or 1",
      got: "others",
      remedy: "choose another attack, or declare the features binary",
    });
  }
  if (boosters.length > 0 && !capabilities.boosters) {
    throw new InputError("unsupported", `boosters of attack ${name}`, {
      expected: "none, as it does not take steps of fixed length along gradients",
      got: boosters.map(({ booster }) => booster.name).join(", "),
      remedy: "choose pgd, or leave the boosters out",
    });
  }
  if (boosters.length > 0 && threat.norm.counts) {
    throw new InputError("unsupported", `boosters under ${threat.norm.label}`, {
      expected: "none, as its budgets are no length that neighbours or steps could be drawn by",
      got: boosters.map(({ booster }) => booster.name).join(", "),
      remedy: "choose another norm, or leave the boosters out",
    });
  }
  return attack.build(options, boosters, threat);
}
