// One dimension of a shape: a number, or a symbol such as "N" for what is known only when the graph runs.

import { InputError } from "../errors.ts";
import { MAX_SYMBOLS } from "./limits.ts";

/** A known size, or a symbol; products of symbols are written "4*N". */
export type Dim = number | string;

/**
 * The product of dimensions, in a canonical form, so that equal products are equal strings.
 *
 * @throws InputError where it has more symbols than any real model needs.
 */
export function multiplyDims(...dims: readonly Dim[]): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === "number") factor *= dim;
    else {
      const parts = dim.split("*");
      const head = Number(parts[0]);
      if (Number.isInteger(head)) factor *= head;
      symbols.push(...(Number.isInteger(head) ? parts.slice(1) : parts));
    }
  }
  if (symbols.length === 0 || factor === 0) return factor;
  if (symbols.length > MAX_SYMBOLS) {
    throw new InputError("unsupported", "dimension of the graph", {
      expected: `a product of at most ${MAX_SYMBOLS} unknown sizes`,
      got: `one of ${symbols.length}`,
      remedy: "export the model with fixed sizes",
    });
  }
  symbols.sort();
  return factor === 1 ? symbols.join("*") : `${factor}*${symbols.join("*")}`;
}

/** The quotient of two dimensions where it is exact, else undefined. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") return a % b === 0 ? a / b : undefined;
  const numerator = String(a).split("*");
  let factor = 1;
  for (const part of String(b).split("*")) {
    const number = Number(part);
    if (Number.isInteger(number)) factor *= number;
    else {
      const at = numerator.indexOf(part);
      if (at < 0) return undefined;
      numerator.splice(at, 1);
    }
  }
  const dims = numerator.map((part) => (Number.isInteger(Number(part)) ? Number(part) : part));
  const product = multiplyDims(...dims);
  if (factor === 1) return product;
  const [head, ...rest] = String(product).split("*");
  const number = Number(head);
  if (!Number.isInteger(number) || number % factor !== 0) return undefined;
  return multiplyDims(number / factor, ...rest);
}

/** Whether every dimension is a number. */
export function isStatic(shape: readonly Dim[]): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}
