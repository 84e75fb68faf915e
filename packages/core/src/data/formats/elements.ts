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
  requireSize(type, shape, bytes.length, name);
  return elementsIn(type, shape, new Uint8Array(bytes), bigEndian, name);
}

/** The tensor in bytes that nobody else has: they become its memory. @throws InputError as `readElements` does. */
export function elementsIn(
  type: ElementType,
  shape: readonly number[],
  bytes: Uint8Array,
  bigEndian: boolean,
  name: string,
): Tensor {
  requireSize(type, shape, bytes.length, name);
  if (bigEndian) swapBytes(bytes, elementBytes(type));
  return { type, shape, data: viewOf(type, bytes) };
}

/** @throws InputError where there are fewer or more bytes than a shape needs, or its size is none of a file's. */
export function requireSize(type: ElementType, shape: readonly number[], bytes: number, name: string): void {
  requireBytes(shape, elementBytes(type), type, bytes, name);
}

/** The same for elements of so many bytes each, which are called something. @throws InputError as `requireSize` does */
export function requireBytes(
  shape: readonly number[],
  bytesOfEach: number,
  what: string,
  bytes: number,
  name: string,
): void {
  const expected = requireCount(shape, name) * bytesOfEach;
  if (bytes === expected) return;
  if (!Number.isSafeInteger(expected)) throw absurdShape(shape, name);
  throw invalidFile(
    name,
    `${expected} bytes for shape ${shapeInWords(shape)} of ${what}`,
    `${bytes} bytes`,
    bytes < expected ? "the file is truncated: copy it again" : "the file does not end where its data ends",
  );
}

/** How many elements a shape has. @throws InputError where no file holds as many */
export function requireCount(shape: readonly number[], name: string): number {
  const count = sizeOf(shape);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(count)) throw absurdShape(shape, name);
  return count;
}

function absurdShape(shape: readonly number[], name: string): InputError {
  return invalidFile(
    name,
    "a shape whose elements a file can hold",
    `shape ${shapeInWords(shape)}`,
    "the file is damaged: copy it again",
  );
}

/** Axes that a message names. */
const NAMED = 6;

/** A shape, of many axes the first; lengths beyond what float64 counts exactly are told as such. */
function shapeInWords(shape: readonly number[]): string {
  const lengths = shape.slice(0, NAMED).map((length) => (Number.isSafeInteger(length) ? length : "over 2^53"));
  return `[${lengths.join(", ")}${shape.length > NAMED ? `, ...] of ${shape.length} axes` : "]"}`;
}

/** Turns the bytes of each element round. They begin at the start of their memory. */
export function swapBytes({ buffer, length }: Uint8Array, size: number): void {
  if (size === 2) {
    const halves = new Uint16Array(buffer, 0, length / 2);
    for (let i = 0; i < halves.length; i++) halves[i] = (halves[i] << 8) | (halves[i] >> 8);
  }
  if (size < 4) return;
  const words = new Uint32Array(buffer, 0, length / 4);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
  if (size < 8) return;
  for (let i = 0; i < words.length; i += 2) {
    const first = words[i];
    words[i] = words[i + 1];
    words[i + 1] = first;
  }
}

/** The error for a file that is not what its format says. */
export function invalidFile(name: string, expected: string, got: string, remedy: string): InputError {
  return new InputError("invalid", name, { expected, got, remedy });
}
