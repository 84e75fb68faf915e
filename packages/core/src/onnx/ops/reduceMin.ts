import { either, toOneElement } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { reducedShape } from "../reduction.ts";
import { reducedExtremumGradient } from "./reduceMax.ts";

/** y = smallest of x over axes. */
export const ReduceMin: Operator = {
  infer: reducedShape,
  propagate: toOneElement(either(Math.min)),
  range: sameRange,
  gradient: reducedExtremumGradient,
};
