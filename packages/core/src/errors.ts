// Faults of the input: one class, one sentence. Everything else that throws is a fault of ours.

/** Which of four things is wrong with an input. */
export type InputErrorCode = "missing" | "invalid" | "unknown" | "unsupported";

/** The parts of the sentence: what was expected, what came instead, what to do about it. */
export interface InputErrorDetail {
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;
}

/**
 * A fault of the user's input, told in one sentence: `invalid labels: expected ..., got ...; remedy`.
 *
 * The command line prints the message and exits with status 2. Anything else that is thrown is a fault of ours.
 */
export class InputError extends Error {
  readonly code: InputErrorCode;
  readonly what: string;
  readonly detail: InputErrorDetail;

  constructor(code: InputErrorCode, what: string, detail: InputErrorDetail) {
    const { expected, got, remedy } = detail;
    super(
      `${code} ${short(what, 300)}: expected ${short(expected, 1000)}, got ${short(got, 300)}; ${short(remedy, 600)}`,
    );
    this.name = "InputError";
    this.code = code;
    this.what = what;
    this.detail = detail;
  }
}

/** A part of a sentence without its middle where it is long, so that names of any length leave the others legible. */
function short(part: string, most: number): string {
  return part.length <= most ? part : `${part.slice(0, most - 60)}...${part.slice(-57)}`;
}

/**
 * Throws an `InputError` for a name that is not in a list, the nearest known name first.
 *
 * @example
 * ```ts
 * import { unknownName } from "@carom/core";
 *
 * try {
 *   unknownName("learner", "lineer", ["forest", "linear"]);
 * } catch (error) {
 *   console.log((error as Error).message.split("; ")[1]); // did you mean "linear"?
 * }
 * ```
 */
export function unknownName(kind: string, name: string, known: readonly string[]): never {
  const near = known.map((each) => ({ each, distance: editDistance(name, each) }));
  const sorted = near.sort((a, b) => a.distance - b.distance).map(({ each }) => each);
  throw new InputError("unknown", `${kind} "${name}"`, {
    expected: `one of ${sorted.join(", ")}`,
    got: `"${name}"`,
    remedy: sorted.length > 0 ? `did you mean "${sorted[0]}"?` : "there is none to choose from",
  });
}

/** Throws an internal error unless the condition holds: a fault of ours, never of the input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

/**
 * Levenshtein distance: the fewest insertions, deletions and substitutions that turn `a` into `b`.
 *
 * @example
 * ```ts
 * import { editDistance } from "@carom/core";
 *
 * console.log(editDistance("lineer", "linear")); // 1
 * ```
 */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
