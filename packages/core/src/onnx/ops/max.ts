import { eachIndex, either, elementAt } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfMost } from "../range.ts";
import { extremumGradient, extremumShape } from "./extremum.ts";

/** y = the largest of the inputs. */
export const Max: Operator = {
  required: "all",
  infer: extremumShape,
  propagate: (_, inputs, shape) =>
    eachIndex(shape, (index) => inputs.map((each) => elementAt(each, index)).reduce(either(Math.max))),
  range: rangeOfMost,
  gradient: extremumGradient,
};
