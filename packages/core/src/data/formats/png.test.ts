// PNG files that are written here by its rules: pixels come back whatever stands beside them, and what a header or a
// packed part claims is refused before it takes memory.

import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { readPng } from "./png.ts";

const bigEndian = (n: number) => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
function chunk(type: string, content: Uint8Array): Uint8Array {
  const typed = joined(Buffer.from(type, "latin1"), content);
  return joined(bigEndian(content.length), typed, bigEndian(crc32(typed)));
}
const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
const header = (width: number, height: number, depth: number, type: number) =>
  chunk("IHDR", joined(bigEndian(width), bigEndian(height), Uint8Array.of(depth, type, 0, 0, 0)));
const end = chunk("IEND", new Uint8Array(0));

/** Rows, each behind the number of its filter: none. */
function unfiltered(pixels: Uint8Array, rowBytes: number): Uint8Array {
  const rows = Array.from({ length: pixels.length / rowBytes }, (_, i) =>
    joined(Uint8Array.of(0), pixels.subarray(i * rowBytes, (i + 1) * rowBytes)),
  );
  return joined(...rows);
}

/** A part that unpacks to sixty-four megabytes. */
const bomb = deflateSync(new Uint8Array(2 ** 26));
const profile = chunk("iCCP", joined(Buffer.from("p\0\0", "latin1"), bomb));

/** The sentence that a file is refused with, and how many bytes that took more than before. */
function refused(bytes: Uint8Array): { readonly message: string; readonly taken: number } {
  const before = process.resourceUsage().maxRSS;
  try {
    readPng(bytes, "a.png");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return { message: (error as Error).message, taken: 1024 * (process.resourceUsage().maxRSS - before) };
  }
  throw new Error("it was read");
}

describe("readPng", () => {
  const images = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 3));

  it("reads pixels packed in parts of any sizes, whatever else stands among them", () => {
    const others = fc.array(fc.tuple(fc.constantFrom("tEXt", "gAMA", "abCd", "iCCP"), fc.uint8Array()), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        images,
        fc.infiniteStream(fc.nat(255)),
        fc.nat(1000),
        others,
        ([width, height, channels], s, at, o) => {
          const pixels = Uint8Array.from({ length: width * height * channels }, () => s.next().value);
          const packed = deflateSync(unfiltered(pixels, width * channels));
          const cut = at % packed.length;
          const beside = o.map(([type, content]) => chunk(type, content));
          const parts = [packed.subarray(0, cut), packed.subarray(cut)].map((part) => chunk("IDAT", part));
          const head = header(width, height, 8, channels === 1 ? 0 : 2);
          const image = readPng(joined(signature, head, ...beside, ...parts, ...beside, end), "a.png");
          expect([image.width, image.height, image.channels]).toEqual([width, height, channels]);
          const expected = pixels.map(
            (_, i) => pixels[(i % (width * height)) * channels + Math.floor(i / (width * height))],
          );
          expect(image.data).toEqual(expected);
        },
      ),
    );
  });

  it("writes colours of a palette out, and refuses pixels of a colour that it lacks", () => {
    const drawn = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ minLength: 6, maxLength: 6 }));
    fc.assert(
      fc.property(drawn, ([colours, places]) => {
        const palette = Uint8Array.from({ length: 3 * colours }, (_, i) => 17 * i + 1);
        const indices = places.map((place) => place % 5);
        const packed = chunk("IDAT", deflateSync(unfiltered(indices, 3)));
        const file = joined(signature, header(3, 2, 8, 3), chunk("PLTE", palette), packed, end);
        if (indices.some((place) => place >= colours)) {
          expect(refused(file).message).toContain(`expected pixels of the ${colours} colours of its palette`);
        } else {
          const expected = [0, 1, 2].flatMap((c) => Array.from(indices, (place) => palette[3 * place + c]));
          expect(Array.from(readPng(file, "a.png").data)).toEqual(expected);
        }
      }),
    );
  });

  it("unpacks no profile, and no more pixels than the header has", () => {
    const pixels = chunk("IDAT", deflateSync(unfiltered(new Uint8Array(4), 2)));
    const before = process.resourceUsage().maxRSS;
    expect(readPng(joined(signature, header(2, 2, 8, 0), profile, pixels, end), "a.png").data).toHaveLength(4);
    expect(1024 * (process.resourceUsage().maxRSS - before)).toBeLessThan(2 ** 25);
    const { message, taken } = refused(
      joined(signature, header(8, 8, 8, 0), chunk("IDAT", bomb), chunk("IDAT", bomb), end),
    );
    expect(message).toMatch(/a sound PNG file, got pixels that unpack to more than the 208 bytes/);
    expect(taken).toBeLessThan(2 ** 25);
  });

  it("refuses headers of any claims over a few bytes in one sentence, without their memory", () => {
    const sizes = fc.oneof(fc.nat(0xffffffff), fc.nat(2 ** 13), fc.constant(0));
    const kinds = fc.constantFrom([8, 0], [8, 2], [16, 2], [8, 3], [16, 6], [1, 0], [8, 6], [3, 5], [255, 255]);
    fc.assert(
      fc.property(sizes, sizes, kinds, fc.uint8Array({ maxLength: 30 }), (width, height, [depth, type], content) => {
        fc.pre(width * height === 0 || width * height > 300);
        const file = joined(signature, header(width, height, depth, type), chunk("IDAT", deflateSync(content)), end);
        const { message, taken } = refused(file);
        expect(message).toMatch(/^invalid a\.png: expected [^\n]+, got [^\n]+; [^\n]+$/);
        expect(taken).toBeLessThan(2 ** 26);
      }),
    );
  });

  it("refuses parts that claim to reach beyond the file, and headers behind the first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 13, max: 0xffffffff }), (length) => {
        const file = joined(signature, header(2, 2, 8, 0), bigEndian(length), Buffer.from("IDAT"), new Uint8Array(12));
        expect(refused(file).message).toMatch(/bytes that reach beyond the file|a file that ends early/);
      }),
    );
    const second = joined(signature, header(2, 2, 8, 0), header(65535, 65535, 8, 6), end);
    expect(refused(second).message).toMatch(/a header that is not its first part alone/);
  });
});
