// Graphs as messages of an ONNX file, with their nodes and attributes, which may hold graphs again.

import { create } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeKind,
  type AttributeProto,
  AttributeProtoSchema,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from "onnx-buf";
import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Attribute, Attributes, Graph, Node } from "./graph.ts";
import { inFloat32 } from "./halfTypes.ts";
import { MAX_NESTING } from "./limits.ts";
import { type ExternalData, malformed, readTensor, writeTensor } from "./protoTensor.ts";
import { readValueInfo, writeValueInfo } from "./protoValue.ts";

/** A graph without its tensors of strings, so deep in others. */
export function readGraph(proto: GraphProto, externalData: ExternalData | undefined, depth: number): Graph {
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

/** The message of a graph. */
export function writeGraph(graph: Graph): GraphProto {
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

/** The standard operators have two names for their domain. */
export function domainOf(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** A node of a message, its attributes among it. */
export function readNode(node: NodeProto, externalData: ExternalData | undefined, depth: number): Node {
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
export function opOf(name: string, overload: string): string {
  return overload === "" ? name : `${name}:${overload}`;
}

/** Attributes by their names. @throws InputError where one lacks what it says it holds */
export function readAttributes(
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
