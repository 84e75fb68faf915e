// How many numbers a graph holds at once, as far as its file tells: a Pad or an Expand of a few bytes may ask for any.

import { beyond, modelLimits, mostOf } from "../limits.ts";
import { builderOf } from "../onnx/builder.ts";
import type { Dim } from "../onnx/dim.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { sizeOf } from "../tensor.ts";

/**
 * Checks the sizes of intermediate results, for one row, before any is computed. A result may be as large as all
 * constants of the file together, which are in memory anyway, whatever the limit.
 *
 * @throws InputError for a larger one
 */
export function requireHeldNumbers(onnx: OnnxModel | undefined): void {
  const g = onnx && builderOf(onnx.graph);
  if (!g) return;
  const constants = [...onnx.graph.initializers.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const most = Math.max(mostOf(modelLimits.held), constants);
  for (const { op, outputs } of g.currentNodes) {
    for (const name of outputs) {
      if (name === "") continue;
      const numbers = g.type(name).shape.reduce<number>((product, dim) => product * knownPart(dim), 1);
      if (numbers > most) throw beyond(modelLimits.held, "model", `${numbers} from ${op}`, "export a smaller model");
    }
  }
}

/** What is known of a dimension: the factor of "4*N" is 4. */
function knownPart(dim: Dim): number {
  const factor = Number(typeof dim === "number" ? dim : dim.split("*")[0]);
  return Number.isInteger(factor) ? factor : 1;
}
