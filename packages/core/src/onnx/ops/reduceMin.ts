import type { Operator } from "../operator.ts";
import { reducedShape } from "../reduction.ts";
import { reducedExtremumGradient } from "./reduceMax.ts";

/** y = smallest of x over axes. */
export const ReduceMin: Operator = { infer: reducedShape, gradient: reducedExtremumGradient };
