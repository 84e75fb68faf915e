// ONNX files: bytes to a model in memory and back. Nothing beside proto*.ts knows protocol buffers.

import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeKind,
  TensorProto_DataType as DataType,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
} from "onnx-buf";
import { InputError } from "../errors.ts";
import { undecoded } from "../undecoded.ts";
import { inlineFunctions, type LocalFunction } from "./functions.ts";
import type { Graph, Halves, OnnxModel } from "./graph.ts";
import { askedHalf, halfOf } from "./halfTypes.ts";
import { withLabelTables } from "./labelTables.ts";
import { orderNodes } from "./order.ts";
import { requireFewParts } from "./parts.ts";
import { domainOf, opOf, readAttributes, readGraph, readNode, writeGraph } from "./protoGraph.ts";
import { joined, nested, type Parts } from "./protoParts.ts";
import { bytesOf, type ExternalData, malformed, outsideParts, readTensor, tensorParts } from "./protoTensor.ts";
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
    throw undecoded(error, (got) => malformed("the bytes of an ONNX model", got));
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
