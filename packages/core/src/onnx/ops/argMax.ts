import { type Operator, zeroGradient } from "../operator.ts";
import { placesShape } from "./places.ts";

/** y = the place of the largest element along an axis, an integer. */
export const ArgMax: Operator = { infer: placesShape, gradient: zeroGradient };
