// Tensors of ONNX files, whether their numbers are in the file, as bytes or as a list, or in another one.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  TensorProto_DataLocation as DataLocation,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { InputError } from "../errors.ts";
import { widened } from "../halves.ts";
import { allocate, type ElementType, elementBytes, sizeOf, type Tensor, viewOf } from "../tensor.ts";
import { elementTypeNumber, elementTypeOf } from "./elementType.ts";
import { halfOf } from "./halfTypes.ts";
import { MAX_RANK } from "./limits.ts";
import { nested, type Parts } from "./protoParts.ts";

/** Fetches bytes that a model keeps in another file; `length` is undefined for "to the end". */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

/** Characters of a shape that a message shows. */
const SHOWN = 200;

/** A fault of a file. */
export function malformed(expected: string, got: string): InputError {
  return new InputError("invalid", "ONNX file", {
    expected,
    got,
    remedy: "export the model again, or name another file",
  });
}

/**
 * @throws InputError where the type is none that the project computes with, or there are not as many numbers as the
 * shape says.
 */
export function readTensor(proto: TensorProto, externalData: ExternalData | undefined): Tensor {
  const what = `tensor "${proto.name}"`;
  const type = elementTypeOf(proto.dataType);
  if (!type) {
    throw new InputError("unsupported", `element type of ${what}`, {
      expected: "float32, float64, an integer type or bool",
      got: `type number ${proto.dataType}`,
      remedy: "export the model in float32",
    });
  }
  const shape = proto.dims.map(Number);
  const size = sizeOf(shape);
  if (shape.length > MAX_RANK) throw malformed(`at most ${MAX_RANK} axes for ${what}`, String(shape.length));
  if (!shape.every((dim) => dim >= 0 && Number.isSafeInteger(dim)) || !Number.isSafeInteger(size)) {
    throw malformed(`a shape for ${what} whose elements a file can hold`, `[${proto.dims.join(", ").slice(0, SHOWN)}]`);
  }
  const half = halfOf(proto.dataType);
  const stored = half ? "uint16" : type;
  const external = proto.dataLocation === DataLocation.EXTERNAL;
  const raw = external ? readExternal(proto, size * elementBytes(stored), externalData) : proto.rawData;
  if (external || raw.byteLength > 0) {
    if (raw.byteLength !== size * elementBytes(stored)) {
      throw malformed(`${size * elementBytes(stored)} bytes for ${what}`, String(raw.byteLength));
    }
    // A copy, because the bytes lie unaligned in the file.
    const data = viewOf(stored, new Uint8Array(raw));
    return { type, shape, data: half ? widened(half, data as Uint16Array) : data };
  }
  const values = listedValues(proto, stored);
  if (values.length !== size) throw malformed(`${size} numbers for ${what}`, String(values.length));
  if (half) return { type, shape, data: widened(half, Uint16Array.from(values as readonly number[])) };
  const data = allocate(type, size);
  if (type === "int64" || type === "uint64") {
    for (let i = 0; i < size; i++) (data as BigInt64Array)[i] = BigInt(values[i]);
  } else {
    for (let i = 0; i < size; i++) (data as Float64Array)[i] = Number(values[i]);
  }
  return { type, shape, data };
}

function listedValues(proto: TensorProto, type: ElementType): readonly (number | bigint)[] {
  switch (type) {
    case "float32":
      return proto.floatData;
    case "float64":
      return proto.doubleData;
    case "int64":
      return proto.int64Data;
    case "uint32":
    case "uint64":
      return proto.uint64Data;
    default:
      return proto.int32Data;
  }
}

function readExternal(proto: TensorProto, bytes: number, externalData: ExternalData | undefined): Uint8Array {
  const entries = Object.fromEntries(proto.externalData.map(({ key, value }) => [key, value]));
  const { location, offset = "0", length } = entries;
  if (!location) throw malformed(`a location for the external data of "${proto.name}"`, "none");
  if (!externalData) {
    throw new InputError("unsupported", `external data of tensor "${proto.name}"`, {
      expected: "weights inside the ONNX file",
      got: `weights in "${location}"`,
      remedy: "save the model as one file",
    });
  }
  return externalData(location, Number(offset), length === undefined ? bytes : Number(length));
}

/** A tensor as a file holds it, its numbers as bytes. */
export function writeTensor(name: string, value: Tensor): TensorProto {
  return create(TensorProtoSchema, { ...described(name, value), rawData: bytesOf(value) });
}

/** The message of `writeTensor` in parts, of which the numbers are not copied. */
export function tensorParts(name: string, value: Tensor): Parts {
  const about = toBinary(TensorProtoSchema, create(TensorProtoSchema, described(name, value)));
  return [about, ...nested(TensorProtoSchema.field.rawData.number, [bytesOf(value)])];
}

/** The message of a tensor whose numbers are a whole other file, of its own name. */
export function outsideParts(name: string, value: Tensor): Parts {
  const entries = { location: name, offset: "0", length: String(value.data.byteLength) };
  const message = create(TensorProtoSchema, {
    ...described(name, value),
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, text]) =>
      create(StringStringEntryProtoSchema, { key, value: text }),
    ),
  });
  return [toBinary(TensorProtoSchema, message)];
}

function described(name: string, { shape, type }: Tensor) {
  return { name, dims: shape.map(BigInt), dataType: elementTypeNumber(type) };
}

/** The numbers as a file holds them, not copied. */
export function bytesOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
