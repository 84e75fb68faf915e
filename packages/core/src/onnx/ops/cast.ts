import { isReal, rounded } from "../dataPropagation.ts";
import { elementTypeOf } from "../elementType.ts";
import { intAttribute } from "../graph.ts";
import { type Operator, unsupportedNode } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x in another element type; gradients flow between floating-point types. */
export const Cast: Operator = {
  infer({ node, inputs: [x] }) {
    const type = elementTypeOf(intAttribute(node, "to", 0));
    if (!type) throw unsupportedNode(node, "a supported element type", `type number ${intAttribute(node, "to", 0)}`);
    return [{ type, shape: x!.shape }];
  },
  propagate: (node, [x]) => {
    const type = elementTypeOf(intAttribute(node, "to", 0));
    if (type === "bool") return x.data.map((each) => (typeof each === "number" ? Number(each !== 0) : undefined));
    return type && !isReal(type) ? x.data.map(rounded(Math.trunc)) : x.data;
  },
  range: sameRange,
  gradient({ g, inputs: [x], outputs: [y], cotangent }) {
    const isFloat = (name: string) => g.type(name).type.startsWith("float");
    return isFloat(x) && isFloat(y) ? [g.node("CastLike", [cotangent, x])] : [];
  },
};
