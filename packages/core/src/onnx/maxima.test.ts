import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../../test/runtime.ts";
import { sizeOf, tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import type { Lack } from "./lacks.ts";

const upTo = (low: number, high: number) => fc.integer({ min: low, max: high });

/** One axis of a pool, with a margin smaller than the kernel. */
const axis = upTo(1, 3)
  .chain((kernel) =>
    fc.record({
      kernel: fc.constant(kernel),
      stride: upTo(1, 4),
      dilation: upTo(1, 2),
      before: upTo(0, kernel - 1),
      after: upTo(0, kernel - 1),
      size: upTo(1, 8),
    }),
  )
  // The runtime leaves dilation out of account where it looks at margins.
  .map((each) => (each.dilation > 1 ? { ...each, before: 0, after: 0 } : each))
  .filter(({ kernel, dilation, before, after, size }) => size + before + after >= (kernel - 1) * dilation + 1);

test("the gradient of a maximum is the same with and without its places, ties included", async () => {
  const lacks: ReadonlySet<Lack> = new Set(["places of maxima"]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(axis, { minLength: 1, maxLength: 2 }),
      fc.array(upTo(-2, 2), { minLength: 7, maxLength: 40 }),
      async (axes, values) => {
        const of = (read: (each: (typeof axes)[number]) => number) => ({ ints: axes.map(read) });
        const shape = [2, 3, ...axes.map(({ size }) => size)];
        const g = new GraphBuilder();
        g.input("x", "float32", ["N", ...shape.slice(1)]);
        const y = g.node("MaxPool", ["x"], {
          kernel_shape: of(({ kernel }) => kernel),
          strides: of(({ stride }) => stride),
          dilations: of(({ dilation }) => dilation),
          pads: { ints: [...of(({ before }) => before).ints, ...of(({ after }) => after).ints] },
        });
        // Each window with a weight of its own, so that a share in the wrong place shows.
        const weightShape = g.type(y).shape.slice(1) as number[];
        const weights = tensor(
          "float32",
          weightShape,
          Array.from({ length: sizeOf(weightShape) }, (_, i) => 1 + (i % 17)),
        );
        g.output(g.node("Mul", [y, g.constant(weights)]), "f");
        const graph = g.graph();
        const length = shape.reduce((a, b) => a * b, 1);
        const x = {
          type: "float32",
          shape,
          data: Array.from({ length }, (_, i) => values[i % values.length]),
        } as const;
        const name = gradientName("f", "x");
        const [plain, other] = await Promise.all(
          [undefined, lacks].map((each) =>
            run(differentiate(graph, { of: "f", by: "x", keep: [], ...(each && { lacks: each }) }), { x }),
          ),
        );
        expect(other[name].shape).toEqual(shape);
        other[name].data.forEach((value, i) => {
          expect(value).toBeCloseTo(plain[name].data[i], 4);
        });
      },
    ),
    { numRuns: 60 },
  );
});
