import { type Dim, divideDims, multiplyDims } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { contentOf, nodeError, type Operator } from "../operator.ts";

/** y = x under another shape; 0 keeps a dimension (unless `allowzero`), -1 takes what is left. */
export const Reshape: Operator = {
  infer({ node, inputs: [x, target], unknownDim }) {
    const content = contentOf(target);
    if (!content) {
      const rank = target!.shape[0];
      if (typeof rank !== "number") throw nodeError(node, "a target shape of known length", "an unknown length");
      return [{ type: x!.type, shape: Array.from({ length: rank }, unknownDim) }];
    }
    const keepZero = intAttribute(node, "allowzero", 0);
    const shape: Dim[] = content.map((dim, i) => (dim === 0 && !keepZero ? x!.shape[i] : dim));
    const open = shape.indexOf(-1);
    if (open >= 0) {
      const rest = multiplyDims(...shape.filter((_, i) => i !== open));
      shape[open] = divideDims(multiplyDims(...x!.shape), rest) ?? unknownDim();
    }
    const [from, to] = [multiplyDims(...x!.shape), multiplyDims(...shape)];
    if (typeof from === "number" && typeof to === "number" && from !== to) {
      throw nodeError(node, `a target shape of ${from} elements`, `[${shape}]`);
    }
    return [{ type: x!.type, shape, ...(x!.content && { content: x!.content }) }];
  },
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Reshape", [cotangent, g.node("Shape", [x])])],
};
