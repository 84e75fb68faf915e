import { contentOf, nodeError, type Operator, zeroGradient } from "../operator.ts";

/** y = one value everywhere, of a given shape (float32 zero where no value is given). */
export const ConstantOfShape: Operator = {
  infer({ node, inputs: [shape], unknownDim }) {
    const value = node.attributes.value;
    const type = value && "tensor" in value ? value.tensor.type : "float32";
    const rank = shape!.shape[0];
    if (typeof rank !== "number") throw nodeError(node, "a shape of known length", "an unknown length");
    return [{ type, shape: contentOf(shape) ?? Array.from({ length: rank }, unknownDim) }];
  },
  gradient: zeroGradient,
};
