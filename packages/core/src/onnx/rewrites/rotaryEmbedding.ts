import { intAttribute } from "../graph.ts";
import { unknownSize } from "../operator.ts";
import { joinHeads, splitHeads } from "./attend.ts";
import type { Rewrite } from "./rewrite.ts";

/** Pairs of features turned by an angle that grows with the place in the sequence (Su and others, 2021). */
export const RotaryEmbedding: Rewrite = {
  since: 23,
  rewrite(g, node) {
    const [given, cosines, sines, places = ""] = node.inputs;
    const isFlat = g.type(given).shape.length === 3;
    const x = isFlat ? splitHeads(g, given, intAttribute(node, "num_heads", 0)) : given;
    const size = g.type(x).shape[3];
    if (typeof size !== "number") throw unknownSize(node, "the size of heads", `${size}`);
    const turned = intAttribute(node, "rotary_embedding_dim", 0) || size;
    const part = (value: string, from: number, to: number, step = 1) =>
      g.node("Slice", [value, g.ints([from]), g.ints([to]), g.ints([3]), g.ints([step])]);
    const isInterleaved = intAttribute(node, "interleaved", 0) !== 0;
    const half = turned / 2;
    const [a, b] = isInterleaved
      ? [part(x, 0, turned, 2), part(x, 1, turned, 2)]
      : [part(x, 0, half), part(x, half, turned)];
    // [B, S, half] beside [B, H, S, half]
    const [cos, sin] = [cosines, sines].map((cache) => {
      const rows = places === "" ? cache : g.node("Gather", [cache, places]);
      return g.node("Unsqueeze", [rows, g.ints([1])]);
    });
    const mul = (left: string, right: string) => g.node("Mul", [left, right]);
    const real = g.node("Sub", [mul(cos, a), mul(sin, b)]);
    const imaginary = g.node("Add", [mul(sin, a), mul(cos, b)]);
    const axis = { axis: { int: isInterleaved ? 4 : 3 } };
    const column = (value: string) => (isInterleaved ? g.node("Unsqueeze", [value, g.ints([4])]) : value);
    const pairs = g.node("Concat", [column(real), column(imaginary)], axis);
    const flat = isInterleaved ? g.node("Reshape", [pairs, g.ints([0, 0, -1, turned])]) : pairs;
    const y = turned === size ? flat : g.node("Concat", [flat, part(x, turned, size)], { axis: { int: 3 } });
    return isFlat ? joinHeads(g, y) : y;
  },
};
