// Elements of a binary file as a typed array of this machine (little-endian, as all that ONNX Runtime runs on).

import { InputError } from "../../errors.ts";
import { type ElementType, elementBytes, sizeOf, type Tensor, viewOf } from "../../tensor.ts";

/**
 * The tensor that a file's elements make, copied out of it.
 *
 * The size the header promises is compared with the bytes that follow before anything is allocated.
 *
 * @throws InputError where the file holds fewer or more bytes than its shape needs.
 */
export function readElements(
  type: ElementType,
  shape: readonly number[],
  bytes: Uint8Array,
  bigEndian: boolean,
  name: string,
): Tensor {
  const size = elementBytes(type);
  const expected = sizeOf(shape) * size;
  if (bytes.length !== expected) {
    throw invalidFile(
      name,
      `${expected} bytes for shape [${shape.join(", ")}] of ${type}`,
      `${bytes.length} bytes`,
      bytes.length < expected ? "the file is truncated: copy it again" : "the file does not end where its data ends",
    );
  }
  const copy = new Uint8Array(bytes);
  if (bigEndian && size > 1) swapBytes(copy, size);
  return { type, shape, data: viewOf(type, copy) };
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let from = 0; from < bytes.length; from += size) bytes.subarray(from, from + size).reverse();
}

/** The error for a file that is not what its format says. */
export function invalidFile(name: string, expected: string, got: string, remedy: string): InputError {
  return new InputError("invalid", name, { expected, got, remedy });
}
