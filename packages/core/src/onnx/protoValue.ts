// What ONNX files declare of inputs and outputs: element types, sizes, and names of sizes.

import { create } from "@bufbuild/protobuf";
import {
  TensorProto_DataType,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { type Dim, multiplyDims } from "./dim.ts";
import { elementTypeNumber, elementTypeOf } from "./elementType.ts";
import type { ValueInfo } from "./graph.ts";

/** A declared value; without type or shape where the file does not say. */
export function readValueInfo(proto: ValueInfoProto): ValueInfo {
  const kind = proto.type?.value;
  if (kind?.case !== "tensorType") return { name: proto.name };
  const type = elementTypeOf(kind.value.elemType);
  // Dimensions without a name get one of their own, so that they are not taken to be equal.
  const shape = kind.value.shape?.dim.map((dim, i): Dim => {
    if (dim.value.case === "dimValue") {
      const size = Number(dim.value.value);
      if (size < 0) return `${proto.name}:${i}`;
      return size;
    }
    return dim.value.case === "dimParam" && dim.value.value !== "" ? symbolOf(dim.value.value) : `${proto.name}:${i}`;
  });
  const isText = kind.value.elemType === TensorProto_DataType.STRING;
  return { name: proto.name, ...(type && { type }), ...(shape && { shape }), ...(isText && { isText }) };
}

/** A dimension's name in a form that products of names can hold: "4*N" is a product, "2*N + 1" is only a name. */
function symbolOf(name: string): Dim {
  if (!Number.isNaN(Number(name))) return `"${name}"`;
  const factors = name.split("*");
  const isProduct = factors.every((factor) => /^[\w:?]+$/.test(factor));
  return isProduct ? multiplyDims(...factors) : name.replaceAll("*", "×");
}

/** A value as a file declares it. */
export function writeValueInfo({ name, type, shape, isText }: ValueInfo): ValueInfoProto {
  if (!type && !isText) return create(ValueInfoProtoSchema, { name });
  const dims = shape?.map((dim) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof dim === "number" ? { case: "dimValue", value: BigInt(dim) } : { case: "dimParam", value: dim },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: type ? elementTypeNumber(type) : TensorProto_DataType.STRING,
    ...(dims && { shape: create(TensorShapeProtoSchema, { dim: dims }) }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}
