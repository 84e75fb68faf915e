import fc from "fast-check";
import { expect, test } from "vitest";
import { tensor } from "../../tensor.ts";
import { openNpz } from "./npz.ts";
import { npzPieces } from "./npzStream.ts";

function join(pieces: Iterable<Uint8Array>): Uint8Array {
  const all = [...pieces];
  const bytes = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

test("what is written in pieces is read back whole, whatever the sizes", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 9 }), fc.array(fc.integer(), { maxLength: 30 }), (n, d, list) => {
      const x = tensor(
        "float32",
        [n, d],
        Float32Array.from({ length: n * d }, (_, i) => Math.fround(Math.sin(i))),
      );
      const y = tensor("int32", [list.length], Int32Array.from(list));
      const archive = openNpz(join(npzPieces({ x, y })));
      expect(archive.names).toEqual(["x", "y"]);
      expect(archive.read("x")).toEqual(x);
      expect(archive.read("y")).toEqual(y);
    }),
  );
});

test("arrays of more than one piece come out in more than one, and equal arrays give equal bytes", () => {
  const noise = Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i * i));
  const x = tensor("float64", [400_000], noise);
  const pieces = [...npzPieces({ x })];
  expect(pieces.length).toBeGreaterThan(3);
  const [once, again] = [join(pieces), join(npzPieces({ x }))];
  expect(again.length === once.length && again.every((byte, i) => byte === once[i])).toBe(true);
  const { data } = openNpz(once).read("x");
  expect(data.length === noise.length && noise.every((value, i) => value === data[i])).toBe(true);
});
