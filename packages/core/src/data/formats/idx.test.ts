import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { toNumbers } from "../../tensor.ts";
import { readIdx } from "./idx.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

// Written by hand from the description of the format at the MNIST page: all numbers big-endian.
describe("idx", () => {
  it.each([
    ["uint8", "00000802 00000002 00000003 000102030405", [2, 3], [0, 1, 2, 3, 4, 5]],
    ["int8", "00000901 00000002 ff7f", [2], [-1, 127]],
    ["int16", "00000b01 00000002 fffe 0100", [2], [-2, 256]],
    ["int32", "00000c01 00000001 fffffffd", [1], [-3]],
    ["float32", "00000d01 00000002 3fc00000 c0100000", [2], [1.5, -2.25]],
    ["float64", "00000e01 00000001 4009 21fb 5444 2d18", [1], [Math.PI]],
  ])("%s", (type, file, shape, numbers) => {
    const x = readIdx(hex(file));
    expect([x.type, x.shape, toNumbers(x)]).toEqual([type, shape, numbers]);
  });

  it("refuses every truncation, other files, unknown types and trailing bytes", () => {
    const file = hex("00000802 00000002 00000003 000102030405");
    for (let length = 0; length < file.length; length++) {
      expect(() => readIdx(file.subarray(0, length))).toThrow(InputError);
    }
    expect(() => readIdx(new TextEncoder().encode("1,2,3"))).toThrow(/expected an IDX file/);
    expect(() => readIdx(hex("00000a01 00000001 00"))).toThrow(/got 0x0a/);
    expect(() => readIdx(hex("00000801 00000001 0001"))).toThrow(/expected 1 bytes .* got 2 bytes/);
  });

  it("refuses what a header promises and the file lacks, before it allocates", () => {
    expect(() => readIdx(hex("00000802 ffffffff ffffffff 00"), "images")).toThrow(
      /invalid images: expected a shape whose elements a file can hold, got shape \[4294967295, 4294967295\]/,
    );
  });
});
