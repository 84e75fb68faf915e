import { requireBlocks } from "../checks.ts";
import { divideDims, multiplyDims } from "../dim.ts";
import { intAttribute, type Node, stringAttribute } from "../graph.ts";
import { nodeError, type Operator, unknownSize } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y[c, b h + i, b w + j] = x[(i b + j) C + c, h, w] with mode DCR, x[c b^2 + i b + j, h, w] with CRD. */
export const DepthToSpace: Operator = {
  check: requireBlocks,
  infer({ node, inputs: [x], unknownDim }) {
    const size = blockSize(node);
    const [batch, channels, height, width] = x!.shape;
    const depth = divideDims(channels, size * size);
    if (depth === undefined && typeof channels === "number") {
      throw nodeError(node, `a multiple of ${size * size} channels`, `${channels}`);
    }
    const shape = [batch, depth ?? unknownDim(), multiplyDims(height, size), multiplyDims(width, size)];
    return [{ type: x!.type, shape }];
  },
  range: sameRange,
  gradient({ g, node, inputs: [x], cotangent }) {
    const size = blockSize(node);
    const dx = g.node("SpaceToDepth", [cotangent], { blocksize: { int: size } });
    if (stringAttribute(node, "mode", "DCR") === "DCR") return [dx];
    // SpaceToDepth puts the places in a block first, mode CRD the channels.
    const [, channels, height, width] = g.type(x).shape;
    if (typeof channels !== "number") throw unknownSize(node, "the number of channels", `"${channels}"`);
    const depth = channels / size ** 2;
    const parts = [0, size * size, depth, typeof height === "number" ? height : -1, Number(width)];
    if (typeof width !== "number") throw unknownSize(node, "the width", `"${width}"`);
    const split = g.node("Reshape", [dx, g.ints(parts)]);
    const turned = g.node("Transpose", [split], { perm: { ints: [0, 2, 1, 3, 4] } });
    return [g.node("Reshape", [turned, g.node("Shape", [x])])];
  },
};

/** The attribute `blocksize`. */
export function blockSize(node: Node): number {
  const size = intAttribute(node, "blocksize", 0);
  if (size < 1) throw nodeError(node, "a blocksize of 1 or more", `${size}`);
  return size;
}
