import { requireBlocks } from "../checks.ts";
import { divideDims, multiplyDims } from "../dim.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { blockSize } from "./depthToSpace.ts";

/** y[(i b + j) C + c, h, w] = x[c, b h + i, b w + j]: blocks of b by b elements become channels. */
export const SpaceToDepth: Operator = {
  check: requireBlocks,
  infer({ node, inputs: [x], unknownDim }) {
    const size = blockSize(node);
    const [batch, channels, height, width] = x!.shape;
    const shape = [
      batch,
      multiplyDims(channels, size * size),
      divideDims(height, size) ?? unknownDim(),
      divideDims(width, size) ?? unknownDim(),
    ];
    return [{ type: x!.type, shape }];
  },
  range: sameRange,
  gradient: ({ g, node, cotangent }) => [
    g.node("DepthToSpace", [cotangent], { blocksize: { int: blockSize(node) }, mode: { string: "DCR" } }),
  ],
};
