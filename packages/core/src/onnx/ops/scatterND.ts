import { requirePlaces } from "../checks.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scatterGradient } from "../scatterGradient.ts";

/** y = x with slices written, or combined with what is there, at places that the last axis of the indices names. */
export const ScatterND: Operator = {
  required: 3,
  check: requirePlaces,
  infer: sameAsInput,
  gradient: (context) => scatterGradient(context, "GatherND"),
};
