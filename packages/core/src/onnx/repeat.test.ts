import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../../test/runtime.ts";
import { GraphBuilder } from "./builder.ts";
import { repeated } from "./repeat.ts";

/** u becomes a u + b, and the check is u. */
function step() {
  const g = new GraphBuilder();
  const [u, a, b] = ["u", "a", "b"].map((name) => g.input(name, "float64", ["N"]));
  g.output(g.node("Add", [g.node("Mul", [u, a]), b]), "next");
  g.output(g.node("Mul", [u, g.scalar(2, u)]), "twice");
  return g.graph();
}

test("a repeated graph does what running it so often does, and adds up", async () => {
  const graph = repeated(step(), { times: "n", carried: { input: "u", output: "next" }, summed: "twice" }, (g) =>
    g.node("Mul", ["a", g.scalar(0, "a")]),
  );
  const list = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(list, list, list, fc.integer({ min: 0, max: 6 }), async (u, a, b, n) => {
      const value = (data: number[]) => ({ type: "float64", shape: [3], data }) as const;
      const feeds = { u: value(u), a: value(a), b: value(b), n: { type: "int64", shape: [], data: [n] } as const };
      const { next, twice } = await run(graph, feeds);
      let at = u;
      let sum = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        sum = sum.map((each, j) => each + 2 * at[j]);
        at = at.map((each, j) => each * a[j] + b[j]);
      }
      at.forEach((each, j) => {
        expect(next.data[j]).toBeCloseTo(each, 12);
      });
      sum.forEach((each, j) => {
        expect(twice.data[j]).toBeCloseTo(each, 12);
      });
    }),
    { numRuns: 30 },
  );
});
