// Operators written out in others, against the runtime's own and central differences, over random sizes and attributes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreesWithRuntime, hasGradients, type Written } from "../../../test/gradients/rewritten.ts";
import { tensor } from "../../tensor.ts";
import type { Dim } from "../dim.ts";
import type { Attribute } from "../graph.ts";
import { microsoft } from "../microsoft/index.ts";

const small = fc.integer({ min: 1, max: 4 });
const float = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value): Attribute => ({ float: Math.fround(value) }));
const int = (min: number, max: number) => fc.integer({ min, max }).map((value): Attribute => ({ int: value }));
const maybe = (attribute: fc.Arbitrary<Attribute>) => fc.option(attribute, { nil: undefined });

/** Attributes, some of which may be missing. */
function some(record: Record<string, fc.Arbitrary<Attribute | undefined>>): fc.Arbitrary<Record<string, Attribute>> {
  return fc
    .record(record)
    .map((all) => Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : []))));
}

/** A shape with the batch in front. */
const shape = (minLength: number, maxLength: number): fc.Arbitrary<readonly Dim[]> =>
  fc.array(small, { minLength: minLength - 1, maxLength: maxLength - 1 }).map((sizes) => ["N", ...sizes]);

/** An operator of one input. */
const unary = (
  op: string,
  version: readonly number[],
  shapes: fc.Arbitrary<readonly Dim[]>,
  attributes: Record<string, fc.Arbitrary<Attribute | undefined>> = {},
  domain = "",
) =>
  fc.record({
    op: fc.constant(op),
    domain: fc.constant(domain),
    version: fc.constantFrom(...version),
    attributes: some(attributes),
    inputs: shapes.map((each) => [each]),
  });

/** With an axis that the shape has. */
const onAxis = (
  op: string,
  version: readonly number[],
  attributes: Record<string, fc.Arbitrary<Attribute | undefined>> = {},
) =>
  shape(2, 4).chain((each) =>
    unary(op, version, fc.constant(each), { ...attributes, axis: maybe(int(-each.length, each.length - 1)) }),
  );

/** An image with margins, some of them negative, along some axes or all. */
const padded: fc.Arbitrary<Written> = fc
  .record({
    version: fc.constantFrom(7, 10, 11, 13, 18, 19, 21),
    mode: fc.constantFrom("constant", "edge", "reflect", "wrap"),
    sizes: fc.array(fc.integer({ min: 4, max: 5 }), { minLength: 1, maxLength: 3 }),
    widths: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 8, maxLength: 8 }),
    byAxes: fc.boolean(),
  })
  .filter(({ version, mode }) => mode !== "wrap" || version >= 19)
  .map(({ version, mode, sizes, widths, byAxes }): Written => {
    const rank = sizes.length + 1;
    // The batch has no margin.
    const pads = Array.from({ length: 2 * rank }, (_, i) => (i % rank === 0 ? 0 : widths[i]));
    const list = (values: readonly number[]) => tensor("int64", [values.length], values);
    const attributes: Record<string, Attribute> = { mode: { string: mode } };
    const shape = ["N", ...sizes];
    if (version < 11)
      return {
        op: "Pad",
        version,
        attributes: { ...attributes, pads: { ints: pads }, value: { float: 0.5 } },
        inputs: [shape],
      };
    if (version < 18 || !byAxes) return { op: "Pad", version, attributes, inputs: [shape, list(pads)] };
    const axis = list([pads[rank - 1], pads[2 * rank - 1]]);
    return { op: "Pad", version, attributes, inputs: [shape, axis, "", list([-1])] };
  });

const product = (a: readonly number[], perm: readonly number[]) => perm.map((axis) => a[axis]);

