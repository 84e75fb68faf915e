import type { Operator } from "../operator.ts";
import { extremumGradient, extremumShape } from "./extremum.ts";

/** y = the largest of the inputs. */
export const Max: Operator = { infer: extremumShape, gradient: extremumGradient };
