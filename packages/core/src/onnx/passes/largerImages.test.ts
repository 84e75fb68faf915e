import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../../test/reference/evaluate.ts";
import type { Value } from "../../../test/reference/value.ts";
import { run } from "../../../test/runtime.ts";
import { sizeOf } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { largerImages } from "./largerImages.ts";

const upTo = (low: number, high: number) => fc.integer({ min: low, max: high });

/**
 * One axis of a transposed convolution whose kernel is the larger; of output_padding the runtime takes less than a
 * stride.
 */
const axis = upTo(1, 3)
  .chain((stride) =>
    fc.record({
      stride: fc.constant(stride),
      extra: upTo(0, stride - 1),
      image: upTo(1, 4),
      larger: upTo(1, 4),
      dilation: upTo(1, 3),
      before: upTo(0, 2),
      after: upTo(0, 2),
    }),
  )
  .filter(({ stride, extra, image, larger, dilation, before, after }) => {
    return (image - 1) * stride + (image + larger - 1) * dilation + extra >= before + after;
  });

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never;

function transposed(axes: readonly Axis[], type: "float32" | "float64") {
  const of = (read: (each: Axis) => number) => axes.map(read);
  const shapes = { x: [2, 3, ...of(({ image }) => image)], w: [3, 2, ...of(({ image, larger }) => image + larger)] };
  const g = new GraphBuilder();
  g.input("x", type, ["N", ...shapes.x.slice(1)]);
  g.input("w", type, shapes.w);
  const y = g.node("ConvTranspose", ["x", "w"], {
    strides: { ints: of(({ stride }) => stride) },
    dilations: { ints: of(({ dilation }) => dilation) },
    pads: { ints: [...of(({ before }) => before), ...of(({ after }) => after)] },
    output_padding: { ints: of(({ extra }) => extra) },
  });
  g.output(y, "y");
  const numbers = (shape: readonly number[]): Value => {
    const data = Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(Math.sin(1 + 1.7 * i)));
    return { type, shape, data };
  };
  return { graph: g.graph(), feeds: { x: numbers(shapes.x), w: numbers(shapes.w) } };
}

const difference = (a: Value, b: Value) => Math.max(...a.data.map((each, i) => Math.abs(each - b.data[i])));

test("image and kernel exchanged give the same, in the reference and in the runtime", async () => {
  let exchanged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 2 }), async (axes) => {
      const { graph, feeds } = transposed(axes, "float64");
      const expected = evaluate(graph, feeds).y;
      const changed = largerImages(graph);
      exchanged += Number(changed.nodes[0].op === "Transpose");
      const single = transposed(axes, "float32");
      const results = {
        float64: evaluate(changed, feeds),
        float32: await run(largerImages(single.graph), single.feeds),
      };
      expect(results.float64.y.shape).toEqual(expected.shape);
      expect(results.float32.y.shape).toEqual(expected.shape);
      expect(difference(results.float64.y, expected)).toBeLessThan(1e-12);
      expect(difference(results.float32.y, expected)).toBeLessThan(1e-4);
    }),
    { seed: 5, numRuns: 100 },
  );
  expect(exchanged).toBeGreaterThan(50);
});
