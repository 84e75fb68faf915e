// Where text leaves for the user's terminal: nothing that a file, a model or a service says can steer it.

import { redact } from "./secrets.ts";
import { sentenceOf, visible } from "./visible.ts";

/** Writes text to standard output. */
export function print(text: string): void {
  process.stdout.write(visible(text));
}

/** Writes a sentence to standard error, on a line of its own also where progress is drawn. */
export function tell(sentence: string): void {
  const { stderr } = process;
  stderr.write(`${stderr.isTTY ? "\r\x1b[2K" : ""}carom: ${sentenceOf(redact(sentence))}\n`);
}
