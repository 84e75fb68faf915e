import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intsAttribute, type Node, stringAttribute } from "../graph.ts";
import { requireSmall } from "../limits.ts";
import { nodeError, unknownSize, unsupportedNode } from "../operator.ts";
import { padWidths } from "../ops/pad.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Widths and value of the margin were attributes before opset 11. A margin that repeats, mirrors or continues the input
 * is gathered from it.
 */
export const Pad: Rewrite = {
  changes: [11],
  applies: (node, version) => version < 11 || modeOf(node) !== "constant",
  rewrite(g, node, { version }) {
    const [x] = node.inputs;
    const pads = version < 11 ? g.ints(intsAttribute(node, "pads", [])) : node.inputs[1];
    if (modeOf(node) !== "constant") return gathered(g, node, pads);
    return g.node("Pad", [x, pads, g.scalar(floatAttribute(node, "value", 0), x)]);
  },
};

function modeOf(node: Node): string {
  return stringAttribute(node, "mode", "constant");
}

function gathered(g: GraphBuilder, node: Node, pads: string): string {
  const [x, , , axes] = node.inputs;
  const { before, after } = padWidths(node, [g.type(x), g.type(pads), undefined, axes ? g.type(axes) : undefined]);
  return g.type(x).shape.reduce((result: string, size, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return result;
    if (typeof size !== "number") throw unknownSize(node, "sizes of axes with a margin", `"${size}"`);
    const places = placesOf(node, size, before[axis], after[axis]);
    return g.node("Gather", [result, g.ints(places)], { axis: { int: axis } });
  }, x);
}

/** Which element of an axis stands at each place of the padded one. */
function placesOf(node: Node, size: number, before: number, after: number): readonly number[] {
  // What is cut off is no longer there to be mirrored.
  const first = Math.max(0, -before);
  const rest = size - first - Math.max(0, -after);
  const [front, back] = [Math.max(0, before), Math.max(0, after)];
  requireSmall(front + rest + back, "places along a padded axis");
  const mode = modeOf(node);
  const place = placers[mode];
  if (!place) throw unsupportedNode(node, "a margin that is constant, edge, reflect or wrap", mode);
  if (rest < 1) throw nodeError(node, "an element to make a margin of", `${rest}`);
  return Array.from({ length: front + rest + back }, (_, i) => first + place(i - front, rest));
}

/** For each mode which of n elements stands at place i, before the first or behind the last too. */
const placers: Readonly<Record<string, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  reflect(i, n) {
    if (n === 1) return 0;
    const period = 2 * (n - 1);
    const at = modulo(i, period);
    return at < n ? at : period - at;
  },
  wrap: modulo,
};

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n;
}
