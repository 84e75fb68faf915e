// Models of 16-bit numbers: their gradients are those of the same graph in float32, whether 16 bits are inside or at
// the ends.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { widened } from "../halves.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { Graph, OnnxModel } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { modelFromBytes, modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";

const [ROWS, FEATURES, CLASSES] = [5, 4, 3];
const numbers = { float16: 10, bfloat16: 16 } as const;
const random = stream(1, "halves");
/** Bits of numbers between 1/2 and 2 in size, of either sign. */
const near = (half: keyof typeof numbers) => {
  const exponent =
    half === "float16" ? (14 + (random.uniform() < 0.5 ? 1 : 0)) << 10 : (126 + (random.uniform() < 0.5 ? 1 : 0)) << 7;
  const fraction = Math.floor(random.uniform() * (half === "float16" ? 1024 : 128));
  return exponent | fraction | (random.uniform() < 0.5 ? 0x8000 : 0);
};
const x = tensor(
  "float32",
  [ROWS, FEATURES],
  Float32Array.from({ length: ROWS * FEATURES }, () => random.normal()),
);
const labels = Int32Array.from({ length: ROWS }, (_, i) => i % CLASSES);

/** tanh(x) W in float32, and the file of the same in 16 bits, between conversions or with 16 bits at both ends. */
function both(half: keyof typeof numbers, atEnds: boolean): { readonly wide: OnnxModel; readonly bytes: Uint8Array } {
  const bits = Uint16Array.from({ length: FEATURES * CLASSES }, () => near(half));
  const g = new GraphBuilder();
  const input = g.node("Tanh", [g.input("x", "float32", ["N", FEATURES])]);
  const inside = atEnds ? input : g.node("Cast", [input], { to: { int: 1 } });
  const product = g.node("MatMul", [inside, g.constant(tensor("float32", [FEATURES, CLASSES], widened(half, bits)))]);
  g.output(atEnds ? product : g.node("Cast", [product], { to: { int: 1 } }), "scores");
  const wide = modelOf(g.graph() as Graph);
  const model = fromBinary(ModelProtoSchema, writeModel(wide));
  const [weights] = model.graph!.initializer;
  model.graph!.initializer = [
    create(TensorProtoSchema, {
      name: weights.name,
      dims: weights.dims,
      dataType: numbers[half],
      rawData: new Uint8Array(bits.buffer),
    }),
  ];
  const [first] = model.graph!.node.filter(({ opType }) => opType === "Cast");
  if (first) first.attribute[0].i = BigInt(numbers[half]);
  if (atEnds)
    for (const { type } of [...model.graph!.input, ...model.graph!.output])
      if (type?.value.case === "tensorType") type.value.value.elemType = numbers[half];
  return { wide, bytes: toBinary(ModelProtoSchema, model) };
}

async function slopes(model: ReturnType<typeof modelFromBytes>) {
  const opened = await openModel(runtime, model, x);
  const { gradient, scores } = await opened.differentiable!.inputGradient("crossEntropy", x, labels);
  const own = await opened.scores(x);
  await opened.close();
  return { gradient, scores, own };
}

describe.each(["float16", "bfloat16"] as const)("%s", (half) => {
  test.each([
    ["inside", false],
    ["at the ends", true],
  ])("%s has the gradients of float32", async (_, atEnds) => {
    const { wide, bytes } = both(half, atEnds);
    expect(readModel(bytes).halves).toEqual({ type: half, isWidened: atEnds || half === "bfloat16" });
    const [found, expected] = [await slopes(modelFromBytes(bytes)), await slopes(modelFromGraph(wide))];
    expect(found.gradient).toEqual(expected.gradient);
    // The file itself may round to 11 bits between its conversions.
    const away = Array.from(found.own.data, (score, i) => Math.abs(score - expected.own.data[i]));
    expect(Math.max(...away)).toBeLessThan(0.01);
  });
});

test("a model of float32 says nothing of 16 bits", () => {
  expect(readModel(writeModel(both("float16", true).wide)).halves).toBeUndefined();
});
