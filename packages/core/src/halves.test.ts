// Numbers of 16 bits against what their bits mean, and arrays of them as NumPy writes them.

import { expect, test } from "vitest";
import { readNumpyElements } from "./data/formats/npy.ts";
import { widened } from "./halves.ts";

const every = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

/** (-1)^sign 2^exponent fraction, of a format with so many bits of each. */
function meaning(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits;
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

test.each([["float16", 5] as const, ["bfloat16", 8] as const])("each %s is what its bits say", (half, exponentBits) => {
  expect([...widened(half, every)]).toEqual([...every].map((bits) => meaning(bits, exponentBits)));
});

test.each(["<", ">"])("arrays of float16 are read, bytes in the order %s, columns first or not", (order) => {
  const values = [1, -2, 0.5, 65504, 2 ** -24, -0];
  const bits = [0x3c00, 0xc000, 0x3800, 0x7bff, 0x0001, 0x8000];
  const view = new DataView(new ArrayBuffer(12));
  bits.forEach((each, i) => {
    view.setUint16(2 * i, each, order === "<");
  });
  const bytes = new Uint8Array(view.buffer);
  const rows = readNumpyElements(`${order}f2`, [2, 3], bytes, false, "x");
  expect(rows).toEqual({ type: "float32", shape: [2, 3], data: Float32Array.from(values) });
  const columns = readNumpyElements(`${order}f2`, [3, 2], bytes, true, "x");
  expect([...columns.data]).toEqual([0, 3, 1, 4, 2, 5].map((i) => values[i]));
});
