// Every poisoning attack by name. The same list feeds the command line, option checks and the conformance suite.

import { z } from "zod";
import { InputError, unknownName } from "../../errors.ts";
import { gradientAttack } from "./gradient.ts";
import { heuristicAttack } from "./heuristic.ts";
import { labelFlipAttack, marginFlipAttack } from "./labelFlip.ts";
import type { PoisoningAttack } from "./task.ts";

export { joinPoints, poisonCount, withPoison } from "./points.ts";
export type { PoisoningAttack, PoisonPoints, PoisonResult, PoisonTask } from "./task.ts";

export interface PoisoningEntry<Options = Record<string, unknown>> {
  readonly name: string;
  /** One line for lists and help. */
  readonly summary: string;
  readonly reference: string;
  /** Checks options and fills in defaults. */
  readonly options: z.ZodType<Options>;
  /** Whether it differentiates through the training. */
  readonly needsGradient: boolean;
  create(options: Options): PoisoningAttack;
}

/** An attack whose options have been forgotten: what a registry of different attacks can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each attack checks its own options by schema
export type AnyPoisoningEntry = PoisoningEntry<any>;

/** Keeps the options of an entry and its create function of one type. */
function entry<Schema extends z.ZodType>(
  attack: Omit<PoisoningEntry<z.infer<Schema>>, "options"> & { readonly options: Schema },
): AnyPoisoningEntry {
  return attack;
}

export const poisoningAttacks: Readonly<Record<string, AnyPoisoningEntry>> = {
  gradient: entry({
    name: "gradient",
    summary: "bilevel: ascent of the validation loss along its exact gradient through the training",
    reference: "Demontis et al. 2019, section 3.2 and Algorithm 1; Biggio et al., ICML 2012; Xiao et al., ICML 2015",
    needsGradient: true,
    options: z.strictObject({
      tolerance: z
        .number()
        .positive()
        .default(0.01)
        .describe("share of what a point has gained that a step must gain, or it has converged"),
      maxFits: z.number().int().min(2).default(60).describe("trainings per point, at most"),
      together: z.number().int().positive().default(1).describe("points that move at the same time"),
      passes: z.number().int().positive().default(1).describe("times that every point is optimised"),
      damping: z.number().nonnegative().default(1e-3).describe("added to the Hessian of networks; others need none"),
    }),
    create: gradientAttack,
  }),
  "label-flip": entry({
    name: "label-flip",
    summary: "clones of random training rows with another label: what an attack must beat",
    reference: "the random baseline of Biggio et al., ACML 2011",
    needsGradient: false,
    options: z.strictObject({}),
    create: () => labelFlipAttack,
  }),
  "margin-flip": entry({
    name: "margin-flip",
    summary: "clones of the training rows that the clean model is surest of, with another label",
    reference: "after the farthest-first label flips of Xiao et al., ECAI 2012",
    needsGradient: false,
    options: z.strictObject({}),
    create: () => marginFlipAttack,
  }),
  heuristic: entry({
    name: "heuristic",
    summary: "flipped clones, moved along the difference of the class means; no gradient through the training",
    reference: "Carom's own; the means as in Biggio et al., ACML 2011",
    needsGradient: false,
    options: z.strictObject({
      lengths: z
        .array(z.number().nonnegative())
        .min(1)
        .default([0, 1, 3, 10])
        .describe("how far to move, in differences of the means; the best counts"),
    }),
    create: heuristicAttack,
  }),
};

/** The attack of that name. @throws InputError with the nearest name where there is none. */
export function poisoningByName(name: string): AnyPoisoningEntry {
  return Object.hasOwn(poisoningAttacks, name)
    ? poisoningAttacks[name]
    : unknownName("poisoning attack", name, Object.keys(poisoningAttacks));
}

/** An attack with its options checked. @throws InputError for options it lacks and values it refuses. */
export function buildPoisoning(attack: AnyPoisoningEntry, given: Readonly<Record<string, unknown>>): PoisoningAttack {
  const schema = attack.options as unknown as z.ZodObject;
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(schema.shape, option))
      unknownName(`option of ${attack.name}`, option, Object.keys(schema.shape));
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return attack.create(parsed.data);
  const issue = parsed.error.issues[0];
  const option = String(issue.path[0]);
  throw new InputError("invalid", `option ${option} of ${attack.name}`, {
    expected: issue.message.replace(/^.*expected /, "").replace(/^Too (small|big): /, ""),
    got: JSON.stringify(given[option]),
    remedy: `${option} is the ${(schema.shape[option] as z.ZodType).description}`,
  });
}
