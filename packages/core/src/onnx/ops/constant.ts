import { tensor } from "../../tensor.ts";
import { type Operator, unsupportedNode, zeroGradient } from "../operator.ts";

/** y = the value in the attributes. */
export const Constant: Operator = {
  required: 0,
  infer({ node }) {
    const { value, value_int, value_ints, value_float, value_floats } = node.attributes;
    let constant = value && "tensor" in value ? value.tensor : undefined;
    if (value_int && "int" in value_int) constant = tensor("int64", [], [value_int.int]);
    if (value_ints && "ints" in value_ints) constant = tensor("int64", [value_ints.ints.length], value_ints.ints);
    if (value_float && "float" in value_float) constant = tensor("float32", [], [value_float.float]);
    if (value_floats && "floats" in value_floats) {
      constant = tensor("float32", [value_floats.floats.length], value_floats.floats);
    }
    if (!constant) throw unsupportedNode(node, "a numeric value", Object.keys(node.attributes).join(", ") || "none");
    return [{ type: constant.type, shape: constant.shape, constant }];
  },
  gradient: zeroGradient,
};
