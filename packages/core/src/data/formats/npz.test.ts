import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpacker } from "../../../test/unpacker.ts";
import { InputError } from "../../errors.ts";
import { tensor, toNumbers } from "../../tensor.ts";
import { writeNpy } from "./npy.ts";
import { openNpz, openNpzFile, writeNpz } from "./npz.ts";
import { bytesSource } from "./zip.ts";

// numpy.savez_compressed(file, x=np.array([[1, 2], [3, 4]], "u1"), y=np.array([8, 9], "<i4")) of NumPy 1.24.2,
// in base64.
const golden =
  "UEsDBBQAAAAIAAAAIQCCX1jrSgAAAIQAAAAFABQAeC5ucHkBABAAhAAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkaaOgq1CmQDLkYmZhYAUEsDBBQAAAAIAAAAIQAhZeTlSwAAAIgAAAAFABQAeS5ucHkBABAAiAAAAAAAAABLAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4OBgYGTiAGAFBLAQIUAxQAAAAIAAAAIQCCX1jrSgAAAIQAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQIUAxQAAAAIAAAAIQAhZeTlSwAAAIgAAAAFAAAAAAAAAAAAAACAAYEAAAB5Lm5weVBLBQYAAAAAAgACAGYAAAADAQAAAAA=";

describe("npz", () => {
  it("reads an archive that NumPy wrote", () => {
    const archive = openNpz(Buffer.from(golden, "base64"));
    expect(archive.names).toEqual(["x", "y"]);
    expect(archive.read("x").shape).toEqual([2, 2]);
    expect(toNumbers(archive.read("x"))).toEqual([1, 2, 3, 4]);
    expect(toNumbers(archive.read("y"))).toEqual([8, 9]);
  });

  it("reads what it wrote, and writes equal bytes for equal arrays", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,8}$/), { maxLength: 4 });
    fc.assert(
      fc.property(names, fc.array(fc.double({ noNaN: true }), { maxLength: 40 }), (keys, values) => {
        const arrays = Object.fromEntries(
          keys.map((key, i) => [
            key,
            tensor(
              "float64",
              [values.length],
              values.map((value) => value + i),
            ),
          ]),
        );
        const bytes = writeNpz(arrays);
        const archive = openNpz(bytes);
        expect(archive.names).toEqual(keys);
        for (const key of keys) expect(archive.read(key)).toEqual(arrays[key]);
        expect(writeNpz(arrays)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it("writes the same bytes whatever the clock and time zone", () => {
    const arrays = { x: tensor("uint8", [3], [1, 2, 3]) };
    const zone = process.env.TZ;
    const written = ["Pacific/Kiritimati", "America/Los_Angeles"].map((name) => {
      process.env.TZ = name;
      return writeNpz(arrays);
    });
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    expect(written[0]).toEqual(written[1]);
  });

  it("names the arrays there are when one is missing", () => {
    const archive = openNpz(
      writeNpz({ images: tensor("uint8", [1], [0]), target: tensor("uint8", [1], [0]) }),
      "a.npz",
    );
    expect(() => archive.read("image")).toThrow(/unknown array of a\.npz "image": expected one of images, target/);
  });

  it("refuses truncated archives and other files with an InputError", () => {
    const bytes = writeNpz({
      x: tensor(
        "float32",
        [50],
        new Float32Array(50).map((_, i) => Math.sin(i)),
      ),
    });
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => openNpz(bytes.subarray(0, length)).read("x")).toThrow(InputError);
    }
    expect(() => openNpz(new TextEncoder().encode("not a zip"))).toThrow(InputError);
  });

  it("refuses an entry that promises more than deflate can hold, before it allocates", () => {
    const bytes = zipSync({ "x.npy": new Uint8Array(100) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // The uncompressed length stands 24 bytes into the directory entry.
    const directory = view.getUint32(bytes.length - 22 + 16, true);
    view.setUint32(directory + 24, 0xf0000000, true);
    expect(() => openNpz(bytes).read("x")).toThrow(/4026531840 bytes promised for x\.npy/);
  });

  it("reads numbers of many pieces into their place, stored or deflated", async () => {
    for (const length of [2 ** 19 - 1, 2 ** 19, 2 ** 19 + 3]) {
      const x = tensor(
        "float32",
        [length],
        Float32Array.from({ length }, (_, i) => Math.fround(Math.sin(i))),
      );
      for (const level of [0, 1] as const) {
        const archive = await openNpzFile(bytesSource(zipSync({ "x.npy": [writeNpy(x), { level }] })), unpacker);
        const found = await archive.readNumbers("x");
        expect(found.shape).toEqual([length]);
        expect((found.data as Float32Array).findIndex((value, i) => !Object.is(value, x.data[i]))).toBe(-1);
      }
    }
  });

  it.each([
    ["stored", 0],
    ["deflated", 6],
  ] as const)("refuses %s content that is other than what was packed", async (_, level) => {
    const x = tensor(
      "float32",
      [40],
      Float32Array.from({ length: 40 }, (_, i) => i % 7),
    );
    const bytes = zipSync({ "x.npy": [writeNpy(x), { level }] });
    const open = async (packed: Uint8Array) => (await openNpzFile(bytesSource(packed), unpacker, "a.npz")).read("x");
    expect(await open(bytes)).toEqual(x);
    // Behind the entry's own header, and before the directory.
    const directory = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 22 + 16, true);
    for (let bit = 8 * (30 + "x.npy".length); bit < 8 * directory; bit += 5) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const found = await open(flipped).catch((error) => error);
      // Some bits of a deflated stream mean nothing, or another way to the same bytes.
      if (!(found instanceof InputError)) expect(found, `bit ${bit}`).toEqual(x);
    }
  });
});