const cases: Readonly<Record<string, fc.Arbitrary<Written>>> = {
  DequantizeLinear: fc
    .record({
      type: fc.constantFrom<"int8" | "uint8">("int8", "uint8"),
      sizes: fc.array(small, { minLength: 2, maxLength: 3 }),
      axis: fc.option(fc.integer({ min: -2, max: 1 }), { nil: undefined }),
      hasZero: fc.boolean(),
      seed: fc.nat({ max: 99 }),
    })
    .map(({ type, sizes, axis, hasZero, seed }): Written => {
      const of = (shape: readonly number[]) => {
        const size = shape.reduce((product, each) => product * each, 1);
        return tensor(
          type,
          shape,
          Array.from({ length: size }, (_, i) => (37 * i + seed) % 100),
        );
      };
      const scale = axis === undefined ? [] : [sizes.at(axis)!];
      const attributes: Record<string, Attribute> = axis === undefined ? {} : { axis: { int: axis } };
      return {
        op: "DequantizeLinear",
        version: 13,
        attributes,
        inputs: [of(sizes), scale, ...(hasZero ? [of(scale)] : [])],
      };
    }),
  GlobalLpPool: unary("GlobalLpPool", [7], shape(3, 4), { p: maybe(int(1, 3)) }).map((each) => ({
    ...each,
    range: [0.1, 2] as const,
  })),
  Hardmax: fc.constantFrom(7, 11, 13).chain((version) =>
    shape(2, 4).chain((each) =>
      unary("Hardmax", [version], fc.constant(each), {
        axis: maybe(int(version < 11 ? 0 : -each.length, each.length - 1)),
      }),
    ),
  ),
  LRN: unary("LRN", [7, 13], shape(4, 4), {
    size: fc.constantFrom(1, 3, 5).map((value) => ({ int: value })),
    alpha: maybe(float(0.1, 2)),
    beta: maybe(float(0.2, 1.5)),
    bias: maybe(float(0.5, 2)),
  }),
  LpNormalization: onAxis("LpNormalization", [7, 22], { p: maybe(int(1, 2)) }),
  MeanVarianceNormalization: unary("MeanVarianceNormalization", [9, 13], shape(4, 4), {
    axes: maybe(fc.constantFrom([1], [2, 3], [1, 2, 3], [0, 2]).map((ints) => ({ ints }))),
  }).filter(({ inputs: [each] }) => Number(each[2]) * Number(each[3]) > 2 && Number(each[1]) > 2),
  Pad: padded,
  RMSNormalization: shape(2, 4).chain((each) =>
    fc.integer({ min: 1, max: each.length - 1 }).chain((axis) =>
      fc.record({
        op: fc.constantFrom("RMSNormalization"),
        version: fc.constant(23),
        attributes: some({
          axis: fc.constantFrom(axis, axis - each.length).map((at) => ({ int: at })),
          epsilon: maybe(float(1e-6, 0.1)),
        }),
        inputs: fc.constant([each, each.slice(axis)] as const),
      }),
    ),
  ),
  Shrink: unary("Shrink", [9, 13], shape(1, 4), { bias: maybe(float(-1, 1)), lambd: maybe(float(0, 1)) }),
  SimplifiedLayerNormalization: shape(2, 3).map((each) => ({
    op: "SimplifiedLayerNormalization",
    version: 14,
    attributes: { epsilon: { float: 1e-4 }, axis: { int: -1 } },
    inputs: [each, each.slice(-1)],
  })),
  Swish: unary("Swish", [24], shape(1, 3), { alpha: maybe(float(-1, 2)) }),
  "com.microsoft.BiasGelu": shape(2, 3).map((each) => ({
    op: "BiasGelu",
    domain: "com.microsoft",
    version: 1,
    inputs: [each, each.slice(-1)],
  })),
  "com.microsoft.FastGelu": fc.tuple(shape(2, 3), fc.boolean()).map(([each, hasBias]) => ({
    op: "FastGelu",
    domain: "com.microsoft",
    version: 1,
    inputs: [each, ...(hasBias ? [each.slice(-1)] : [])],
  })),
  "com.microsoft.FusedConv": fc
    .record({
      channels: fc.integer({ min: 1, max: 2 }),
      filters: fc.integer({ min: 1, max: 2 }),
      size: fc.integer({ min: 3, max: 4 }),
      hasBias: fc.boolean(),
      hasSummand: fc.boolean(),
      activation: fc.constantFrom("Relu", "Tanh", "Sigmoid", "LeakyRelu", "Clip", "HardSigmoid"),
    })
    .map(({ channels, filters, size, hasBias, hasSummand, activation }) => ({
      op: "FusedConv",
      domain: "com.microsoft",
      version: 1,
      attributes: {
        activation: { string: activation },
        ...(activation === "LeakyRelu" && { activation_params: { floats: [0.25] } }),
        ...(["Clip", "HardSigmoid"].includes(activation) && { activation_params: { floats: [0.25, 0.5] } }),
        pads: { ints: [1, 0, 1, 0] },
      },
      inputs: [
        ["N", channels, size, size],
        [filters, channels, 3, 2],
        hasBias ? [filters] : "",
        ...(hasSummand ? [["N", filters, size, size - 1] as const] : []),
      ],
    })),
  "com.microsoft.FusedGemm": fc
    .record({
      rows: small,
      inner: small,
      columns: small,
      transA: fc.boolean(),
      transB: fc.boolean(),
      activation: fc.constantFrom("Relu", "Tanh", "LeakyRelu"),
    })
    .map(({ rows, inner, columns, transA, transB, activation }) => ({
      op: "FusedGemm",
      domain: "com.microsoft",
      version: 1,
      attributes: {
        activation: { string: activation },
        activation_alpha: { float: 0.25 },
        alpha: { float: 1.5 },
        beta: { float: 0.5 },
        transA: { int: Number(transA) },
        transB: { int: Number(transB) },
      },
      inputs: [transA ? [inner, rows] : [rows, inner], transB ? [columns, inner] : [inner, columns], [columns]],
    })),
  "com.microsoft.FusedMatMul": fc
    .record({
      sizes: fc.tuple(small, small, small, small),
      transA: fc.boolean(),
      transB: fc.boolean(),
      transBatchA: fc.boolean(),
      transBatchB: fc.boolean(),
    })
    .map(({ sizes: [batch, m, k, n], ...flags }) => {
      // What is transposed is given the other way round.
      const given = (sizes: readonly number[], isSwapped: boolean, isBatchLast: boolean) => {
        const swapped = isSwapped ? product(sizes, [0, 2, 1]) : sizes;
        return isBatchLast ? product(swapped, [1, 0, 2]) : swapped;
      };
      return {
        op: "FusedMatMul",
        domain: "com.microsoft",
        version: 1,
        attributes: {
          alpha: { float: 0.5 },
          ...Object.fromEntries(Object.entries(flags).map(([name, on]) => [name, { int: Number(on) }])),
        },
        inputs: [
          given([batch, m, k], flags.transA, flags.transBatchA),
          given([batch, k, n], flags.transB, flags.transBatchB),
        ],
      };
    }),
  "com.microsoft.Gelu": unary("Gelu", [1], shape(1, 3), {}, "com.microsoft"),
  "com.microsoft.QuickGelu": unary("QuickGelu", [1], shape(1, 3), { alpha: maybe(float(0.5, 2)) }, "com.microsoft"),
  "com.microsoft.SkipLayerNormalization": fc
    .tuple(small, fc.integer({ min: 2, max: 5 }), fc.boolean(), fc.boolean())
    .map(([length, size, hasShift, hasBias]) => ({
      op: "SkipLayerNormalization",
      domain: "com.microsoft",
      version: 1,
      attributes: { epsilon: { float: 1e-3 } },
      inputs: [["N", length, size], ["N", length, size], [size], hasShift ? [size] : "", hasBias ? [size] : ""],
      outputs: ["y", "", "", "sum"],
    })),
  "com.microsoft.SkipSimplifiedLayerNormalization": fc
    .tuple(small, small, fc.boolean())
    .map(([length, size, hasBias]) => ({
      op: "SkipSimplifiedLayerNormalization",
      domain: "com.microsoft",
      version: 1,
      attributes: { epsilon: { float: 1e-3 } },
      inputs: [["N", length, size], ["N", length, size], [size], ...(hasBias ? [[size]] : [])],
      outputs: ["y", "", "", "sum"],
    })),
};

