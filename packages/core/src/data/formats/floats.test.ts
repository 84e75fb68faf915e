// Numbers that become floating-point while they are read, against whole arrays that are converted.

import fc from "fast-check";
import { expect, it } from "vitest";
import { allocate, type ElementType, type FloatType, sizeOf, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { precisionCheck } from "../table/precision.ts";
import { readNumbers } from "./headed.ts";
import { idxNumbersReader, readIdx } from "./idx.ts";
import { npyNumbersReader, readNpy, writeNpy } from "./npy.ts";

const types: readonly ElementType[] = [
  ...(["float32", "float64", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const),
];

/** Arrays of few to many numbers, of either small size or all sizes that there are. */
const arrays = fc
  .record({
    type: fc.constantFrom(...types),
    shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    exponent: fc.integer({ min: 0, max: 70 }),
    seed: fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
  })
  .map(({ type, shape, exponent, seed }): Tensor => {
    const data = allocate(type, sizeOf(shape));
    for (let i = 0; i < data.length; i++) {
      const value = seed.next().value * 2 ** exponent;
      data[i] =
        data instanceof BigInt64Array || data instanceof BigUint64Array ? (BigInt(Math.round(value)) as never) : value;
    }
    return { type, shape, data };
  });

/** A file in the other order of axes, of bytes, or of both. */
function stored(x: Tensor, fortran: boolean, bigEndian: boolean): Uint8Array {
  const { shape } = x;
  const data = allocate(x.type, x.data.length);
  for (let at = 0; at < data.length; at++) {
    let [place, stride] = [0, 1];
    const position = shape.map((_, axis) => Math.floor(at / sizeOf(shape.slice(axis + 1))) % shape[axis]);
    for (let axis = 0; axis < shape.length; axis++) {
      place += position[axis] * stride;
      stride *= shape[axis];
    }
    data[fortran ? place : at] = x.data[at];
  }
  const bytes = writeNpy({ ...x, data } as Tensor);
  const text = Buffer.from(bytes).toString("latin1");
  const from = text.indexOf("\n") + 1;
  const size = x.data.BYTES_PER_ELEMENT;
  if (bigEndian) for (let at = from; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  const header = text
    .slice(0, from)
    .replace("'fortran_order': False", fortran ? "'fortran_order':  True" : "'fortran_order': False")
    .replace("'<", bigEndian ? "'>" : "'<");
  bytes.set(Buffer.from(header, "latin1"));
  return bytes;
}

async function* inPieces(bytes: Uint8Array, length: number) {
  for (let from = 0; from < bytes.length; from += length) yield bytes.slice(from, from + length);
}

it("arrays of every type, order and byte order become what the whole array would", async () => {
  await fc.assert(
    fc.asyncProperty(
      arrays,
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 300 }),
      async (x, fortran, bigEndian, length) => {
        const file = stored(x, fortran, bigEndian);
        expect(readNpy(file).data).toEqual(x.data);
        const reader = (into: FloatType) => npyNumbersReader(file.length, into);
        const read = await readNumbers(() => inPieces(file, length), reader);
        const check = precisionCheck(sizeOf(x.shape.slice(1)));
        const width = sizeOf(x.shape.slice(1));
        for (let at = 0; at < x.data.length; at++) check.note(at % width, Number(x.data[at]));
        expect(read).toEqual(toFloat(x, check.isTooNarrowInAll() ? "float64" : "float32"));
      },
    ),
    { numRuns: 300 },
  );
});

it("bytes and truth values stay what they are", async () => {
  for (const type of ["uint8", "int8", "bool"] as const) {
    const x = tensor(type, [2, 2], [0, 1, 1, 0]);
    const file = writeNpy(x);
    expect(
      await readNumbers(
        () => inPieces(file, 7),
        (into) => npyNumbersReader(file.length, into),
      ),
    ).toEqual(x);
  }
});

it("IDX files of numbers of several bytes are read alike", async () => {
  const codes = { int16: 0x0b, int32: 0x0c, float32: 0x0d, float64: 0x0e } as const;
  for (const [type, code] of Object.entries(codes)) {
    const numbers = type.startsWith("float") ? [0.1, -2, 3.25, 4, 5, 6] : [1, -2, 3, 4, 5, 6];
    const x = tensor(type as keyof typeof codes, [3, 2], numbers);
    const elements = new Uint8Array(x.data.buffer.slice(0));
    const size = x.data.BYTES_PER_ELEMENT;
    for (let at = 0; at < elements.length; at += size) elements.subarray(at, at + size).reverse();
    const file = Uint8Array.from([0, 0, code, 2, 0, 0, 0, 3, 0, 0, 0, 2, ...elements]);
    expect(readIdx(file).data).toEqual(x.data);
    const read = await readNumbers(
      () => inPieces(file, 5),
      (into) => idxNumbersReader(file.length, into, "x"),
    );
    expect(read).toEqual(toFloat(x, "float32"));
  }
});
