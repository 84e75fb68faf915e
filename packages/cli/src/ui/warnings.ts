// What is suspicious, as a terminal shows it below the answer.

import type { Doubt } from "@carom/core/models";
import { outputWidth, wrap } from "../terminal/wrap.ts";

/** A line per doubt, after the name of the model where there are several. */
export function warningLines(doubts: readonly Pick<Doubt, "sentence">[], name?: string): string {
  const lines = doubts.map(({ sentence }) => `Warning: ${name === undefined ? "" : `${name}: `}${sentence}\n`);
  return wrap(lines.join(""), outputWidth());
}
