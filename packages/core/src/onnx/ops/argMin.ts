import { type Operator, zeroGradient } from "../operator.ts";
import { placesShape } from "./places.ts";

/** y = the place of the smallest element along an axis, an integer. */
export const ArgMin: Operator = { infer: placesShape, gradient: zeroGradient };
