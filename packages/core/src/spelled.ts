// What users write for an option, whatever host asks them, and how it is refused.

import { InputError } from "./errors.ts";

/** The number that a text is; NaN for one that is none, or empty. */
export function numberIn(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** The refusal of what was written for an option, which stands as the command line names it. */
export function invalidOption(option: string, expected: string, got: string, remedy: string): InputError {
  return new InputError("invalid", `option ${option}`, { expected, got: `"${got}"`, remedy });
}

/** The value that a word stands for. @throws InputError for another word */
export function oneOf<T>(option: string, text: string, values: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(values, text)) return values[text];
  throw invalidOption(option, `one of ${Object.keys(values).join(", ")}`, text, "see --help");
}
