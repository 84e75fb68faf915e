import { sameElements } from "../dataPropagation.ts";
import { type Dim, divideDims, multiplyDims } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { nodeError, type Operator, unknownShape } from "../operator.ts";
import { sameRange } from "../range.ts";
import { contentOf } from "../valueType.ts";

/** y = x under another shape; 0 keeps a dimension (unless `allowzero`), -1 takes what is left. */
export const Reshape: Operator = {
  required: 2,
  infer({ node, inputs: [x, target], unknownDim }) {
    const content = contentOf(target);
    if (!content) return [{ type: x!.type, shape: unknownShape(node, target!, unknownDim) }];
    const keepZero = intAttribute(node, "allowzero", 0);
    const shape: Dim[] = content.map((dim, i) => (dim === 0 && !keepZero ? x!.shape[i] : dim));
    if (shape.includes(undefined as never)) {
      throw nodeError(node, "a 0 only where the input has an axis to keep", `[${content}] for [${x!.shape}]`);
    }
    const open = shape.indexOf(-1);
    if (open >= 0) {
      const rest = multiplyDims(...shape.filter((_, i) => i !== open));
      shape[open] = divideDims(multiplyDims(...x!.shape), rest) ?? unknownDim();
    }
    const [from, to] = [multiplyDims(...x!.shape), multiplyDims(...shape)];
    if (typeof from === "number" && typeof to === "number" && from !== to) {
      throw nodeError(node, `a target shape of ${from} elements`, `[${shape}]`);
    }
    return [{ type: x!.type, shape }];
  },
  propagate: sameElements,
  range: sameRange,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Reshape", [cotangent, g.node("Shape", [x])])],
};
