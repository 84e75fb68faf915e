// What a header may claim that no file holds: shapes of any length and size, in every format that has one.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { TensorProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { readTensor } from "../../onnx/protoTensor.ts";
import { idxNumbersReader, readIdx } from "./idx.ts";
import { npyNumbersReader, openNpy, readNpy } from "./npy.ts";
import { npyLabels } from "./npyLabels.ts";
import { readPickledDataset } from "./pickledDataset.ts";
import { tarFiles } from "./tar.ts";
import { bytesSource } from "./zip.ts";

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

function npy(code: string, shape: readonly string[], bytes: Uint8Array): Uint8Array {
  const header = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape.join(", ")}, ), }\n`;
  const length = Uint8Array.of(header.length & 255, header.length >> 8);
  return joined(ascii("\x93NUMPY\x01\x00"), length, ascii(header), bytes);
}

function idx(type: number, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const words = shape.flatMap((length) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]);
  return joined(Uint8Array.of(0, 0, type, shape.length), Uint8Array.from(words), bytes);
}

/** A pickle of a CSR matrix of a shape in texts, in protocol 2: integers of any size are written in decimal. */
function pickle(rows: string, columns: string): Uint8Array {
  const type = "cnumpy\ndtype\n(U\x02i4K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb";
  const array = (values: string) => `cnumpy\n_frombuffer\n(U\x00${type}(${values}tU\x01CtR`;
  const entry = (key: string, value: string) => `U${String.fromCharCode(key.length)}${key}${value}`;
  const shape = `(L${rows}L\nL${columns}L\nt`;
  const empty = array("K\x00");
  const parts = [entry("data", empty), entry("indices", empty), entry("indptr", empty), entry("_shape", shape)];
  return ascii(`\x80\x02}(${parts.join("")}u.`);
}

/** One sentence, without numbers that are none. */
function expectRefused(error: unknown): void {
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toMatch(/Infinity|NaN|\de\+\d|undefined/);
  expect(message.length).toBeLessThan(500);
}

const caught = async (read: () => unknown): Promise<unknown> => {
  try {
    await read();
  } catch (error) {
    return error;
  }
  return undefined;
};

/** Lengths of axes: some of them, or their product, beyond what is counted exactly; 0 among them. */
const digits = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 40n }).map(String),
  fc.bigInt({ min: 2n ** 53n, max: 10n ** 30n }).map(String),
  fc.constantFrom("0", "1", "9".repeat(400)),
);
const absurd = fc
  .array(digits, { minLength: 1, maxLength: 40 })
  .filter(
    (shape) => shape.reduce((size, length) => size * BigInt(length), 1n) > 100n || shape.some((n) => n.length > 15),
  );
const bytes = fc.uint8Array({ maxLength: 64 });

describe("a header that promises what no file holds is refused in one sentence", () => {
  it("of .npy, whatever its elements are", async () => {
    const codes = fc.constantFrom(
      "<f4",
      ">f8",
      "|u1",
      "<f2",
      "<i8",
      "|b1",
      "<U5",
      "|S3",
      "<U99999999999999999999",
      "|O",
    );
    await fc.assert(
      fc.asyncProperty(codes, absurd, bytes, async (code, shape, content) => {
        const file = npy(code, shape, content);
        expectRefused(await caught(() => npyLabels(openNpy(file), "labels")));
        expectRefused(await caught(() => readNpy(file)));
        expectRefused(
          await caught(() => {
            const reader = npyNumbersReader(file.length, "float32");
            reader.push(file);
            return reader.end();
          }),
        );
      }),
    );
  });

  it("of IDX, of up to 255 axes", async () => {
    const types = fc.constantFrom(8, 9, 11, 12, 13, 14);
    const shapes = fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 255 });
    await fc.assert(
      fc.asyncProperty(types, shapes, bytes, async (type, shape, content) => {
        fc.pre(shape.reduce((size, length) => size * BigInt(length), 1n) > 100n);
        const file = idx(type, shape, content);
        expectRefused(await caught(() => readIdx(file)));
        expectRefused(
          await caught(() => {
            const reader = idxNumbersReader(file.length, "float32", "images");
            reader.push(file);
            return reader.end();
          }),
        );
      }),
    );
    // All that a header can say.
    expectRefused(await caught(() => readIdx(idx(8, new Array(255).fill(0xffffffff), new Uint8Array(1)))));
  });

  it("of sparse rows in a pickle", async () => {
    const size = fc.oneof(digits, fc.bigInt({ min: -(10n ** 30n), max: -1n }).map(String));
    await fc.assert(
      fc.asyncProperty(size, size, async (rows, columns) => {
        expectRefused(await caught(() => readPickledDataset(bytesSource(pickle(rows, columns)))));
      }),
    );
  });

  it("of a tensor in an ONNX file", async () => {
    const longs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const shapes = fc.array(fc.oneof(longs, fc.bigInt({ min: 0n, max: 2n ** 40n })), { minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(shapes, bytes, fc.constantFrom(1, 2, 3, 7, 9, 10, 11), async (dims, rawData, dataType) => {
        fc.pre(dims.some((n) => n < 0n) || dims.reduce((size, n) => size * n, 1n) > 100n);
        const tensor = create(TensorProtoSchema, { name: "w", dims, dataType, rawData });
        expectRefused(
          await caught(() => readTensor(fromBinary(TensorProtoSchema, toBinary(TensorProtoSchema, tensor)), undefined)),
        );
      }),
    );
  });

  it("of tar", async () => {
    const size = fc.oneof(
      fc.nat(2 ** 31).map((n) => n.toString(8)),
      fc.constantFrom("77777777777", "-1", "", "9", "\xff\xff"),
    );
    await fc.assert(
      fc.asyncProperty(size, bytes, async (text, content) => {
        const field = text.padStart(11, "0").slice(0, 12);
        fc.pre(!(Number.parseInt(field, 8) <= content.length));
        const header = new Uint8Array(512);
        header.set(ascii("rows.pickle"));
        header.set(ascii(field), 124);
        header.set(ascii("ustar"), 257);
        const read = async () => {
          for await (const _ of tarFiles([joined(header, content)], "archive", () => false));
        };
        expectRefused(await caught(read));
      }),
    );
  });
});
