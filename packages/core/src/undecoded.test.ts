// Files that are damaged anywhere are refused in words for people, whatever their decoder threw.

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { encode } from "fast-png";
import { expect, it } from "vitest";
import { openNpz, writeNpz } from "./data/formats/npz.ts";
import { readPng } from "./data/formats/png.ts";
import { gunzip } from "./data/index.ts";
import { InputError } from "./errors.ts";
import { GraphBuilder, modelOf } from "./onnx/index.ts";
import { readModel, writeModel } from "./onnx/proto.ts";
import { tensor } from "./tensor.ts";
import { undecoded } from "./undecoded.ts";

const OF_CODE = /undefined|NaN|Cannot|\[object|is not (a|an|defined|iterable)\b|typed array|outside the bounds/;

const got = (error: unknown) =>
  undecoded(error, (words) => new InputError("invalid", "file", { expected: "it", got: words, remedy: "mend it" }))
    .message;

it("what the language or a program says becomes words, what is said to people is quoted, a fault of the input stays", () => {
  const values: unknown[] = [undefined, null, {}, 5];
  const thrown = values.map((value) => {
    try {
      return (value as string[]).map(String);
    } catch (error) {
      return error;
    }
  });
  const damaged = /got what is damaged or of a kind that is not read here; mend it$/;
  for (const error of [
    ...thrown,
    new RangeError("Invalid typed array length: -3"),
    new Error("dataType undefined"),
    new Error("limit exceeded by NaNMP"),
    new Error("maxMemoryUsageInMB limit exceeded by at least 3MB"),
    new Error(""),
  ])
    expect(got(error)).toMatch(damaged);
  expect(got(new Error("unexpected marker: ffd8"))).toContain("got what cannot be read (unexpected marker: ffd8); ");
  expect(got(new Error("Unexpected token at line 3:\n\nkey: secret"))).toContain("(Unexpected token at line 3); ");
  expect(got(new Error("while unpacking:", { cause: new Error("unexpected EOF") }))).toContain(
    "got what ends too early",
  );
  expect(got(new RangeError("Maximum call stack size exceeded"))).toContain("got parts in one another without end");
  expect(got(new RangeError("Array buffer allocation failed"))).toContain("got more than fits into memory");
  const fault = new InputError("missing", "a", { expected: "b", got: "c", remedy: "d" });
  expect(undecoded(fault, () => fault)).toBe(fault);
});

const g = new GraphBuilder();
const x = g.input("x", "float32", ["N", 3]);
g.output(g.node("MatMul", [x, g.constant(tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]))]), "y");
const grey = encode({ width: 5, height: 4, channels: 1, data: Uint8Array.from({ length: 20 }, (_, i) => 12 * i) });
const sound: Record<string, { readonly bytes: Uint8Array; readonly read: (bytes: Uint8Array) => unknown }> = {
  PNG: { bytes: grey, read: (bytes) => readPng(bytes, "a.png") },
  gzip: { bytes: gzipSync("a,label\n1,0\n2,1\n".repeat(20)), read: (bytes) => gunzip(bytes) },
  npz: {
    bytes: writeNpz({
      x: tensor(
        "float32",
        [4, 3],
        Array.from({ length: 12 }, (_, i) => i),
      ),
    }),
    read(bytes) {
      const archive = openNpz(bytes, "a.npz");
      return archive.names.map((name) => archive.read(name));
    },
  },
  ONNX: { bytes: writeModel(modelOf(g.graph())), read: readModel },
};

it.each(Object.entries(sound))("%s with other, more or fewer bytes", (_, { bytes, read }) => {
  expect(() => read(bytes)).not.toThrow();
  const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255), kind: fc.nat(3) });
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let damaged = Array.from(bytes);
      for (const { at, byte, kind } of changes) {
        if (kind === 0) damaged = damaged.slice(0, at);
        else if (kind === 1) damaged.splice(at, 1 + (byte % 8));
        else if (kind === 2) damaged.splice(at, 0, byte);
        else damaged[at] = byte;
      }
      try {
        read(Uint8Array.from(damaged));
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message.replace(/"[^"]*"/g, "")).not.toMatch(OF_CODE);
      }
    }),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(100);
});
