// Quantized operators: the runtime's own values, and gradients that go straight through, as those of what numbers stand
// for.

import fc from "fast-check";
import { expect, test } from "vitest";
import { runModel } from "../../../test/runtime.ts";
import { stream } from "../../random.ts";
import { type ElementType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { differentiate, gradientName } from "../differentiate.ts";
import type { Attributes, Node, OnnxModel } from "../graph.ts";
import { upgrade } from "../upgrade.ts";

const node = (op: string, inputs: string[], outputs: string[], attributes: Attributes = {}): Node => {
  return { op, domain: "", name: outputs[0], inputs, outputs, attributes };
};

function modelOf(nodes: Node[], constants: Record<string, Tensor>, shape: readonly number[], version = 13): OnnxModel {
  return {
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32", shape }],
      outputs: [{ name: "y", type: "float32" }],
      initializers: new Map(Object.entries(constants)),
      nodes,
    },
    opsets: { "": version },
    metadata: {},
    producer: "test",
  };
}

/** Values of a model, what they are once written out, and the gradient of their sum weighted by c. */
async function computed(model: OnnxModel, data: readonly number[]) {
  const x = { type: "float32" as const, shape: model.graph.inputs[0].shape as number[], data };
  const given = (await runModel(model, { x })).y;
  const { graph } = upgrade(model);
  const g = GraphBuilder.from(graph);
  const random = stream(3, "cotangent");
  const c = tensor(
    "float32",
    given.shape,
    Float32Array.from(given.data, () => random.uniform() - 0.5),
  );
  g.output(g.node("ReduceSum", [g.node("Mul", ["y", g.constant(c)])], { keepdims: { int: 0 } }), "loss");
  const gradient = differentiate(g.graph(["y", "loss"]), { of: "loss", by: "x" });
  const values = await runModel({ ...model, graph: gradient, opsets: { "": 18 } }, { x });
  return { given: given.data, written: values.y.data, gradient: values[gradientName("loss", "x")].data, c };
}

function uniform(size: number, low: number, high: number, seed: number): number[] {
  const random = stream(seed, "numbers");
  return Array.from({ length: size }, () => Math.fround(low + (high - low) * random.uniform()));
}

const bytes = (type: ElementType, shape: readonly number[], seed: number) =>
  tensor(
    type as "int8",
    shape,
    uniform(sizeOf(shape), type === "int8" ? -100 : 20, type === "int8" ? 100 : 230, seed).map(Math.round),
  );
const scalar = (value: number) => tensor("float32", [], [value]);

const closeTo = (got: readonly number[], want: readonly number[], tolerance: number) =>
  got.forEach((value, i) => {
    expect(Math.abs(value - want[i]), `[${i}]: ${value} for ${want[i]}`).toBeLessThanOrEqual(tolerance);
  });

test("quantized and back: the cotangent within the range, nothing outside", () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom("int8", "uint8"),
      fc.constantFrom(10, 13, 18, 21),
      fc.boolean(),
      fc.nat(),
      async (type, version, perAxis, seed) => {
        const shape = [3, 2, 4];
        const isPerAxis = perAxis && version > 10;
        const scales = isPerAxis ? [0.0625, 0.03125] : [0.0625];
        const zeros = type === "int8" ? [3, -5] : [128, 100];
        const list = isPerAxis ? [2] : [];
        const constants = {
          scale: tensor("float32", list, scales),
          zero: tensor(type as "int8", list, zeros.slice(0, scales.length)),
        };
        const attributes: Attributes = isPerAxis ? { axis: { int: 1 } } : {};
        const model = modelOf(
          [
            node("QuantizeLinear", ["x", "scale", "zero"], ["q"], attributes),
            node("Reshape", ["q", "target"], ["r"]),
            node("Reshape", ["r", "back"], ["s"]),
            node("DequantizeLinear", ["s", "scale", "zero"], ["y"], attributes),
          ],
          { ...constants, target: tensor("int64", [1], [-1]), back: tensor("int64", [3], shape) },
          shape,
          version,
        );
        const x = uniform(sizeOf(shape), -14, 14, seed);
        const { given, written, gradient, c } = await computed(model, x);
        expect(written).toEqual(given);
        const low = type === "int8" ? -128 : 0;
        const expected = x.map((value, i) => {
          const channel = isPerAxis ? Math.floor(i / 4) % 2 : 0;
          const place = value / scales[channel] + zeros[channel];
          return place >= low - 0.5 && place <= low + 255.5 ? c.data[i] : 0;
        });
        expect(expected).toContain(0);
        expect(gradient).toEqual(expected);
      },
    ),
    { seed: 1, numRuns: 25 },
  ));

