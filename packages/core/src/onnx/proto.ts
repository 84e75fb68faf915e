// ONNX files: bytes to a model in memory and back. Nothing beside proto*.ts knows protocol buffers.

import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeKind,
  type AttributeProto,
  AttributeProtoSchema,
  TensorProto_DataType as DataType,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
} from "onnx-buf";
import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { inlineFunctions, type LocalFunction } from "./functions.ts";
import type { Attribute, Attributes, Graph, Halves, Node, OnnxModel } from "./graph.ts";
import { askedHalf, halfOf, inFloat32 } from "./halfTypes.ts";
import { withLabelTables } from "./labelTables.ts";
import { MAX_NESTING } from "./limits.ts";
import { orderNodes } from "./order.ts";
import { requireFewParts } from "./parts.ts";
import { joined, nested, type Parts } from "./protoParts.ts";
import {
  bytesOf,
  type ExternalData,
  malformed,
  outsideParts,
  readTensor,
  tensorParts,
  writeTensor,
} from "./protoTensor.ts";
import { readValueInfo, writeValueInfo } from "./protoValue.ts";
import { without } from "./withoutText.ts";

export type { ExternalData } from "./protoTensor.ts";

/** The version of the file format that is written, as old as opset 18 allows, so that older tools can read it. */
const IR_VERSION = 8n;

/** How a file is read. */
export interface ReadOptions {
  /** How to fetch weights kept outside the file; without it such a model is refused. */
  readonly externalData?: ExternalData;
}

/**
 * Reads an ONNX file. Functions that the file defines are written out where they are called; tables of words that
 * labels are looked up in are read as those of positions; what else is computed from tensors of strings is left out,
 * and so are imports of operators that no node uses.
 *
 * @throws InputError where the bytes are no ONNX model, are cut off, hold more parts than any model has, or a graph
 * that cannot be computed.
 *
 * @example
 * ```ts
 * import { readModel, writeModel } from "@carom/core";
 * import { GraphBuilder, modelOf } from "@carom/core/onnx";
 *
 * const g = new GraphBuilder();
 * g.output(g.node("Relu", [g.input("x", "float32", ["N", 3])]), "y");
 * const { graph } = readModel(writeModel(modelOf(g.graph())));
 * console.log(graph.nodes[0].op); // Relu
 * ```
 */
export function readModel(bytes: Uint8Array, { externalData }: ReadOptions = {}): OnnxModel {
  requireFewParts(bytes);
  let proto: ReturnType<typeof decode>;
  try {
    proto = decode(bytes);
  } catch (error) {
    throw malformed("the bytes of an ONNX model", `bytes that cannot be decoded (${(error as Error).message})`);
  }
  if (!proto.graph) throw malformed("a graph", bytes.length === 0 ? "an empty file" : "none");
  if (proto.graph.output.length === 0) throw malformed("at least one output", "none");
  const texts = proto.graph.initializer.filter(({ dataType }) => dataType === DataType.STRING);
  const graph = readGraph(proto.graph, externalData, 0);
  const functions = proto.functions.map((each) => readFunction(each, externalData));
  const imports = [...functions.map((each) => each.opsets), readOpsets(proto.opsetImport)];
  const opsets = Object.fromEntries(imports.flatMap((each) => Object.entries(each)));
  const nodes = inlineFunctions(graph.nodes, functions, opsets);
  const lists = texts.filter(({ dims }) => dims.length === 1);
  const words = new Map(
    lists.map((each) => [each.name, each.stringData.map((word) => new TextDecoder().decode(word))]),
  );
  const { graph: numbered, tables } = withLabelTables({ ...graph, nodes }, words);
  const left = texts.filter(({ name }) => !tables.has(name)).map(({ name }) => name);
  const read = left.length === 0 ? numbered : without(numbered, left);
  if (texts.length > 0 && read.outputs.length === 0) readTensor(texts[0], undefined);
  const halves = halvesIn(proto.graph);
  if (proto.opsetImport.length === 0) throw malformed("the opset that the operators belong to", "none");
  return {
    graph: orderNodes(read),
    opsets,
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    producer: proto.producerName,
    ...(tables.size > 0 && { tables }),
    ...(halves && { halves }),
  };
}

