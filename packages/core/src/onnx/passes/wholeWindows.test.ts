// Pools that round up, with windows that would start behind the input, against the reference: what is computed from
// them too.

import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../../test/reference/evaluate.ts";
import { run } from "../../../test/runtime.ts";
import { stream } from "../../random.ts";
import { sizeOf } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { wholeWindows } from "./wholeWindows.ts";

const axis = fc.record({
  size: fc.integer({ min: 1, max: 9 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.nat({ max: 3 }),
  after: fc.nat({ max: 3 }),
});

const anyPool = fc
  .record({
    op: fc.constantFrom("MaxPool", "AveragePool", "LpPool"),
    axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    countsMargin: fc.boolean(),
  })
  .map(({ op, axes, countsMargin }) => {
    // Margins are smaller than the kernel, and averages have no dilation.
    const bounded = axes.map(({ before, after, dilation, ...rest }) => ({
      ...rest,
      dilation: op === "AveragePool" ? 1 : dilation,
      before: Math.min(before, rest.kernel - 1),
      after: Math.min(after, rest.kernel - 1),
    }));
    return { op, axes: bounded, countsMargin };
  })
  .filter(({ axes }) =>
    axes.every(({ size, kernel, dilation, before, after }) => {
      const isSpread = dilation > size && before + after > 0;
      return size + before + after >= (kernel - 1) * dilation + 1 && !isSpread;
    }),
  );

test("pools that round up are computed, and used, in the shape that the standard says", async () => {
  await fc.assert(
    fc.asyncProperty(anyPool, async ({ op, axes, countsMargin }) => {
      const of = (read: (each: (typeof axes)[number]) => number) => axes.map(read);
      const g = new GraphBuilder();
      g.input("x", "float32", [2, 2, ...of(({ size }) => size)]);
      const outputs = g.nodeOutputs(
        op,
        ["x"],
        {
          kernel_shape: { ints: of(({ kernel }) => kernel) },
          strides: { ints: of(({ stride }) => stride) },
          pads: { ints: [...of(({ before }) => before), ...of(({ after }) => after)] },
          ceil_mode: { int: 1 },
          ...(op === "AveragePool" ? {} : { dilations: { ints: of(({ dilation }) => dilation) } }),
          ...(op === "AveragePool" && countsMargin ? { count_include_pad: { int: 1 } } : {}),
        },
        op === "MaxPool" ? 2 : 1,
      );
      g.input("weights", "float32", g.type(outputs[0]).shape);
      for (const name of outputs) g.output(name);
      g.output(g.node("Mul", [outputs[0], "weights"]), "product");
      const random = stream(1, "pools that round up");
      const feeds = Object.fromEntries(
        g.graph().inputs.map(({ name, shape }) => {
          const data = Array.from({ length: sizeOf(shape as number[]) }, () => Math.fround(random.uniform() - 0.5));
          return [name, { type: "float32" as const, shape: shape as number[], data }];
        }),
      );
      const expected = evaluate(g.graph(), feeds);
      const computed = await run(wholeWindows(g.graph()), feeds);
      for (const [name, { shape, data }] of Object.entries(expected)) {
        expect(computed[name].shape).toEqual(shape);
        computed[name].data.forEach((value, i) => {
          expect(value).toBeCloseTo(data[i], 5);
        });
      }
    }),
    { seed: 17, numRuns: 60 },
  );
}, 60_000);