/** W^T c, for y = x W [rows, columns]. */
const timesTransposed = (c: Tensor, w: readonly number[], rows: number, columns: number) =>
  Array.from({ length: (c.data.length / columns) * rows }, (_, at) => {
    const [n, i] = [Math.floor(at / rows), at % rows];
    return Array.from({ length: columns }, (__, j) => Number(c.data[n * columns + j]) * w[i * columns + j]).reduce(
      (a, b) => a + b,
    );
  });

test("a product of quantized matrices has the gradient of the matrices that they stand for", () =>
  fc.assert(
    fc.asyncProperty(fc.boolean(), fc.nat(), async (perColumn, seed) => {
      const w = bytes("int8", [4, 3], seed);
      const scales = perColumn ? [0.01, 0.02, 0.03] : [0.02];
      const shape = perColumn ? [3] : [];
      const model = modelOf(
        [
          node("QuantizeLinear", ["x", "sx", "zx"], ["q"]),
          node("QLinearMatMul", ["q", "sx", "zx", "w", "sw", "zw", "sy", "zy"], ["p"]),
          node("DequantizeLinear", ["p", "sy", "zy"], ["y"]),
        ],
        {
          sx: scalar(1 / 64),
          zx: tensor("uint8", [], [128]),
          w,
          sw: tensor("float32", shape, scales),
          zw: tensor("int8", shape, new Array(scales.length).fill(0)),
          sy: scalar(0.25),
          zy: tensor("uint8", [], [120]),
        },
        [2, 4],
      );
      const { given, written, gradient, c } = await computed(model, uniform(8, -1.5, 1.5, seed));
      closeTo(written, given, 0.2501);
      const real = Array.from(w.data, (each, i) => Number(each) * scales[perColumn ? i % 3 : 0]);
      closeTo(gradient, timesTransposed(c, real, 4, 3), 1e-5);
    }),
    { seed: 1, numRuns: 15 },
  ));

test("a product of whole numbers of a range that is measured has the gradient of the weights", () =>
  fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const w = bytes("uint8", [4, 3], seed);
      const model = modelOf(
        [
          node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
          node("MatMulInteger", ["q", "w", "z", "zw"], ["p"]),
          node("Cast", ["p"], ["f"], { to: { int: 1 } }),
          node("Mul", ["s", "sw"], ["both"]),
          node("Mul", ["f", "both"], ["y"]),
        ],
        { w, zw: tensor("uint8", [], [125]), sw: scalar(0.02) },
        [2, 4],
      );
      const { given, written, gradient, c } = await computed(model, uniform(8, -1.5, 1.5, seed));
      closeTo(written, given, 1e-4);
      const real = Array.from(w.data, (each) => (Number(each) - 125) * 0.02);
      // The scale follows the largest and the least element: half a step of rounding comes with it.
      closeTo(gradient, timesTransposed(c, real, 4, 3), 0.02);
    }),
    { seed: 1, numRuns: 15 },
  ));

test("convolutions of quantized images have the gradients of those they stand for", () =>
  fc.assert(
    fc.asyncProperty(fc.boolean(), fc.boolean(), fc.nat(), async (isInteger, perFilter, seed) => {
      const w = bytes("int8", [2, 1, 3], seed);
      const scales = perFilter && !isInteger ? [0.01, 0.03] : [0.02];
      const list = scales.length > 1 ? [2] : [];
      const window: Attributes = { pads: { ints: [1, 1] }, strides: { ints: [2] } };
      const constants = {
        sx: scalar(1 / 64),
        zx: tensor("uint8", [], [128]),
        w,
        sw: tensor("float32", list, scales),
        zw: tensor("int8", list, new Array(scales.length).fill(0)),
        sy: scalar(0.125),
        zy: tensor("uint8", [], [120]),
        bias: tensor("int32", [2], [200, -300]),
        step: scalar(0.02 / 64),
      };
      const quantized = node("QuantizeLinear", ["x", "sx", "zx"], ["q"]);
      const model = modelOf(
        isInteger
          ? [
              quantized,
              node("ConvInteger", ["q", "w", "zx", "zw"], ["p"], window),
              node("Cast", ["p"], ["f"], { to: { int: 1 } }),
              node("Mul", ["f", "step"], ["y"]),
            ]
          : [
              quantized,
              node("QLinearConv", ["q", "sx", "zx", "w", "sw", "zw", "sy", "zy", "bias"], ["p"], window),
              node("DequantizeLinear", ["p", "sy", "zy"], ["y"]),
            ],
        constants,
        [2, 1, 5],
      );
      const { given, written, gradient, c } = await computed(model, uniform(10, -1.5, 1.5, seed));
      closeTo(written, given, isInteger ? 1e-4 : 0.1251);
      const real = Array.from(w.data, (each, i) => Number(each) * scales[scales.length > 1 ? Math.floor(i / 3) : 0]);
      const expected = Array.from({ length: 10 }, (_, at) => {
        const [n, i] = [Math.floor(at / 5), at % 5];
        let sum = 0;
        for (let f = 0; f < 2; f++)
          for (let o = 0; o < 3; o++) {
            const k = i + 1 - 2 * o;
            if (k >= 0 && k < 3) sum += Number(c.data[(n * 2 + f) * 3 + o]) * real[f * 3 + k];
          }
        return sum;
      });
      closeTo(gradient, expected, 1e-5);
    }),
    { seed: 1, numRuns: 20 },
  ));

