import { requirePlaces } from "../checks.ts";
import { intAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scatterGradient } from "../scatterGradient.ts";

/** y = x with updates written, or combined with what is there, at indices along an axis. */
export const ScatterElements: Operator = {
  required: 3,
  check: requirePlaces,
  infer: sameAsInput,
  gradient: (context) =>
    scatterGradient(context, "GatherElements", { axis: { int: intAttribute(context.node, "axis", 0) } }),
};
