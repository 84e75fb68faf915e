// IDX, the format of MNIST: two zero bytes, the element type, the number of axes, their lengths, then the elements,
// all big-endian (LeCun, Cortes, Burges, "The MNIST database of handwritten digits").

import { InputError } from "../../errors.ts";
import { type ElementType, elementBytes, type FloatType, type Tensor } from "../../tensor.ts";
import { elementsIn, invalidFile, requireSize } from "./elements.ts";
import { floatSink } from "./floats.ts";
import { byteSink, type ElementSink, type Header, headedReader, type NumbersReader } from "./headed.ts";

const elementTypes: Readonly<Record<number, ElementType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

interface IdxHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

interface IdxReader {
  push(piece: Uint8Array): void;
  end(): Tensor;
}

/**
 * Reads the array of an IDX file of so many bytes from pieces.
 *
 * @throws InputError for another kind of file, an unknown element type, and a size that differs from the header's.
 */
export function idxReader(size: number, name = "IDX data"): IdxReader {
  const reader = headedReader(
    (bytes, isWhole) => parseHeader(bytes, isWhole, size, name),
    (found) => byteSink(found.size, name),
    name,
  );
  return {
    push: reader.push,
    end() {
      const { header, elements } = reader.end();
      return elementsIn(header.type, header.shape, elements, true, name);
    },
  };
}

/**
 * Reads the numbers of an IDX file from pieces: bytes as they are, others as they become float32 (or float64, as `into`
 * says) on the way. @throws InputError as `idxReader` does.
 */
export function idxNumbersReader(size: number, into: FloatType, name: string): NumbersReader {
  const reader = headedReader(
    (bytes, isWhole) => parseHeader(bytes, isWhole, size, name),
    ({ header: { type, shape }, size: bytes }): ElementSink<Uint8Array | Tensor | undefined> =>
      elementBytes(type) === 1
        ? byteSink(bytes, name)
        : floatSink({ type, shape, bigEndian: true, fortran: false }, into, name),
    name,
  );
  return {
    ...reader,
    end() {
      const { header, elements } = reader.end();
      return elements instanceof Uint8Array ? elementsIn(header.type, header.shape, elements, true, name) : elements;
    },
  };
}

/** The array of a whole IDX file, as `idxReader` reads it from pieces. */
export function readIdx(bytes: Uint8Array, name = "IDX data"): Tensor {
  const reader = idxReader(bytes.length, name);
  reader.push(bytes);
  return reader.end();
}

function parseHeader(bytes: Uint8Array, isWhole: boolean, total: number, name: string): Header<IdxHeader> | undefined {
  if (bytes.length < 4 && !isWhole) return undefined;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    throw invalidFile(name, "an IDX file, which starts with two zero bytes", "other bytes", "check the file's format");
  }
  const type = elementTypes[bytes[2]];
  if (type === undefined) {
    throw new InputError("unsupported", `element type of ${name}`, {
      expected: "an IDX type code from 0x08 to 0x0e",
      got: `0x${bytes[2].toString(16).padStart(2, "0")}`,
      remedy: "check the file's format",
    });
  }
  const axes = bytes[3];
  const length = 4 + 4 * axes;
  if (bytes.length < length && !isWhole) return undefined;
  if (bytes.length < length) {
    throw invalidFile(name, `${axes} axis lengths`, `${bytes.length} bytes in all`, "the file is truncated");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  requireSize(type, shape, total - length, name);
  return { header: { type, shape }, length, size: total - length };
}