/**
 * Writes a model as the bytes of an ONNX file; the same model gives the same bytes.
 *
 * @throws InputError for numbers of a stranger's file that were beyond what JavaScript holds exactly, and cannot go
 * back
 *
 * @example
 * ```ts
 * import { writeModel } from "@carom/core";
 * import { GraphBuilder, modelOf } from "@carom/core/onnx";
 *
 * const g = new GraphBuilder();
 * g.output(g.node("Relu", [g.input("x", "float32", ["N", 3])]), "y");
 * console.log(writeModel(modelOf(g.graph())).length > 0); // true
 * ```
 */
export function writeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  return written(model, tensorParts);
}

/** Weights that a file names and does not hold: the name of the file that would, and its bytes. */
interface Outside {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Weights of fewer bytes are in the file in any case. */
const LARGE = 2 ** 20;

/**
 * A model as the bytes of a file without its larger weights, and these as they lie in memory, of which none is copied.
 */
export function splitModel(model: OnnxModel): { readonly bytes: Uint8Array; readonly outside: readonly Outside[] } {
  const outside: Outside[] = [];
  const bytes = written(model, (name, value) => {
    if (value.data.byteLength < LARGE) return tensorParts(name, value);
    outside.push({ path: name, data: bytesOf(value) });
    return outsideParts(name, value);
  });
  return { bytes, outside };
}

/** The bytes of a file whose weights are written in some way. */
function written(model: OnnxModel, weights: typeof tensorParts): Uint8Array<ArrayBuffer> {
  const message = (fields: MessageInitShape<typeof ModelProtoSchema>) =>
    toBinary(ModelProtoSchema, create(ModelProtoSchema, fields));
  try {
    // In the order of the fields' numbers.
    return joined([
      message({ irVersion: IR_VERSION, producerName: model.producer }),
      ...nested(ModelProtoSchema.field.graph.number, graphParts(model.graph, weights)),
      message({
        opsetImport: Object.entries(model.opsets).map(([domain, version]) =>
          create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
        ),
        metadataProps: Object.entries(model.metadata).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
      }),
    ]);
  } catch (error) {
    const [, field, got] = /field onnx\.(\S+) .*: invalid u?int\d+: (.*)$/.exec((error as Error).message) ?? [];
    if (field === undefined) throw error;
    throw new InputError("unsupported", `${field} of the ONNX file`, {
      expected: "a number that a tool would write",
      got,
      remedy: "export the model again",
    });
  }
}

/** The graph's message, its weights as they lie in memory. */
function graphParts({ initializers, ...graph }: Graph, weights: typeof tensorParts): Parts {
  const { name, node, input, output } = writeGraph({ ...graph, initializers: new Map() });
  const message = (fields: MessageInitShape<typeof GraphProtoSchema>) =>
    toBinary(GraphProtoSchema, create(GraphProtoSchema, fields));
  const { number } = GraphProtoSchema.field.initializer;
  return [
    message({ name, node }),
    ...[...initializers].flatMap(([name, value]) => nested(number, weights(name, value))),
    message({ input, output }),
  ];
}

/** The bytes of the same file with entries added to its metadata, which count before those of the same key. */
export function withMetadata(bytes: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const metadataProps = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  // Messages of protocol buffers one after the other are one message with the fields of both.
  const added = toBinary(ModelProtoSchema, create(ModelProtoSchema, { metadataProps }));
  const whole = new Uint8Array(bytes.length + added.length);
  whole.set(bytes);
  whole.set(added, bytes.length);
  return whole;
}

function decode(bytes: Uint8Array) {
  return fromBinary(ModelProtoSchema, bytes);
}

/** The versions of each domain that a model or a function imports. */
function readOpsets(imports: readonly OperatorSetIdProto[]): Record<string, number> {
  return Object.fromEntries(imports.map(({ domain, version }) => [domainOf(domain), Number(version)]));
}

/** The standard operators have two names for their domain. */
function domainOf(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** The numbers of 16 bits in a graph, bfloat16 where there are both kinds. */
function halvesIn({ initializer, input, output, node }: GraphProto): Halves | undefined {
  const ends = [...input, ...output].map(({ type }) => {
    return type?.value.case === "tensorType" ? halfOf(type.value.value.elemType) : undefined;
  });
  const inside = [
    ...initializer.map(({ dataType }) => halfOf(dataType)),
    ...node.flatMap(({ attribute }) => attribute.map(({ t }) => (t ? halfOf(t.dataType) : undefined))),
    ...node.map(({ attribute }) =>
      askedHalf(
        readAttributes(
          attribute.filter(({ type }) => type === AttributeKind.INT),
          undefined,
          0,
        ),
      ),
    ),
  ];
  const found = [...ends, ...inside].filter((each) => each !== undefined);
  if (found.length === 0) return undefined;
  const type = found.includes("bfloat16") ? "bfloat16" : "float16";
  return { type, isWidened: type === "bfloat16" || ends.some((each) => each !== undefined) };
}

/** A graph without its tensors of strings. */
function readGraph(proto: GraphProto, externalData: ExternalData | undefined, depth: number): Graph {
  if (depth > MAX_NESTING) throw malformed(`graphs nested at most ${MAX_NESTING} deep`, "deeper ones");
  const initializers = new Map<string, Tensor>();
  for (const each of proto.initializer) {
    if (each.name === "" || initializers.has(each.name))
      throw malformed("one initializer per name", `"${each.name}" twice`);
    if (each.dataType === DataType.STRING) continue;
    initializers.set(each.name, readTensor(each, externalData));
  }
  if (proto.sparseInitializer.length > 0) throw malformed("dense initializers", "a sparse one");
  return {
    name: proto.name,
    inputs: proto.input.filter(({ name }) => !initializers.has(name)).map(readValueInfo),
    outputs: proto.output.map(readValueInfo),
    initializers,
    nodes: proto.node.map((node) => readNode(node, externalData, depth)),
  };
}

function writeGraph(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
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
  });
}

