// Every evasion attack by name. The same list feeds the command line, option checks and the conformance suite.

import { z } from "zod";
import { InputError, unknownName } from "../../errors.ts";
import type { Norm } from "../../threat/norm.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Attack } from "../attack.ts";
import { flipAttack } from "./flips.ts";
import { lineSearchAttack } from "./lineSearch.ts";
import { noiseAttack } from "./noise.ts";
import { pgdAttack } from "./pgd.ts";
import { withRestarts } from "./restarts.ts";

export interface EvasionAttack<Options = Record<string, unknown>> {
  readonly name: string;
  /** One line for lists and help. */
  readonly summary: string;
  /** Checks options and fills in defaults. */
  readonly options: z.ZodType<Options>;
  readonly capabilities: {
    readonly norms: readonly Norm["name"][];
    /** Whether it asks for gradients. */
    readonly gradients: boolean;
    /** Whether it chooses among the values of binary features itself; else its result is rounded to them. */
    readonly discrete: boolean;
    /** Whether it goes on from any start and never ends below it, so that solutions of smaller budgets help. */
    readonly improves: boolean;
  };
  readonly reference: string;
  build(options: Options): Attack;
}

/** An attack whose options have been forgotten: what a registry of different attacks can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each attack checks its own options by schema
export type AnyEvasionAttack = EvasionAttack<any>;

const everyNorm = ["l1", "l2", "linf"] as const;
const restarts = z.number().int().min(0).default(0).describe("further attacks from random points of the ball");

/** Keeps the options of an entry and its build function of one type. */
function entry<Schema extends z.ZodType>(
  attack: Omit<EvasionAttack<z.infer<Schema>>, "options"> & { readonly options: Schema },
): AnyEvasionAttack {
  return attack;
}

export const evasionAttacks: Readonly<Record<string, AnyEvasionAttack>> = {
  "line-search": entry({
    name: "line-search",
    summary: "projected gradient ascent with a line search for each point",
    options: z.strictObject({
      tolerance: z.number().positive().default(1e-6).describe("share of all it gained that a point must gain further"),
      maxIterations: z.number().int().positive().default(100).describe("gradients per point, at most"),
      restarts,
    }),
    capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: true },
    reference: "Demontis et al. 2019, Algorithm 1",
    build: ({ restarts, ...options }) => withRestarts(lineSearchAttack(options), restarts),
  }),
  pgd: entry({
    name: "pgd",
    summary: "projected gradient ascent with steps of fixed length; with momentum, MI-FGSM",
    options: z.strictObject({
      steps: z.number().int().positive().default(50).describe("how many"),
      stepSize: z.number().positive().default(0.1).describe("length of a step, in units of the budget"),
      momentum: z.number().min(0).default(0).describe("share of the direction kept from step to step"),
      restarts,
    }),
    capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: false },
    reference: "Madry et al., ICLR 2018; momentum: Dong et al., CVPR 2018",
    build: ({ restarts, ...options }) => withRestarts(pgdAttack(options), restarts),
  }),
  fgm: entry({
    name: "fgm",
    summary: "one gradient step of the whole budget; for Linf the fast gradient sign method",
    options: z.strictObject({}),
    capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: false },
    reference: "Goodfellow et al., ICLR 2015",
    build: () => pgdAttack({ steps: 1, stepSize: 1 }),
  }),
  flips: entry({
    name: "flips",
    summary: "one binary feature after another, the most promising first",
    options: z.strictObject({
      perGradient: z.number().int().positive().default(1).describe("features changed between two gradients"),
    }),
    capabilities: { norms: ["l1"], gradients: true, discrete: true, improves: true },
    reference: "Demontis et al. 2019, section 5.1 (Drebin)",
    build: flipAttack,
  }),
  noise: entry({
    name: "noise",
    summary: "random noise as long as the budget allows: what an attack must beat",
    options: z.strictObject({}),
    capabilities: { norms: everyNorm, gradients: false, discrete: false, improves: false },
    reference: "the baseline of Szegedy et al., ICLR 2014",
    build: () => noiseAttack(),
  }),
};

/** The attack of that name. @throws InputError with the nearest name where there is none. */
export function evasionByName(name: string): AnyEvasionAttack {
  return Object.hasOwn(evasionAttacks, name)
    ? evasionAttacks[name]
    : unknownName("attack", name, Object.keys(evasionAttacks));
}

/**
 * An attack with its options checked, for a threat model.
 *
 * @throws InputError for options it lacks, values it refuses, a norm it is not made for, or features that are not binary
 * where it needs them to be.
 */
export function buildEvasion(
  attack: AnyEvasionAttack,
  given: Readonly<Record<string, unknown>>,
  threat: Omit<ThreatModel, "epsilon">,
): Attack {
  const { name, options, capabilities } = attack;
  const schema = options as unknown as z.ZodObject;
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(schema.shape, option)) unknownName(`option of ${name}`, option, Object.keys(schema.shape));
  }
  const parsed = options.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const option = String(issue.path[0]);
    throw new InputError("invalid", `option ${option} of ${name}`, {
      expected: issue.message.replace(/^.*expected /, "").replace(/^Too (small|big): /, ""),
      got: JSON.stringify(given[option]),
      remedy: `${option} is the ${(schema.shape[option] as z.ZodType).description}`,
    });
  }
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
  return attack.build(parsed.data);
}