/** An operator of the runtime's quantizer beside the operator that it stands for. */
interface Fused {
  readonly op: string;
  /** Its inputs, where x is "q" with its scale and zero point. */
  readonly inputs: readonly string[];
  readonly attributes?: Attributes;
  readonly plain: (g: GraphBuilder, x: string) => string;
  /** The result is real already. */
  readonly isReal?: boolean;
}

const W = bytes("int8", [4, 3], 7);
const realW = tensor(
  "float32",
  [4, 3],
  Array.from(W.data, (each, i) => (Number(each) - 5) * [0.01, 0.02, 0.03][i % 3]),
);
const turned = (x: Tensor) =>
  tensor(
    x.type as "int8",
    [3, 4],
    Array.from({ length: 12 }, (_, i) => Number(x.data[(i % 4) * 3 + Math.floor(i / 4)])),
  );
const OTHER = bytes("uint8", [2, 3, 4, 4], 9);
const realOther = tensor(
  "float32",
  [2, 3, 4, 4],
  Array.from(OTHER.data, (each) => (Number(each) - 100) / 50),
);
const X = ["q", "sx", "zx"];
const Y = ["sy", "zy"];
const ofX = [...X, ...Y];
const pooling: Attributes = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] }, pads: { ints: [1, 0, 0, 1] } };
const column = (g: GraphBuilder, x: string) => g.node("Reshape", [x, g.ints([-1, 4])]);
const biased = (g: GraphBuilder, x: string) =>
  g.node("Add", [
    g.node("MatMul", [column(g, x), g.constant(realW)]),
    g.constant(tensor("float32", [3], [(200 / 64) * 0.01, (-300 / 64) * 0.02, (50 / 64) * 0.03])),
  ]);

const fusedOperators: readonly Fused[] = [
  { op: "QLinearSigmoid", inputs: ofX, plain: (g, x) => g.node("Sigmoid", [x]) },
  {
    op: "QLinearLeakyRelu",
    inputs: ofX,
    attributes: { alpha: { float: 0.25 } },
    plain: (g, x) => g.node("LeakyRelu", [x], { alpha: { float: 0.25 } }),
  },
  {
    op: "QLinearSoftmax",
    inputs: ofX,
    attributes: { axis: { int: 3 }, opset: { int: 13 } },
    plain: (g, x) => g.node("Softmax", [x], { axis: { int: 3 } }),
  },
  { op: "QLinearAveragePool", inputs: ofX, attributes: pooling, plain: (g, x) => g.node("AveragePool", [x], pooling) },
  { op: "QLinearGlobalAveragePool", inputs: ofX, plain: (g, x) => g.node("GlobalAveragePool", [x]) },
  {
    op: "QLinearAdd",
    inputs: [...X, "o", "so", "zo", ...Y],
    plain: (g, x) => g.node("Add", [x, g.constant(realOther)]),
  },
  {
    op: "QLinearMul",
    inputs: ["o", "so", "zo", ...X, ...Y],
    plain: (g, x) => g.node("Mul", [g.constant(realOther), x]),
  },
  {
    op: "QLinearConcat",
    inputs: [...Y, ...X, "o", "so", "zo"],
    attributes: { axis: { int: 1 } },
    plain: (g, x) => g.node("Concat", [x, g.constant(realOther)], { axis: { int: 1 } }),
  },
  {
    op: "QGemm",
    inputs: ["rows", "sx", "zx", "w", "sw", "zw", "bias", ...Y],
    plain: biased,
  },
  {
    op: "QGemm",
    inputs: ["rows", "sx", "zx", "turned", "sw", "zw", "bias"],
    attributes: { transB: { int: 1 } },
    plain: biased,
    isReal: true,
  },
  {
    op: "MatMulIntegerToFloat",
    inputs: ["rows", "w", "sx", "sw", "zx", "zw"],
    plain: (g, x) => g.node("MatMul", [column(g, x), g.constant(realW)]),
    isReal: true,
  },
];