function readFunction(proto: FunctionProto, externalData: ExternalData | undefined): LocalFunction {
  return {
    op: opOf(proto.name, proto.overload),
    domain: domainOf(proto.domain),
    inputs: proto.input,
    outputs: proto.output,
    defaults: readAttributes(proto.attributeProto, externalData, 0),
    nodes: proto.node.map((node) => readNode(node, externalData, 0)),
    opsets: readOpsets(proto.opsetImport),
  };
}

function readNode(node: NodeProto, externalData: ExternalData | undefined, depth: number): Node {
  return {
    op: opOf(node.opType, node.overload),
    domain: domainOf(node.domain),
    name: node.name,
    inputs: node.input,
    outputs: node.output,
    attributes: inFloat32(readAttributes(node.attribute, externalData, depth)),
  };
}

/** Functions of one name are told apart by a second one. */
function opOf(name: string, overload: string): string {
  return overload === "" ? name : `${name}:${overload}`;
}

function readAttributes(
  protos: readonly AttributeProto[],
  externalData: ExternalData | undefined,
  depth: number,
): Attributes {
  return Object.fromEntries(protos.map((proto) => [proto.name, readAttribute(proto, externalData, depth)]));
}

function readAttribute(proto: AttributeProto, externalData: ExternalData | undefined, depth: number): Attribute {
  if (proto.refAttrName !== "") return { reference: proto.refAttrName };
  switch (proto.type) {
    case AttributeKind.INT:
      return { int: toInteger(proto.i) };
    case AttributeKind.FLOAT:
      return { float: proto.f };
    case AttributeKind.STRING:
      return { string: new TextDecoder().decode(proto.s) };
    case AttributeKind.INTS:
      return { ints: proto.ints.map(toInteger) };
    case AttributeKind.FLOATS:
      return { floats: proto.floats };
    case AttributeKind.STRINGS:
      return { strings: proto.strings.map((text) => new TextDecoder().decode(text)) };
    case AttributeKind.TENSOR:
      if (!proto.t) throw malformed(`a tensor in attribute "${proto.name}"`, "none");
      return { tensor: readTensor(proto.t, externalData) };
    case AttributeKind.GRAPH:
      if (!proto.g) throw malformed(`a graph in attribute "${proto.name}"`, "none");
      return { graph: readGraph(proto.g, externalData, depth + 1) };
    default:
      return { unsupported: AttributeKind[proto.type] ?? `kind ${proto.type}` };
  }
}

/** The largest int64 that is a number. */
const LARGEST = 2 ** 63 - 1024;

/** A number for an int64; exporters write the largest one, "to the end", which rounded up would turn negative again. */
function toInteger(value: bigint): number {
  return Math.min(Number(value), LARGEST);
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
  if ("graph" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeKind.GRAPH, g: writeGraph(attribute.graph) });
  }
  throw new InputError("unsupported", `attribute "${name}"`, {
    expected: "numbers, strings, a tensor or a graph",
    got: "unsupported" in attribute ? attribute.unsupported : `a reference to "${attribute.reference}"`,
    remedy: "export the model without it",
  });
}
