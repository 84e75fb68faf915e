// Rewrites a graph into one that computes the same faster. Only what was measured to pay, and what the runtime does not
// do.

import type { Graph } from "./graph.ts";
import { largerImages } from "./passes/largerImages.ts";
import { mirroredKernels, mirroredWherePaid } from "./passes/mirroredKernels.ts";
import { productsForConvolutions } from "./passes/productsForConvolutions.ts";
import { wholeWindows } from "./passes/wholeWindows.ts";
import { prune } from "./prune.ts";

/**
 * What is done to a graph, in this order: constant kernels are mirrored before others are exchanged with their images,
 * also where they are the larger of the two. ResNet-18 on images of 64 x 64, whose last ones are of 2 x 2, takes a
 * seventh less so.
 */
export const passes = [wholeWindows, productsForConvolutions, mirroredWherePaid, largerImages, prune] as const;

/** The passes for runtimes whose own convolutions are faster than what processors are given in their place. */
const withConvolutions: readonly ((graph: Graph) => Graph)[] = [wholeWindows, mirroredKernels, prune];

/**
 * An equal graph that runs faster; the last thing to do before a graph is compiled.
 *
 * The result can be differentiated too, but its second derivatives are slower than those of the graph it came from.
 * Constant folding, common subexpressions and fusions of neighbours are left to the runtime, which does them when it
 * compiles. What passes need of common subexpressions, each slice and each matrix of weights once, they see to
 * themselves.
 *
 * @param keepConvolutions whether convolutions stay as they are, as is best on a GPU
 */
export function simplify(graph: Graph, keepConvolutions = false): Graph {
  const chosen: readonly ((graph: Graph) => Graph)[] = keepConvolutions ? withConvolutions : passes;
  return chosen.reduce((simple, pass) => pass(simple), graph);
}