describe.each(Object.entries(cases))("%s", (name, arbitrary) => {
  test("is what the runtime computes", () =>
    fc.assert(
      fc.asyncProperty(arbitrary, fc.nat(), (written, seed) => agreesWithRuntime(written, seed)),
      { seed: 1, numRuns: 40 },
    ));

  test.skipIf(name === "Hardmax")("has the gradients of central differences", () =>
    fc.assert(
      fc.asyncProperty(arbitrary, fc.nat(), (written, seed) => hasGradients(written, seed)),
      { seed: 1, numRuns: 4 },
    ),
  );
});

test("every operator of the runtime's own domain is among them", () => {
  // Those of attention, and of quantized numbers, have tests of their own.
  const elsewhere = /\.(Attention|MultiHeadAttention|QLinear\w+|QGemm|MatMulIntegerToFloat|(De)?[Qq]uantizeLinear)$/;
  expect(Object.keys(microsoft).filter((name) => !(name in cases) && !elsewhere.test(name))).toEqual([]);
});

test("OneHot: places from either end, values of either kind, along any axis", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -4, max: 3 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: -2, max: 1 }),
      fc.constantFrom(9, 11),
      async (indices, axis, version) => {
        const inputs = [
          tensor("int64", [indices.length], indices),
          tensor("int64", version === 9 ? [1] : [], [4]),
          ["two"] as const,
        ];
        await agreesWithRuntime(
          {
            op: "OneHot",
            version,
            attributes: { axis: { int: axis } },
            inputs: [inputs[0], inputs[1], [2]],
          } as Written,
          axis + 7,
        );
      },
    ),
    { seed: 1, numRuns: 40 },
  ));

