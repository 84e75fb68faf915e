// ONNX files: bytes to a model in memory and back. Nothing else of the project knows protocol buffers.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeKind,
  type AttributeProto,
  AttributeProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { InputError } from "../errors.ts";
import { allocate, type ElementType, elementBytes, sizeOf, type Tensor, viewOf } from "../tensor.ts";
import { type Dim, multiplyDims } from "./dim.ts";
import { elementTypeNumber, elementTypeOf } from "./elementType.ts";
import type { Attribute, Attributes, Graph, Node, OnnxModel, ValueInfo } from "./graph.ts";
import { orderNodes } from "./order.ts";
import { without } from "./withoutText.ts";

/** The version of the file format that is written, as old as opset 18 allows, so that older tools can read it. */
const IR_VERSION = 8n;

/** Fetches bytes that a model keeps in another file; `length` is undefined for "to the end". */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

export interface ReadOptions {
  /** How to fetch weights kept outside the file; without it such a model is refused. */
  readonly externalData?: ExternalData;
}

/**
 * Reads an ONNX file. Outputs that are computed from tensors of strings, such as labels by name, are left out.
 *
 * @throws InputError where the bytes are no ONNX model, are cut off, or hold a graph that cannot be computed.
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): OnnxModel {
  let proto: ReturnType<typeof decode>;
  try {
    proto = decode(bytes);
  } catch (error) {
    throw malformed("the bytes of an ONNX model", `bytes that cannot be decoded (${(error as Error).message})`);
  }
  const graph = proto.graph;
  if (!graph) throw malformed("a graph", bytes.length === 0 ? "an empty file" : "none");
  const initializers = new Map<string, Tensor>();
  const texts = graph.initializer.filter(({ dataType }) => dataType === DataType.STRING);
  for (const each of graph.initializer) {
    if (each.name === "" || initializers.has(each.name))
      throw malformed("one initializer per name", `"${each.name}" twice`);
    if (each.dataType === DataType.STRING) continue;
    initializers.set(each.name, readTensor(each, options.externalData));
  }
  if (graph.sparseInitializer.length > 0) throw malformed("dense initializers", "a sparse one");
  const nodes = graph.node.map(
    (node): Node => ({
      op: node.opType,
      domain: node.domain === "ai.onnx" ? "" : node.domain,
      name: node.name,
      inputs: node.input,
      outputs: node.output,
      attributes: readAttributes(node.attribute, options.externalData),
    }),
  );
  const inputs = graph.input.filter(({ name }) => !initializers.has(name)).map(readValueInfo);
  const outputs = graph.output.map(readValueInfo);
  const whole: Graph = { name: graph.name, inputs, outputs, initializers, nodes };
  const read =
    texts.length === 0
      ? whole
      : without(
          whole,
          texts.map(({ name }) => name),
        );
  if (outputs.length > 0 && read.outputs.length === 0) readTensor(texts[0], undefined);
  if (outputs.length === 0) throw malformed("at least one output", "none");
  if (proto.opsetImport.length === 0) throw malformed("the opset that the operators belong to", "none");
  return {
    graph: orderNodes(read),
    opsets: Object.fromEntries(
      proto.opsetImport.map(({ domain, version }) => [domain === "ai.onnx" ? "" : domain, Number(version)]),
    ),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    producer: proto.producerName,
  };
}

/** Writes a model as the bytes of an ONNX file; the same model gives the same bytes. */
export function writeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const { graph } = model;
  const proto = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: model.producer,
    opsetImport: Object.entries(model.opsets).map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    metadataProps: Object.entries(model.metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: create(GraphProtoSchema, {
      name: graph.name,
      input: graph.inputs.map(writeValueInfo),
      output: graph.outputs.map(writeValueInfo),
      initializer: [...graph.initializers].map(([name, value]) => writeTensor(name, value)),
      node: graph.nodes.map((node) =>
        create(NodeProtoSchema, {
          opType: node.op,
          domain: node.domain,
          name: node.name,
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: Object.entries(node.attributes).map(([name, attribute]) => writeAttribute(name, attribute)),
        }),
      ),
    }),
  });
  return toBinary(ModelProtoSchema, proto) as Uint8Array<ArrayBuffer>;
}

function decode(bytes: Uint8Array) {
  return fromBinary(ModelProtoSchema, bytes);
}

