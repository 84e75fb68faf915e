// The margins that attacks climb, whatever the model takes its gradients of.

import type { Tensor } from "../tensor.ts";
import { margin } from "./losses.ts";
import type { Differentiable } from "./open.ts";

/** The margin of each row that goes with the gradient of margins that the model gives. */
export async function marginsOf(model: Differentiable, x: Tensor, labels: Int32Array): Promise<Float64Array> {
  return model.margins ? model.margins(x, labels) : margin(await model.scores(x), labels);
}