test("Conv with margins that follow from the image, also where strides are larger than windows", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          size: fc.integer({ min: 1, max: 17 }),
          kernel: fc.integer({ min: 1, max: 4 }),
          stride: fc.integer({ min: 1, max: 8 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      fc.constantFrom("SAME_UPPER", "SAME_LOWER"),
      fc.boolean(),
      fc.nat(),
      async (axes, mode, hasBias, seed) => {
        const written: Written = {
          op: "Conv",
          version: 11,
          attributes: { auto_pad: { string: mode }, strides: { ints: axes.map(({ stride }) => stride) } },
          inputs: [
            ["N", 2, ...axes.map(({ size }) => size)],
            [3, 2, ...axes.map(({ kernel }) => kernel)],
            ...(hasBias ? [[3]] : []),
          ],
        };
        await agreesWithRuntime(written, seed);
        if (seed % 16 === 0) await hasGradients(written, seed);
      },
    ),
    { seed: 2, numRuns: 100, examples: [[[{ size: 4, kernel: 1, stride: 4 }], "SAME_UPPER", true, 16]] },
  ));

test("AveragePool with dilations: the means of its windows, and their gradients", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ size: small, kernel: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 2 }) }),
        { minLength: 1, maxLength: 2 },
      ),
      fc.integer({ min: 2, max: 3 }),
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
      async (axes, dilation, countsMargin, roundsUp, seed) => {
        const sizes = axes.map(({ size, kernel }) => size + (kernel - 1) * dilation);
        const written: Written = {
          op: "AveragePool",
          version: 22,
          attributes: {
            kernel_shape: { ints: axes.map(({ kernel }) => kernel) },
            strides: { ints: axes.map(({ stride }) => stride) },
            dilations: { ints: axes.map(() => dilation) },
            pads: { ints: [...axes, ...axes].map(({ kernel }) => (kernel > 1 && !roundsUp ? 1 : 0)) },
            count_include_pad: { int: Number(countsMargin) },
            ceil_mode: { int: Number(roundsUp) },
          },
          inputs: [["N", 2, ...sizes]],
        };
        await agreesWithRuntime(written, seed);
        if (seed % 8 === 0) await hasGradients(written, seed);
      },
    ),
    { seed: 1, numRuns: 30 },
  ));
