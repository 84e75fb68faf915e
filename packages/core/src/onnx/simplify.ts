// Rewrites a graph into one that computes the same faster. Only what was measured to pay, and what the runtime does not do.

import type { Graph } from "./graph.ts";
import { largerImages } from "./passes/largerImages.ts";
import { mirroredKernels } from "./passes/mirroredKernels.ts";
import { productsForConvolutions } from "./passes/productsForConvolutions.ts";
import { wholeWindows } from "./passes/wholeWindows.ts";
import { prune } from "./prune.ts";

/** What is done to a graph, in this order. */
export const passes = [wholeWindows, productsForConvolutions, largerImages, mirroredKernels, prune] as const;

/**
 * An equal graph that runs faster; the last thing to do before a graph is compiled.
 *
 * The result can be differentiated too, but its second derivatives are slower than those of the graph it came from.
 * Constant folding, common subexpressions and fusions of neighbours are left to the runtime, which does them when it
 * compiles. What passes need of common subexpressions, each slice and each matrix of weights once, they see to themselves.
 */
export function simplify(graph: Graph): Graph {
  return passes.reduce((simple, pass) => pass(simple), graph);
}
