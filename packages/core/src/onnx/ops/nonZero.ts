import { toNumbers } from "../../tensor.ts";
import { eachIndex, elementAt, numbers } from "../dataPropagation.ts";
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
  propagate: (_, [x], [rank]) => {
    const places: (readonly number[])[] = [];
    if (!numbers(x)) return undefined;
    eachIndex(x.shape, (index) => {
      if (elementAt(x, index) !== 0) places.push([...index]);
      return undefined;
    });
    return Array.from({ length: rank }, (_, axis) => places.map((place) => place[axis])).flat();
  },
  gradient: zeroGradient,
};
