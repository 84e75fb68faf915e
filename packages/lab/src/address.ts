// The state of the page as it stands in the address: all that its controls say.

import { z } from "zod";
import { ownSchema } from "./own/asked.ts";
import { PIXELS } from "./pixels.ts";
import { learnerNames, WEAKEST } from "./question/learners.ts";
import { questionSchema } from "./question/question.ts";

const between = z.number().min(0).max(WEAKEST).optional();
const part = z.number().min(0).max(1);

/** A digit that was drawn: its pixels row by row, one of 16 greys each, and the position of its class. */
const drawnSchema = z.strictObject({
  pixels: z.string().regex(new RegExp(`^[0-9a-f]{${PIXELS ** 2}}$`)),
  label: z.number().int().min(0).max(1),
});

const pointSchema = z.strictObject({ x: part, y: part, label: z.number().int().min(0).max(1) });
const poisonSchema = z.strictObject({
  learners: z.tuple([z.enum(learnerNames), z.enum(learnerNames)]).default(["svm-linear", "svm-rbf"]),
  /** The training set; the first one, which is clean, where absent. */
  points: z.array(pointSchema).min(2).max(100).optional(),
  /** The point that buttons move. */
  chosen: z.number().int().min(0).max(99).default(0),
});

const viewSchema = questionSchema.extend({
  epsilon: z.number().min(0).default(1.5),
  digit: z.number().int().min(0).default(0),
  /** The step of the story that was reached. */
  step: z.number().int().min(0).optional(),
  /** Where sliders of regularisation are that stand between two positions. */
  between: z.strictObject({ surrogate: between, target: between }).default({}),
  drawn: drawnSchema.optional(),
  poison: poisonSchema.default(poisonSchema.parse({})),
  /** What is asked of the user's own files, which are no part of it. */
  own: ownSchema.optional(),
});
export type View = z.infer<typeof viewSchema>;

/** The state in an address, and what could not be read of it. */
export function viewOf(hash: string): { view: View; fault?: string } {
  if (hash.length <= 1) return { view: viewSchema.parse({}) };
  try {
    return { view: viewSchema.parse(JSON.parse(decodeURIComponent(hash.slice(1)))) };
  } catch {
    const fault = "The address holds a state that this page cannot read; it shows its first one in its place.";
    return { view: viewSchema.parse({}), fault };
  }
}

/** The state as the part of an address after its #. */
export function hashOf(view: View): string {
  return `#${encodeURIComponent(JSON.stringify(view))}`;
}

/** Greys from 0 to 1 as digits from 0 to f, and back. */
export const greysIn = (text: string): Float32Array =>
  Float32Array.from(text, (digit) => Number.parseInt(digit, 16) / 15);
export const textOf = (greys: Float32Array): string =>
  Array.from(greys, (grey) => Math.round(15 * grey).toString(16)).join("");
