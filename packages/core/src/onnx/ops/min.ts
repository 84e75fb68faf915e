import { eachIndex, either, elementAt } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfLeast } from "../range.ts";
import { extremumGradient, extremumShape } from "./extremum.ts";

/** y = the smallest of the inputs. */
export const Min: Operator = {
  required: "all",
  infer: extremumShape,
  propagate: (_, inputs, shape) =>
    eachIndex(shape, (index) => inputs.map((each) => elementAt(each, index)).reduce(either(Math.min))),
  range: rangeOfLeast,
  gradient: extremumGradient,
};
