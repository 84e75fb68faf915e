// What is suspicious, as a terminal shows it below the answer.

import type { ModelWarning } from "@carom/core/models";
import { outputWidth, wrap } from "../terminal/wrap.ts";

/** A line per warning, after the name of the model where there are several. */
export function warningLines(warnings: readonly Pick<ModelWarning, "sentence">[], name?: string): string {
  const lines = warnings.map(({ sentence }) => `Warning: ${name === undefined ? "" : `${name}: `}${sentence}\n`);
  return wrap(lines.join(""), outputWidth());
}
