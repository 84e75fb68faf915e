// Whether a device computes what the processor computes: asked before anything is measured on it.

import { InputError } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { stream } from "../random.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";
import type { Runtime } from "./runtime.ts";

/** How far gradients may differ from the processor's, relative to their norm: ten times what orders of sums make. */
const MOST = 1e-4;

/** Rows that are compared, and the shape of each. */
const ROWS = 8;
const SHAPE = [2, 9, 9];

/**
 * The norm of the difference between the input gradients of a runtime and of its processor, relative to the latter, on
 * a small network with a convolution, a maximum over windows that overlap, one over windows that do not, and dense
 * layers.
 */
export async function gradientDifference(runtime: Runtime): Promise<number> {
  const random = stream(0, "same gradients");
  const draw = (shape: readonly number[], from: number, to: number): Tensor<"float32"> =>
    tensor(
      "float32",
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => from + (to - from) * random.uniform()),
    );
  const model = smallNetwork((shape) => draw(shape, -0.5, 0.5));
  const x = draw([ROWS, ...SHAPE], 0, 1);
  const labels = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
  const gradientOn = async (each: Runtime) => {
    const opened = await openModel(each, model);
    try {
      return (await opened.differentiable!.inputGradient("crossEntropy", x, labels)).gradient.data;
    } finally {
      await opened.close();
    }
  };
  const [own, reference] = [await gradientOn(runtime), await gradientOn(runtime.processor)];
  let [off, norm] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    off += (own[i] - reference[i]) ** 2;
    norm += reference[i] ** 2;
  }
  return Math.sqrt(off / norm);
}

/**
 * Refuses a runtime whose gradients are not those of the processor.
 *
 * @throws InputError where the gradients of a runtime are not those of its processor up to the order of sums
 */
export async function requireSameGradients(runtime: Runtime): Promise<void> {
  const difference = await gradientDifference(runtime);
  if (difference <= MOST) return;
  throw new InputError("invalid", `device ${runtime.identity.provider}`, {
    expected: `gradients within ${MOST} of the processor's, relative to their norm`,
    got: Number.isFinite(difference) ? `a difference of ${difference.toPrecision(2)}` : "what is no number",
    remedy: "update the driver of the GPU, or compute on the processor (--device cpu)",
  });
}

function smallNetwork(weights: (shape: readonly number[]) => Tensor<"float32">): Model {
  const g = new GraphBuilder();
  let count = 0;
  const weight = (shape: readonly number[]) => g.initializer(`w${count++}`, weights(shape));
  const ints = (...list: readonly number[]) => ({ ints: list });
  let value = g.input("x", "float32", ["N", ...SHAPE]);
  value = g.node("Relu", [g.node("Conv", [value, weight([4, 2, 3, 3]), weight([4])], { pads: ints(1, 1, 1, 1) })]);
  value = g.node("MaxPool", [value], { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) });
  value = g.node("Relu", [g.node("Conv", [value, weight([4, 4, 2, 2]), weight([4])], { strides: ints(1, 1) })]);
  value = g.node("MaxPool", [value], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
  value = g.node("Flatten", [value]);
  value = g.node("Relu", [g.node("Gemm", [value, weight([16, 10]), weight([10])])]);
  g.output(g.node("Gemm", [value, weight([10, 3]), weight([3])]), "scores");
  return modelFromGraph({ ...modelOf(g.graph()), metadata: { scores: "logits" } });
}
