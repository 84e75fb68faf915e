// The state of the page as it stands in the address.

import { z } from "zod";
import { questionSchema } from "./question/question.ts";

const viewSchema = questionSchema.extend({
  epsilon: z.number().min(0).default(1.5),
  digit: z.number().int().min(0).default(0),
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
