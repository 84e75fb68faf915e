import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { GraphBuilder, modelOf } from "./builder.ts";
import { MAX_PARTS } from "./limits.ts";
import { requireFewParts } from "./parts.ts";
import { readModel, writeModel } from "./proto.ts";

/** A model of one graph, or function, that holds a field of no content many times. */
function repeated(outer: number, inner: number, times: number): Uint8Array {
  const body = new Uint8Array(2 * times).map((_, i) => (i % 2 === 0 ? 8 * inner + 2 : 0));
  return joined(Uint8Array.from([...varint(8 * outer + 2), ...varint(body.length)]), body);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

test.each([
  ["nodes of the graph", 7, 1],
  ["constants of the graph", 7, 5],
  ["nodes of functions", 25, 7],
])("more %s than any model has are refused, one less is read on", (_, outer, inner) => {
  // The graph itself is a part too.
  const most = repeated(outer, inner, MAX_PARTS - 1);
  expect(() => requireFewParts(most)).not.toThrow();
  const more = repeated(outer, inner, MAX_PARTS);
  expect(() => requireFewParts(more)).toThrow(InputError);
  expect(() => readModel(more)).toThrow(/at most \d+ nodes/);
});

test("a model is read as before, and bytes of any kind end the count", () => {
  const g = new GraphBuilder();
  g.output(g.node("Relu", [g.input("x", "float32", ["N", 2])]), "y");
  const bytes = writeModel(modelOf(g.graph()));
  expect(readModel(bytes).graph.nodes[0].op).toBe("Relu");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(() => requireFewParts(noise)).not.toThrow();
    }),
    { seed: 1 },
  );
});
