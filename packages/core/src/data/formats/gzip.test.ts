import { gzipSync as nodeGzip } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { gunzip } from "./gzip.ts";

describe("gunzip", () => {
  it("unpacks what zlib packed, and leaves other bytes alone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(gunzip(nodeGzip(bytes))).toEqual(bytes);
        if (bytes[0] !== 0x1f) expect(gunzip(bytes)).toBe(bytes);
      }),
    );
  });

  it("unpacks a million zeros, close to the best that deflate can do", () => {
    const packed = nodeGzip(new Uint8Array(1_000_000), { level: 9 });
    expect(packed.length).toBeLessThan(1100);
    const unpacked = gunzip(packed);
    expect([unpacked.length, unpacked.every((byte) => byte === 0)]).toEqual([1_000_000, true]);
  });

  it("refuses every truncation and every changed byte of the data", () => {
    const packed = nodeGzip(new TextEncoder().encode("8:1 9:1 10:1 ".repeat(20)));
    for (let length = 2; length < packed.length; length++) {
      expect(() => gunzip(packed.subarray(0, length))).toThrow(InputError);
    }
    for (let at = 10; at < packed.length; at++) {
      const changed = Uint8Array.from(packed);
      changed[at] ^= 0x10;
      expect(() => gunzip(changed), `byte ${at}`).toThrow(InputError);
    }
  });

  it("refuses a length that its stream cannot hold, before it allocates", () => {
    const packed = Uint8Array.from(nodeGzip(new Uint8Array(100)));
    packed.set([0xff, 0xff, 0xff, 0xff], packed.length - 4);
    expect(() => gunzip(packed, "a.gz")).toThrow(/invalid a\.gz: expected one whole gzip stream/);
  });

  it("refuses two members in one file rather than read the first alone", () => {
    const two = Buffer.concat([nodeGzip(Buffer.from("first")), nodeGzip(Buffer.from("other"))]);
    expect(() => gunzip(two)).toThrow(InputError);
  });
});