test.each(fusedOperators)("$op, as the runtime's quantizer writes it, is what its numbers stand for", async (fused) => {
  const { op, inputs, attributes = {}, plain, isReal = false } = fused;
  const shape = [2, 3, 4, 4];
  const constants = {
    sx: scalar(1 / 64),
    zx: tensor("uint8", [], [128]),
    sy: scalar(1 / 32),
    zy: tensor("uint8", [], [120]),
    o: OTHER,
    so: scalar(1 / 50),
    zo: tensor("uint8", [], [100]),
    w: W,
    turned: turned(W),
    sw: tensor("float32", [3], [0.01, 0.02, 0.03]),
    zw: tensor("int8", [3], [5, 5, 5]),
    bias: tensor("int32", [3], [200, -300, 50]),
    asRows: tensor("int64", [2], [-1, 4]),
  };
  const model = modelOf(
    [
      node("QuantizeLinear", ["x", "sx", "zx"], ["q"]),
      node("Reshape", ["q", "asRows"], ["rows"]),
      { ...node(op, [...inputs], [isReal ? "y" : "p"], attributes), domain: "com.microsoft" },
      ...(isReal ? [] : [node("DequantizeLinear", ["p", "sy", "zy"], ["y"])]),
    ],
    constants,
    shape,
  );
  const used = new Set(model.graph.nodes.flatMap((each) => each.inputs));
  const initializers = new Map([...model.graph.initializers].filter(([name]) => used.has(name)));
  const file = { ...model, graph: { ...model.graph, initializers }, opsets: { "": 13, "com.microsoft": 1 } };
  for (const seed of [1, 2, 3]) {
    // Numbers that the quantized ones stand for exactly, and no results outside of the range.
    const x = uniform(sizeOf(shape), -0.9, 0.9, seed).map((value) => Math.round(value * 64) / 64);
    const { given, written, gradient, c } = await computed(file, x);
    closeTo(written, given, isReal ? 1e-5 : 1 / 32 + 1e-6);
    const g = new GraphBuilder();
    const y = plain(g, g.input("x", "float32", shape));
    g.output(y, "y");
    g.output(g.node("ReduceSum", [g.node("Mul", [y, g.constant(c)])], { keepdims: { int: 0 } }), "loss");
    const own = differentiate(g.graph(), { of: "loss", by: "x" });
    const values = await runModel(
      { ...file, graph: own, opsets: { "": 18 } },
      { x: { type: "float32", shape, data: x } },
    );
    closeTo(written, values.y.data, isReal ? 1e-5 : 1 / 64 + 1e-6);
    closeTo(gradient, values[gradientName("loss", "x")].data, 1e-5);
  }
});

test("numbers of 16 bits and back: the cotangent within the range, nothing outside", () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom<ElementType>("int16", "uint16"),
      fc.constantFrom(["", 21] as const, ["com.microsoft", 1] as const),
      fc.nat(),
      async (type, [domain, version], seed) => {
        const zero = type === "int16" ? 30 : 32768;
        const model = modelOf(
          [
            { ...node("QuantizeLinear", ["x", "scale", "zero"], ["q"]), domain },
            { ...node("DequantizeLinear", ["q", "scale", "zero"], ["y"]), domain },
          ],
          { scale: scalar(2 ** -12), zero: tensor(type as "int16", [], [zero]) },
          [3, 7],
        );
        const file = { ...model, opsets: domain ? { "": 13, [domain]: version } : { "": version } };
        const x = uniform(21, -12, 12, seed);
        const { given, written, gradient, c } = await computed(file, x);
        closeTo(written, given, 2 ** -13 + 1e-6);
        const low = type === "int16" ? -32768 : 0;
        const isWithin = (value: number) => value * 2 ** 12 + zero >= low && value * 2 ** 12 + zero <= low + 65535;
        expect(gradient.every((value, i) => Math.abs(value - (isWithin(x[i]) ? c.data[i] : 0)) < 1e-6)).toBe(true);
      },
    ),
    { seed: 1, numRuns: 15 },
  ));

test("a largest element of whole numbers gets the cotangent", async () => {
  const model = modelOf(
    [
      node("QuantizeLinear", ["x", "s", "z"], ["q"]),
      node("MaxPool", ["q"], ["p"], { kernel_shape: { ints: [2] }, strides: { ints: [2] } }),
      node("DequantizeLinear", ["p", "s", "z"], ["y"]),
    ],
    { s: scalar(0.5), z: tensor("int8", [], [0]) },
    [1, 1, 4],
  );
  const { given, written, gradient, c } = await computed(model, [1, -2, 0.4, 3]);
  expect(written).toEqual(given);
  expect(gradient).toEqual([c.data[0], 0, 0, c.data[1]]);
});
