// The matrices of resampling against those of the runtime, column by column, over random sizes and attributes.

import fc from "fast-check";
import { expect, test } from "vitest";
import { runModel } from "../../test/runtime.ts";
import { tensor } from "../tensor.ts";
import { GraphBuilder, modelOf } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import type { Attribute, Graph } from "./graph.ts";
import { interpolationMatrix } from "./interpolation.ts";

const modes = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_crop_and_resize",
];

/** A Resize of one axis of images [N, 1, input, 1] or of columns [N, input]. */
const anyResize = fc
  .record({
    mode: fc.constantFrom("nearest", "linear", "cubic"),
    coordinates: fc.constantFrom(...modes),
    rounding: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
    antialias: fc.boolean(),
    excludesOutside: fc.boolean(),
    coefficient: fc.constantFrom(-0.5, -0.75),
    input: fc.integer({ min: 1, max: 9 }),
    output: fc.integer({ min: 1, max: 12 }),
    other: fc.integer({ min: 1, max: 5 }),
    /** In place of the output's size: what the input's is multiplied by. */
    scale: fc.option(fc.constantFrom(0.4, 0.5, 0.75, 1.25, 1.5, 2, 3), { nil: undefined }),
    policy: fc.constantFrom("stretch", "stretch", "not_larger", "not_smaller"),
    region: fc.tuple(fc.constantFrom(0, 0.25, -0.25), fc.constantFrom(1, 0.6, 1.3)),
  })
  .filter(({ input, scale }) => scale === undefined || Math.floor(input * scale) >= 1)
  // The runtime fails where it cuts beyond the edge and stretches the kernel.
  .filter(({ antialias, coordinates }) => !antialias || coordinates !== "tf_crop_and_resize")
  .filter(({ mode, coordinates }) => mode !== "nearest" || coordinates !== "half_pixel_symmetric");

type Options = typeof anyResize extends fc.Arbitrary<infer T> ? T : never;

/** y [1, 1, output, other] from x [1, 1, input, other]. */
function resized(options: Options): Graph {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 1, options.input, options.other]);
  const list = (type: "float32" | "int64", values: readonly number[]) =>
    g.constant(tensor(type, [values.length], values));
  const [start, end] = options.region;
  const isCubic = options.mode === "cubic";
  const attributes: Record<string, Attribute> = {
    mode: { string: options.mode },
    coordinate_transformation_mode: { string: options.coordinates },
    ...(options.mode === "nearest" && { nearest_mode: { string: options.rounding } }),
    ...(isCubic && { cubic_coeff_a: { float: options.coefficient } }),
    ...(isCubic && options.excludesOutside && { exclude_outside: { int: 1 } }),
    ...(options.mode !== "nearest" && options.antialias && { antialias: { int: 1 } }),
    ...(options.scale === undefined && { keep_aspect_ratio_policy: { string: options.policy } }),
    axes: { ints: [2, 3] },
  };
  const region = options.coordinates === "tf_crop_and_resize" ? list("float32", [start, 0, end, 1]) : "";
  const sizes = options.scale === undefined ? list("int64", [options.output, options.other]) : "";
  const scales = options.scale === undefined ? "" : list("float32", [options.scale, 1]);
  g.output(g.node("Resize", sizes ? [x, region, scales, sizes] : [x, region, scales], attributes), "y");
  return g.graph();
}

const rounded = ["asymmetric", "half_pixel", "align_corners"].flatMap((coordinates) =>
  ["round_prefer_ceil", "round_prefer_floor"].map((rounding) => [coordinates, rounding] as const),
);

test.each(rounded)("the nearest elements are the runtime's for all sizes: %s, %s", async (coordinates, rounding) => {
  for (let input = 2; input <= 15; input++) {
    for (let output = 2; output <= 16; output++) {
      const g = new GraphBuilder();
      const x = g.input("x", "float32", [1, 1, input, 1]);
      const sizes = g.constant(tensor("int64", [1], [output]));
      const attributes = {
        ...{ mode: { string: "nearest" }, nearest_mode: { string: rounding } },
        ...{ coordinate_transformation_mode: { string: coordinates }, axes: { ints: [2] } },
      };
      g.output(g.node("Resize", [x, "", "", sizes], attributes), "y");
      const graph = g.graph();
      const data = Array.from({ length: input }, (_, i) => i);
      const { y } = await runModel(modelOf(graph), { x: { type: "float32", shape: [1, 1, input, 1], data } });
      const node = graph.nodes.find(({ op }) => op === "Resize")!;
      const matrix = interpolationMatrix(node, { input, output, scale: Math.fround(output / input) }, "float64");
      const places = Array.from({ length: output }, (_, o) =>
        data.findIndex((_, i) => matrix.data[o * input + i] === 1),
      );
      expect(places, `${input} to ${output}`).toEqual([...y.data]);
    }
  }
});

test("the gradient through a Resize is the transpose of what the runtime computes", () =>
  fc.assert(
    fc.asyncProperty(anyResize, async (options) => {
      const graph = resized(options);
      const [rows, columns] = graph.outputs[0].shape!.slice(2) as number[];
      const size = options.input * options.other;
      const zero = new Array<number>(size).fill(0);
      const at = (data: readonly number[]) => ({
        x: { type: "float32" as const, shape: [1, 1, options.input, options.other], data },
      });
      const origin = (await runModel(modelOf(graph), at(zero))).y;
      expect(origin.shape).toEqual([1, 1, rows, columns]);
      const g = GraphBuilder.from(graph);
      const weights = Array.from({ length: rows * columns }, (_, i) => Math.fround(Math.sin(1 + 3 * i)));
      const weighted = g.node("Mul", ["y", g.constant(tensor("float32", [1, 1, rows, columns], weights))]);
      g.output(g.node("ReduceSum", [weighted], { keepdims: { int: 0 } }), "sum");
      const gradient = (
        await runModel(modelOf(differentiate(g.graph(["sum"]), { of: "sum", by: "x", keep: [] })), at(zero))
      )[gradientName("sum", "x")].data;
      for (let i = 0; i < size; i++) {
        const { y } = await runModel(modelOf(graph), at(zero.with(i, 1)));
        const slope = y.data.reduce((sum, value, k) => sum + (value - origin.data[k]) * weights[k], 0);
        expect(Math.abs(gradient[i] - slope), `element ${i}`).toBeLessThan(2e-5);
      }
    }),
    { seed: 1, numRuns: 100 },
  ));
