// Graphs whose sizes are known beforehand, against what they would hold.

import fc from "fast-check";
import { expect, it } from "vitest";
import { heedLimits, modelLimits } from "../limits.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { tensor } from "../tensor.ts";
import { requireHeldNumbers } from "./heldNumbers.ts";

const { most, name } = modelLimits.held;

/** A row of 4 numbers made larger and summed up again, by one of the operators that can. */
const graphs: Readonly<Record<string, (g: GraphBuilder, x: string, times: number) => string>> = {
  Expand: (g, x, times) => g.node("Expand", [g.node("Unsqueeze", [x, g.ints([0])]), g.ints([times, 1, 1])]),
  Tile: (g, x, times) => g.node("Tile", [x, g.ints([1, times])]),
  Pad: (g, x, times) => g.node("Pad", [x, g.ints([0, 0, 0, 4 * times - 4])]),
  "rows again": (g, x, times) => g.node("Tile", [x, g.ints([times, 1])]),
};

it.each(Object.entries(graphs))("refuses by %s what holds too many numbers for a row, and nothing less", (_, grow) => {
  const model = (times: number) => {
    const g = new GraphBuilder();
    const x = g.input("x", "float32", ["N", 4]);
    const sum = g.node("ReduceSum", [grow(g, x, times)], { keepdims: { int: 0 } });
    g.output(g.node("Add", [x, sum]), "scores");
    return modelOf(g.graph());
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: most }), (times) => {
      const check = () => requireHeldNumbers(model(times));
      if (4 * times <= most) expect(check).not.toThrow();
      else expect(check).toThrow(`${4 * times} from`);
    }),
  );
  expect(() => requireHeldNumbers(model(most))).toThrow(`CAROM_LIMITS=${name}=`);
});

it("allows what is as large as the constants of the file, and heeds a limit of one's own", () => {
  const model = (constants: number, times: number) => {
    const g = new GraphBuilder();
    const x = g.input("x", "float32", ["N", 1]);
    const weights = g.constant(tensor("float32", [constants], new Float32Array(constants)));
    const sums = [weights, g.node("Tile", [x, g.ints([1, times])])].map((each) =>
      g.node("ReduceSum", [each], { keepdims: { int: 0 } }),
    );
    g.output(g.node("Add", [g.node("Add", [x, sums[0]]), sums[1]]), "scores");
    return modelOf(g.graph());
  };
  try {
    heedLimits((limit) => (limit === modelLimits.held ? 100 : undefined));
    expect(() => requireHeldNumbers(model(1, 100))).not.toThrow();
    expect(() => requireHeldNumbers(model(1, 200))).toThrow(
      /at most 100 numbers .*, got 200 from Tile; .*CAROM_LIMITS=held=1000/,
    );
    expect(() => requireHeldNumbers(model(200, 200))).not.toThrow();
  } finally {
    heedLimits(() => undefined);
  }
});
