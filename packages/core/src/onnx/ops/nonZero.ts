import { toNumbers } from "../../tensor.ts";
import { type Operator, zeroGradient } from "../operator.ts";
import { contentOf } from "../valueType.ts";

/** y = the places of the elements of x that are not 0, one column each. */
export const NonZero: Operator = {
  infer({ inputs: [x], unknownDim }) {
    const elements = x!.constant ? toNumbers(x!.constant) : (contentOf(x) ?? [undefined]);
    const isKnown = elements.every((each) => typeof each === "number");
    const count = isKnown ? elements.filter((each) => each !== 0).length : unknownDim();
    return [{ type: "int64", shape: [x!.shape.length, count] }];
  },
  gradient: zeroGradient,
};
