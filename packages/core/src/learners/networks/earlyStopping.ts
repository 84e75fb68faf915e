// The loss on rows that training does not see, by which early stopping decides.

import { addLoss } from "../../models/losses.ts";
import type { Runtime } from "../../models/runtime.ts";
import { GraphBuilder, modelOf } from "../../onnx/builder.ts";
import { writeModel } from "../../onnx/proto.ts";
import { type FloatType, sliceRows, type Tensor, toFloat } from "../../tensor.ts";
import type { Network } from "./sgdGraph.ts";

/** Rows [N, ...] and their labels. */
export interface Examples {
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
}

/** Rows that go through the network at once. */
const BLOCK = 256;

interface HeldOutLoss {
  /** Mean cross-entropy for weights by name. */
  measure(weights: Readonly<Record<string, Tensor>>): Promise<number>;
  close(): Promise<void>;
}

/** Compiles the loss of a network on the given rows. */
export async function heldOutLoss(runtime: Runtime, network: Network, examples: Examples): Promise<HeldOutLoss> {
  const x = toFloat(examples.x, "float32");
  const n = x.shape[0];
  const g = new GraphBuilder();
  const rows = g.input("x", "float32", ["N", ...x.shape.slice(1)]);
  const label = g.input("label", "int32", ["N"]);
  for (const [name, value] of network.weights) g.input(name, "float32", value.shape);
  const losses = addLoss(g, "crossEntropy", { scores: network.forward(g, rows) }, label);
  g.output(g.node("ReduceSum", [losses], { keepdims: { int: 0 } }), "loss");
  const session = await runtime.compile(writeModel(modelOf(g.graph())));
  return {
    async measure(state) {
      const weights = Object.fromEntries([...network.weights.keys()].map((name) => [name, state[name]]));
      let total = 0;
      for (let from = 0; from < n; from += BLOCK) {
        const to = Math.min(n, from + BLOCK);
        const labels: Tensor = { type: "int32", shape: [to - from], data: examples.labels.subarray(from, to) };
        const { loss } = await session.run({ ...weights, x: sliceRows(x, from, to), label: labels });
        total += Number(loss.data[0]);
      }
      return total / n;
    },
    close: () => session.release(),
  };
}
