import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { allocate, type ElementType, type Tensor, tensor, toNumbers } from "../../tensor.ts";
import { readNpy, writeNpy } from "./npy.ts";

// What NumPy 1.24.2 writes (numpy.lib.format.write_array) for np.arange(6).reshape(2, 3).astype(descr): the first
// bytes, the header, and the elements in hexadecimal. `b1` holds 0 for the first element and 1 for the others.
const golden: readonly (readonly [descr: string, type: ElementType, elements: string])[] = [
  ["<f4", "float32", "000000000000803f0000004000004040000080400000a040"],
  [
    "<f8",
    "float64",
    "0000000000000000000000000000f03f0000000000000040000000000000084000000000000010400000000000001440",
  ],
  ["|u1", "uint8", "000102030405"],
  ["|i1", "int8", "000102030405"],
  ["<i2", "int16", "000001000200030004000500"],
  ["<u2", "uint16", "000001000200030004000500"],
  ["<i4", "int32", "000000000100000002000000030000000400000005000000"],
  ["<u4", "uint32", "000000000100000002000000030000000400000005000000"],
  ["<i8", "int64", "000000000000000001000000000000000200000000000000030000000000000004000000000000000500000000000000"],
  ["<u8", "uint64", "000000000000000001000000000000000200000000000000030000000000000004000000000000000500000000000000"],
  ["|b1", "bool", "000101010101"],
];

/** A .npy file with NumPy's padding: spaces and a newline up to byte 128. */
function npyFile(header: string, elements: string, version = 1): Uint8Array {
  const from = version === 1 ? 10 : 12;
  const length = version === 1 ? [0x76, 0] : [0x74, 0, 0, 0];
  const text = `${header.padEnd(127 - from)}\n`;
  return Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length],
    ...new TextEncoder().encode(text),
    ...Buffer.from(elements, "hex"),
  ]);
}

const header = (descr: string, fortran = "False", shape = "(2, 3)") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe("npy files written by NumPy", () => {
  it.each(golden)("%s is read, and written to the same bytes", (descr, type, elements) => {
    const file = npyFile(header(descr), elements);
    const x = readNpy(file);
    expect(x.type).toBe(type);
    expect(x.shape).toEqual([2, 3]);
    expect(toNumbers(x)).toEqual(type === "bool" ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]);
    expect(writeNpy(x)).toEqual(file);
  });

  it("big-endian elements", () => {
    const floats = npyFile(header(">f4"), "000000003f80000040000000404000004080000040a00000");
    expect(toNumbers(readNpy(floats))).toEqual([0, 1, 2, 3, 4, 5]);
    const integers = npyFile(header(">i2"), "000000010002000300040005");
    expect(toNumbers(readNpy(integers))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("Fortran order", () => {
    // np.asfortranarray(np.arange(6, dtype="<i2").reshape(2, 3))
    const matrix = readNpy(npyFile(header("<i2", "True"), "000003000100040002000500"));
    expect([matrix.shape, toNumbers(matrix)]).toEqual([
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ]);
    // np.asfortranarray(np.arange(12, dtype="u1").reshape(2, 3, 2))
    const cube = readNpy(npyFile(header("|u1", "True", "(2, 3, 2)"), "00060208040a01070309050b"));
    expect([cube.shape, toNumbers(cube)]).toEqual([
      [2, 3, 2],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    ]);
  });

  it.each([2, 3])("version %i", (version) => {
    const x = readNpy(npyFile(header("<f4", "False", "(2,)"), "0000c03f000010c0", version));
    expect([x.shape, toNumbers(x)]).toEqual([[2], [1.5, -2.25]]);
  });

  it("a number without axes, and no rows", () => {
    expect(toNumbers(readNpy(npyFile(header("<i4", "False", "()"), "07000000")))).toEqual([7]);
    expect(readNpy(npyFile(header("<f4", "False", "(0, 4)"), "")).shape).toEqual([0, 4]);
  });
});

/** Tensors of every type, their elements drawn as raw bytes, so that NaN, infinities and extremes occur. */
const anyTensor: fc.Arbitrary<Tensor> = fc
  .record({
    type: fc.constantFrom(...golden.map(([, type]) => type)),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
    seed: fc.infiniteStream(fc.nat({ max: 255 })),
  })
  .map(({ type, shape, seed }) => {
    const data = allocate(
      type,
      shape.reduce((size, length) => size * length, 1),
    );
    const bytes = new Uint8Array(data.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = seed.next().value & (type === "bool" ? 1 : 255);
    return { type, shape, data };
  });

describe("npy codec", () => {
  it("reads what it wrote, to the bit", () => {
    fc.assert(
      fc.property(anyTensor, (x) => {
        const y = readNpy(writeNpy(x));
        expect([y.type, y.shape]).toEqual([x.type, x.shape]);
        expect(new Uint8Array(y.data.buffer)).toEqual(new Uint8Array(x.data.buffer));
      }),
    );
  });

  it("reads a file that does not start at an aligned address", () => {
    const file = writeNpy(tensor("float64", [2], [1.5, -2]));
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(toNumbers(readNpy(shifted.subarray(3)))).toEqual([1.5, -2]);
  });

  it("refuses every truncation with an InputError", () => {
    const file = writeNpy(tensor("int32", [3], [1, 2, 3]));
    for (let length = 0; length < file.length; length++) {
      expect(() => readNpy(file.subarray(0, length))).toThrow(InputError);
    }
  });

  it("says how many bytes are there and should be, before it allocates", () => {
    const promised = npyFile(header("<f8", "False", "(1000000000, 1000)"), "00000000");
    expect(() => readNpy(promised, "x.npy")).toThrow(/invalid x\.npy: expected 8000000000000 bytes .* got 4 bytes/);
    const trailing = npyFile(header("|u1", "False", "(2,)"), "010203");
    expect(() => readNpy(trailing)).toThrow(/expected 2 bytes .* got 3 bytes/);
  });

  it("refuses other files, versions, element types and headers", () => {
    expect(() => readNpy(new TextEncoder().encode("label,pixel1,pixel2"))).toThrow(/expected a \.npy file/);
    expect(() => readNpy(npyFile(header("<f4"), "", 9))).toThrow(/version 1, 2 or 3.*version 9/);
    expect(() => readNpy(npyFile(header("<U17"), ""))).toThrow(/unsupported element type.*one of f2, f4, f8.*got <U17/);
    expect(() => readNpy(npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", ""))).toThrow(
      /got a structure/,
    );
    expect(() => readNpy(npyFile("{'descr': '<f4', 'shape': (-2,)}", ""))).toThrow(/expected a header with/);
    // A shape that never ends, begun again and again, would be looked through to the end each time.
    const long = `\x93NUMPY\x02\x00\x80\x84\x1e\x00{'descr': '<f4', ${"'shape': (".repeat(200_000)}`;
    expect(() => readNpy(Uint8Array.from(long, (letter) => letter.charCodeAt(0)))).toThrow(
      /expected at most 65536 bytes of a \.npy header.*CAROM_LIMITS=header=1000000/,
    );
  });
});
