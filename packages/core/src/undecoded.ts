// What a decoder that others wrote could not read, as a fault of the file in our words.

import { InputError } from "./errors.ts";

/**
 * The error for what a decoder threw: a fault of the input as it is, anything else as what `fault` makes of the words
 * for it.
 *
 * What a decoder says is quoted where it says it to people. What it does not foresee ends in an error of the language,
 * or in words for programmers; of the file, either says only that it is damaged, or of a kind that the decoder lacks.
 *
 * @param fault the sentence for what came in place of a sound file
 */
export function undecoded(error: unknown, fault: (got: string) => InputError): InputError {
  return error instanceof InputError ? error : fault(inWords(error));
}

function inWords(error: unknown): string {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  if (cause instanceof Error) return inWords(cause);
  if (TOO_DEEP.test(message)) return "parts in one another without end";
  if (TOO_LARGE.test(message)) return "more than fits into memory";
  if (CUT_OFF.test(message)) return "what ends too early";
  // The first line says what is wrong; those after it would show what stands there, which may be a credential.
  const said = message.split("\n")[0].trim().replace(/[:.]$/, "");
  const isOfLanguage = error instanceof TypeError || error instanceof RangeError;
  if (isOfLanguage || said === "" || OF_CODE.test(said)) return "what is damaged or of a kind that is not read here";
  return `what cannot be read (${said})`;
}

const TOO_DEEP = /call stack/;
const TOO_LARGE = /allocation failed/;
const CUT_OFF = /\bEOF\b|\bend of file\b/;
/** Values and names of a program: `undefined`, `NaN`, `[object Object]`, `not a function`, `maxResolutionInMP`. */
const OF_CODE = /\b(undefined\b|NaN|Cannot\b)|\[object |\bis not (a|an|defined|iterable)\b|[a-z][A-Z][a-z]/;
