// IDX, the format of MNIST: two zero bytes, the element type, the number of axes, their lengths, then the elements,
// all big-endian (LeCun, Cortes, Burges, "The MNIST database of handwritten digits").

import { InputError } from "../../errors.ts";
import type { ElementType, Tensor } from "../../tensor.ts";
import { invalidFile, readElements } from "./elements.ts";

const elementTypes: Readonly<Record<number, ElementType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * The array of an IDX file.
 *
 * @throws InputError for another kind of file, an unknown element type, and a size that differs from the header's.
 */
export function readIdx(bytes: Uint8Array, name = "IDX data"): Tensor {
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
  const from = 4 + 4 * axes;
  if (bytes.length < from) {
    throw invalidFile(name, `${axes} axis lengths`, `${bytes.length} bytes in all`, "the file is truncated");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return readElements(type, shape, bytes.subarray(from), true, name);
}
