import type { Operator } from "../operator.ts";
import { extremumGradient, extremumShape } from "./extremum.ts";

/** y = the smallest of the inputs. */
export const Min: Operator = { infer: extremumShape, gradient: extremumGradient };