function malformed(expected: string, got: string): InputError {
  return new InputError("invalid", "ONNX file", {
    expected,
    got,
    remedy: "export the model again, or name another file",
  });
}

function readTensor(proto: TensorProto, externalData: ExternalData | undefined): Tensor {
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
  if (shape.some((dim) => dim < 0) || !Number.isSafeInteger(size)) throw malformed(`a shape for ${what}`, `[${shape}]`);
  const external = proto.dataLocation === DataLocation.EXTERNAL;
  const raw = external ? readExternal(proto, size * elementBytes(type), externalData) : proto.rawData;
  if (external || raw.byteLength > 0) {
    if (raw.byteLength !== size * elementBytes(type)) {
      throw malformed(`${size * elementBytes(type)} bytes for ${what}`, String(raw.byteLength));
    }
    // A copy, because the bytes lie unaligned in the file.
    return { type, shape, data: viewOf(type, new Uint8Array(raw)) };
  }
  const values = listedValues(proto, type);
  if (values.length !== size) throw malformed(`${size} numbers for ${what}`, String(values.length));
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

function readAttributes(protos: readonly AttributeProto[], externalData: ExternalData | undefined): Attributes {
  return Object.fromEntries(protos.map((proto) => [proto.name, readAttribute(proto, externalData)]));
}

function readAttribute(proto: AttributeProto, externalData: ExternalData | undefined): Attribute {
  switch (proto.type) {
    case AttributeKind.INT:
      return { int: Number(proto.i) };
    case AttributeKind.FLOAT:
      return { float: proto.f };
    case AttributeKind.STRING:
      return { string: new TextDecoder().decode(proto.s) };
    case AttributeKind.INTS:
      return { ints: proto.ints.map(Number) };
    case AttributeKind.FLOATS:
      return { floats: proto.floats };
    case AttributeKind.STRINGS:
      return { strings: proto.strings.map((text) => new TextDecoder().decode(text)) };
    case AttributeKind.TENSOR:
      if (!proto.t) throw malformed(`a tensor in attribute "${proto.name}"`, "none");
      return { tensor: readTensor(proto.t, externalData) };
    default:
      return { unsupported: AttributeKind[proto.type] ?? `kind ${proto.type}` };
  }
}

function readValueInfo(proto: ValueInfoProto): ValueInfo {
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
  return { name: proto.name, ...(type && { type }), ...(shape && { shape }) };
}

/** A dimension's name in a form that products of names can hold: "4*N" is a product, "2*N + 1" is only a name. */
function symbolOf(name: string): Dim {
  if (!Number.isNaN(Number(name))) return `"${name}"`;
  const factors = name.split("*");
  const isProduct = factors.every((factor) => /^[\w:?]+$/.test(factor));
  return isProduct ? multiplyDims(...factors) : name.replaceAll("*", "×");
}

function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  const encode = (text: string) => new TextEncoder().encode(text);
  if ("int" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.INT, i: BigInt(attribute.int) });
  }
  if ("float" in attribute)
    return create(AttributeProtoSchema, { name, type: AttributeKind.FLOAT, f: attribute.float });
  if ("string" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.STRING, s: encode(attribute.string) });
  }
  if ("ints" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.INTS, ints: attribute.ints.map(BigInt) });
  }
  if ("floats" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.FLOATS, floats: [...attribute.floats] });
  }
  if ("strings" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.STRINGS, strings: attribute.strings.map(encode) });
  }
  if ("tensor" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.TENSOR, t: writeTensor("", attribute.tensor) });
  }
  throw new InputError("unsupported", `attribute "${name}"`, {
    expected: "numbers, strings or a tensor",
    got: attribute.unsupported,
    remedy: "export the model without control flow",
  });
}

function writeTensor(name: string, value: Tensor): TensorProto {
  const { buffer, byteOffset, byteLength } = value.data;
  return create(TensorProtoSchema, {
    name,
    dims: value.shape.map(BigInt),
    dataType: elementTypeNumber(value.type),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

function writeValueInfo({ name, type, shape }: ValueInfo): ValueInfoProto {
  if (!type) return create(ValueInfoProtoSchema, { name });
  const dims = shape?.map((dim) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof dim === "number" ? { case: "dimValue", value: BigInt(dim) } : { case: "dimParam", value: dim },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: elementTypeNumber(type),
    ...(dims && { shape: create(TensorShapeProtoSchema, { dim: dims }) }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}
