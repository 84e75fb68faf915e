// Pickles that Python made (fixtures/pickle/make.py): the values come back, and nothing else than a pickle does.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { tensor } from "../../tensor.ts";
import { gunzip } from "./gzip.ts";
import { type PickleValue, readPickle, readPickleIn } from "./pickle.ts";
import { pickledArray, pickledTensor } from "./pickledArrays.ts";
import { readPickledDataset } from "./pickledDataset.ts";
import { bytesSource } from "./zip.ts";

const folder = new URL("../../../../../fixtures/pickle/", import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const protocols = [2, 3, 4, 5];
const datasetIn = (bytes: Uint8Array, name?: string) => readPickledDataset(bytesSource(bytes), name);
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("readPickle", () => {
  it.for(protocols)("reads plain values of protocol %i, a cycle included", (protocol) => {
    const values = readPickle(fixture(`plain.p${protocol}.pickle`)) as Map<PickleValue, PickleValue>;
    expect(values.get("integers")).toEqual([0, -1, 255, 65535, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2n ** 70n)]);
    expect(values.get("text")).toBe("ä\ufeff");
    expect(values.get("nothing")).toBe(null);
    expect(values.get("truth")).toEqual([true, false]);
    expect(values.get("half")).toBe(0.5);
    expect(values.get("pair")).toEqual([1, [2, 3]]);
    expect(values.get("long")).toBe("x".repeat(300));
    expect(values.get("itself")).toBe(values);
    // Protocol 2 has no bytes: Python writes the call that makes them.
    if (protocol > 2) expect(values.get("bytes")).toEqual(new Uint8Array([0, 255, 10]));
    else expect(values.get("bytes")).toMatchObject({ maker: { module: "_codecs", name: "encode" } });
  });

  it("reads integers of any length that a file has, as numbers where that is exact", () => {
    const longest = 2 ** 10;
    const lengths = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: longest }));
    const written = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    const ofLength = (length: number) => Uint8Array.from([0, 8, 16, 24], (shift) => (length >>> shift) & 255);
    fc.assert(
      fc.property(written, fc.boolean(), (bytes, isShort) => {
        fc.pre(!isShort || bytes.length < 256);
        const head = isShort ? [0x8a, bytes.length] : [0x8b, ...ofLength(bytes.length)];
        const value = readPickle(Uint8Array.from([0x80, 2, ...head, ...bytes, 0x2e]));
        // Two's complement: the last bit counts against the others.
        const unsigned = bytes.reduceRight((sum, byte) => 256n * sum + BigInt(byte), 0n);
        const exact = (bytes.at(-1) ?? 0) > 127 ? unsigned - 256n ** BigInt(bytes.length) : unsigned;
        expect(BigInt(value as number | bigint)).toBe(exact);
        expect(typeof value === "number").toBe(exact < 2n ** 53n && exact > -(2n ** 53n));
      }),
    );
    const longer = Uint8Array.from([0x80, 2, 0x8b, ...ofLength(longest + 1), ...new Uint8Array(longest + 1), 0x2e]);
    expect(() => readPickle(longer)).toThrow(/got an integer of 1025 bytes at byte 7/);
  });

  it("describes a call and does not make it", () => {
    // os.system("true"), as an attacker writes it.
    expect(readPickle(bytesOf("\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."))).toMatchObject({
      maker: { kind: "global", module: "os", name: "system" },
      arguments: ["true"],
    });
  });

  it.for([
    ["no pickle", "PK", /invalid pickle: expected a pickle of protocol 2 to 5/],
    ["a newer protocol", "\x80\x06N.", /unsupported pickle: .* got protocol 6/],
    ["an unknown instruction", "\x80\x04\xff.", /unsupported pickle: .* got instruction 0xff at byte 2/],
    ["a value kept elsewhere", "\x80\x02X\x01\x00\x00\x00aQ.", /instruction 0x51/],
    ["no end", "\x80\x02N", /an end where 1 bytes should follow/],
    ["a length beyond the end", "\x80\x04B\xff\xff\xff\xffabc.", /an end where 4294967295 bytes should follow/],
    ["a huge length", `\x80\x04\x8e${"\xff".repeat(8)}.`, /an end where/],
    ["an empty stack", "\x80\x02.", /finds no value/],
    ["a mark for a value", "\x80\x02(.", /finds no value/],
    ["no mark", "\x80\x02e.", /finds no mark/],
    ["an unknown reference", "\x80\x02h\x05.", /a reference to value 5/],
    ["an odd dictionary", "\x80\x02}(Nu.", /entries for what is no dictionary/],
    ["a state for a number", "\x80\x02K\x01}b.", /a state for what is no object/],
  ] as const)("refuses %s", ([, text, message]) => {
    expect(() => readPickle(bytesOf(text))).toThrow(InputError);
    expect(() => readPickle(bytesOf(text))).toThrow(message);
  });

  it("ends with a value or an InputError for any bytes", async () => {
    const seeds = protocols.map((protocol) => fixture(`cdataset.p${protocol}.pickle`));
    const changes = fc.array(fc.tuple(fc.nat(1600), fc.nat(255)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), changes, fc.nat(1700), async (seed, changed, length) => {
        const bytes = seed.slice(0, length);
        for (const [at, byte] of changed) if (at < bytes.length) bytes[at] = byte;
        try {
          await datasetIn(bytes);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes nested tuples without recursion", async () => {
    const bytes = new Uint8Array(200_004).fill(0x85);
    bytes.set([0x80, 2, 0x4e]);
    bytes[bytes.length - 1] = 0x2e;
    await expect(datasetIn(bytes)).rejects.toThrow(/missing sparse matrix/);
  });

  it("reads the same from a file, of which long bytes stay there and long texts are fetched", async () => {
    const long = (length: number) => String.fromCharCode(length & 255, (length >> 8) & 255, (length >> 16) & 255, 0);
    const parts = Array.from({ length: 40 }, (_, i) => {
      const length = i % 3 === 0 ? 3 : 9000 * i;
      const [letter, code] = [String.fromCharCode(97 + (i % 26)), i % 2 === 0 ? "X" : "B"];
      return { text: `${code}${long(length)}${letter.repeat(length)}`, value: letter.repeat(length), code };
    });
    const bytes = bytesOf(`\x80\x04(${parts.map(({ text }) => text).join("")}l.`);
    const found = (await readPickleIn(bytesSource(bytes), "pickle")) as PickleValue[];
    const texts = found.map((value) => {
      if (typeof value === "string") return value;
      const part = value as { from: number; length: number };
      return new TextDecoder().decode(
        value instanceof Uint8Array ? value : bytes.subarray(part.from, part.from + part.length),
      );
    });
    expect(texts).toEqual(parts.map(({ value }) => value));
    expect(found.filter((value) => value instanceof Uint8Array).length).toBeLessThan(10);
  });
});

describe("pickledArray", () => {
  const tensorIn = (text: string) => pickledTensor(pickledArray(readPickle(bytesOf(text)))!, "a");

  it("reads a scalar and an array in Fortran's order", () => {
    const dtype = "cnumpy\ndtype\nX\x02\x00\x00\x00i2\x85R(K\x03X\x01\x00\x00\x00<NNNtb";
    const scalar = `\x80\x03cnumpy.core.multiarray\nscalar\n${dtype}C\x02\x05\x01\x86R.`;
    expect(tensorIn(scalar)).toEqual(tensor("int16", [], [261]));
    const fortran =
      `\x80\x05cnumpy._core.numeric\n_frombuffer\n` +
      `(C\x081\x002\x003\x004\x00${dtype}K\x02K\x02\x86X\x01\x00\x00\x00FtR.`;
    expect(tensorIn(fortran)).toEqual(tensor("int16", [2, 2], [49, 51, 50, 52]));
  });

  it("refuses an array whose bytes do not fill its shape", async () => {
    const bytes = fixture("tuple.p4.pickle");
    // The three rows that the pointers of the matrix would have with another length.
    const changed = new TextDecoder("latin1").decode(bytes).indexOf("K\x05\x85");
    bytes[changed + 1] = 4;
    await expect(datasetIn(bytes)).rejects.toThrow(/expected 16 bytes for shape \[4\] of int32, got 20 bytes/);
  });
});

describe("readPickledDataset", () => {
  const expected = {
    features: {
      rows: 4,
      columns: 300,
      start: Int32Array.of(0, 2, 3, 3, 6),
      index: Int32Array.of(2, 299, 0, 7, 8, 200),
      value: Float32Array.of(1, 1, 2.5, 1, 1, -1),
    },
    labels: [0, 1, 1, 0],
  };

  it.for(protocols)("finds matrix and labels in a CDataset of SecML, protocol %i", async (protocol) => {
    // Its header holds another array of four numbers.
    expect(await datasetIn(fixture(`cdataset.p${protocol}.pickle`))).toEqual(expected);
  });

  it.for(protocols)(
    "finds them in a tuple, with columns to be sorted and big-endian labels, protocol %i",
    async (protocol) => {
      expect(await datasetIn(fixture(`tuple.p${protocol}.pickle`))).toEqual(expected);
    },
  );

  it("is served by the gzip reader", async () => {
    expect(await datasetIn(gunzip(fixture("drebin-reduced.tar.gz")))).toEqual(expected);
  });

  it("says what is missing", async () => {
    await expect(datasetIn(fixture("plain.p4.pickle"), "a.pickle")).rejects.toThrow(
      /missing sparse matrix in a\.pickle: expected one CSR matrix of SciPy, got none/,
    );
    await expect(datasetIn(fixture("matrix.pickle"))).rejects.toThrow(
      /missing labels in pickle: expected one array of 4 whole numbers beside the matrix, .* got 0/,
    );
    await expect(datasetIn(fixture("columns.pickle"))).rejects.toThrow(/unsupported sparse matrix .*csc_matrix/);
  });

  it("refuses arrays that share what the file says once: together they would hold many times its size", async () => {
    const array = (length: number) =>
      `\x80\x04B\x00\x10\x00\x00${"\0".repeat(4096)}q\x000cnumpy\ndtype\n` +
      "X\x02\0\0\0f8\x85R(K\x03X\x01\0\0\0<NNNK\xffK\xffK\0tbq\x010cnumpy.core.multiarray\n_reconstruct\n" +
      `q\x020(K\x01J\0\x02\0\0\x85h\x01\x89h\0tq\x030](${"h\x02)Rh\x03b".repeat(length)}e.`;
    await expect(datasetIn(bytesOf(array(1)))).rejects.toThrow(/missing sparse matrix/);
    await expect(datasetIn(bytesOf(array(500)))).rejects.toThrow(/expected arrays with elements of their own/);
  });
});
