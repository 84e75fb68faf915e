// NumPy arrays as pickles describe them: dtype, shape and elements, in the ways that NumPy 1 and 2 write them.

import type { Tensor } from "../../tensor.ts";
import { elementTypeOf, readNumpyElements } from "./npy.ts";
import {
  arePickledBytes,
  isGlobal,
  isObject,
  type PickledBytes,
  type PickledObject,
  type PickleValue,
} from "./pickle.ts";

/** What a pickle says of an array, and where its elements are. */
export interface PickledArray {
  /** The type of an element, such as "<f8". */
  readonly code: string;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  readonly elements: Uint8Array | PickledBytes;
}

/**
 * The array that a value of a pickle describes; undefined where it is none, or one of objects or texts.
 *
 * Understood are `_reconstruct` with its state, `_frombuffer` (protocol 5) and `scalar`, of numpy.core and numpy._core.
 */
export function pickledArray(value: PickleValue | undefined): PickledArray | undefined {
  if (!isObject(value)) return undefined;
  const maker = nameOf(value.maker);
  const given = listOf(value.arguments);
  if (maker === "_reconstruct") {
    const [, shape, type, fortran, elements] = listOf(value.state);
    return arrayOf(type, shape, elements, fortran === true);
  }
  if (maker === "_frombuffer") return arrayOf(given[1], given[2], given[0], given[3] === "F");
  if (maker === "scalar") return arrayOf(given[0], [], given[1], false);
  return undefined;
}

/** The row-major tensor of an array in memory. @throws InputError where its elements do not fill the shape */
export function pickledTensor({ code, shape, fortran, elements }: PickledArray, name: string): Tensor | undefined {
  return elements instanceof Uint8Array ? readNumpyElements(code, shape, elements, fortran, name) : undefined;
}

/** Whether a value stands for a NumPy object, which holds nothing else that one could look for. */
export function isNumpy(value: PickledObject): boolean {
  return ["_reconstruct", "_frombuffer", "scalar", "dtype"].includes(nameOf(value.maker) ?? "");
}

function arrayOf(
  type: PickleValue | undefined,
  shape: PickleValue | undefined,
  elements: PickleValue | undefined,
  fortran: boolean,
): PickledArray | undefined {
  const code = dtypeCode(type);
  const bytes = arePickledBytes(elements) ? elements : bytesOf(elements);
  const sizes = listOf(shape);
  if (code === undefined || !elementTypeOf(code) || !bytes || !sizes.every(isSize)) return undefined;
  return { code, shape: sizes, fortran, elements: bytes };
}

/** The name of a function of NumPy. */
function nameOf(maker: PickleValue): string | undefined {
  return isGlobal(maker) && maker.module.split(".")[0] === "numpy" ? maker.name : undefined;
}

/** Such as "<f8": byte order, kind and size. */
function dtypeCode(type: PickleValue | undefined): string | undefined {
  if (!isObject(type) || nameOf(type.maker) !== "dtype") return undefined;
  const code = listOf(type.arguments)[0];
  const order = listOf(type.state)[1];
  return typeof code === "string" && typeof order === "string" ? order + code : undefined;
}

/** Bytes as they are, as text with one character for each, or as the call that turns such text into bytes. */
function bytesOf(value: PickleValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") {
    const bytes = new Uint8Array(value.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = value.charCodeAt(i);
    return bytes;
  }
  if (!isObject(value) || !isGlobal(value.maker)) return undefined;
  const [first, encoding] = listOf(value.arguments);
  const { module, name } = value.maker;
  if (module === "_codecs" && name === "encode") return encoding === "latin1" ? bytesOf(first) : undefined;
  // How protocol 2 writes empty bytes, and the type for changeable ones.
  const isBytes = (module === "builtins" || module === "__builtin__") && (name === "bytes" || name === "bytearray");
  return isBytes ? (first === undefined ? new Uint8Array(0) : bytesOf(first)) : undefined;
}

function listOf(value: PickleValue | undefined): readonly PickleValue[] {
  return Array.isArray(value) ? value : [];
}

function isSize(value: PickleValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
