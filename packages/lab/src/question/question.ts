// What the page asks: who attacks whom, how a change is measured, and which training sets were drawn.

import type { Norm } from "@carom/core";
import { z } from "zod";
import { ofComplexity, surrogateSchema, targetSchema } from "./learners.ts";

/** Attacks that follow gradients; the strongest is the optimum on linear models, the paper's line search on others. */
export const attackNames = ["strongest", "pgd", "apgd", "fgm"] as const;
/** Other estimates of the gradients that attacks follow, which cost little more. */
export const boosterNames = ["none", "ni", "vmi", "emi"] as const;

export const questionSchema = z.strictObject({
  surrogate: surrogateSchema.default(ofComplexity("logistic", "high")),
  target: targetSchema.default(ofComplexity("mlp", "high")),
  norm: z.enum(["l2", "linf"]).default("l2"),
  attack: z.enum(attackNames).default("strongest"),
  booster: z.enum(boosterNames).default("none"),
  /** A second surrogate that is attacked together with the first. */
  partner: surrogateSchema.optional(),
  /** Names the draw of both training sets. */
  seed: z.number().int().min(0).max(999).default(0),
});
export type Question = z.infer<typeof questionSchema>;

/** Budgets that are computed; what lies between two of them is interpolated. */
export const budgetsOf: Readonly<Record<Question["norm"], readonly number[]>> = {
  l2: Array.from({ length: 21 }, (_, i) => i / 4),
  linf: Array.from({ length: 21 }, (_, i) => i / 50),
};

/** The norms as people know them. */
export const normLabels: Readonly<Record<Question["norm"], Norm["label"]>> = { l2: "L2", linf: "Linf" };
