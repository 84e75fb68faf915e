import { nodeError } from "../operator.ts";
import { asReal, type Lowering, numbers } from "./lowering.ts";

/** The features of several inputs beside each other. */
export const FeatureVectorizer: Lowering = (g, node) => {
  const sizes = numbers(node, "inputdimensions");
  const parts = node.inputs.map((input, i) => {
    const { shape } = g.type(input);
    if (shape.length !== 2 || shape[1] !== (sizes[i] ?? shape[1])) {
      throw nodeError(node, `rows of ${sizes[i]} features`, `shape [${shape}]`);
    }
    return asReal(g, input);
  });
  return parts.length === 1 ? parts[0] : g.node("Concat", parts, { axis: { int: 1 } });
};
