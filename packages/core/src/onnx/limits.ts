// Bounds that no real model meets and hostile ones do: beyond them a file is refused before it costs memory or time.

import { InputError } from "../errors.ts";

/** More axes than any real tensor has. */
export const MAX_RANK = 64;

/** Graphs inside nodes inside graphs, and functions that call functions. */
export const MAX_NESTING = 16;

/** Nodes that functions and loops may become when they are written out. */
export const MAX_NODES = 1 << 16;

/**
 * Nodes of the graph of a gradient. ONNX Runtime 1.30 goes through them in a time that grows with the square of their
 * number, as each value of the forward pass waits for its turn in the backward pass: two minutes for so many.
 */
export const MAX_GRADIENT_NODES = 1 << 15;

/** Nodes, constants and whatever else a file, its graph and its functions list. */
export const MAX_PARTS = 1 << 18;

/** Longer lists of integers are data, not shapes: their content is not followed. */
export const MAX_CONTENT = 1024;

/** Symbols in the product of a dimension, such as N and M in "4*M*N". */
export const MAX_SYMBOLS = 32;

/** Elements of a constant that a rule writes into a gradient, such as the counts of an averaging window. */
const MAX_CONSTANT = 1 << 20;

/** @throws InputError where a rule would have to write too large a constant into a graph. */
export function requireSmall(size: number, what: string): void {
  if (size <= MAX_CONSTANT) return;
  throw new InputError("unsupported", "size in the graph", {
    expected: `at most ${MAX_CONSTANT} ${what}`,
    got: String(size),
    remedy: "export a smaller model",
  });
}
