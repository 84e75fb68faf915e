import { toNumbers } from "../../tensor.ts";
import { eachIndex } from "../dataPropagation.ts";
import { type Operator, unknownShape, zeroGradient } from "../operator.ts";
import { contentOf } from "../valueType.ts";

/** y = one value everywhere, of a given shape (float32 zero where no value is given). */
export const ConstantOfShape: Operator = {
  infer({ node, inputs: [shape], unknownDim }) {
    const value = node.attributes.value;
    const type = value && "tensor" in value ? value.tensor.type : "float32";
    return [{ type, shape: contentOf(shape) ?? unknownShape(node, shape!, unknownDim) }];
  },
  propagate: (node, _, shape) => {
    const { value } = node.attributes;
    const [element] = value && "tensor" in value ? toNumbers(value.tensor) : [0];
    return eachIndex(shape, () => element);
  },
  gradient: zeroGradient,
};
