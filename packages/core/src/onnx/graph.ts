// An ONNX model in memory: plain data. Reading and writing bytes is proto.ts, making graphs is builder.ts.

import type { Half } from "../halves.ts";
import type { ElementType, Tensor } from "../tensor.ts";
import type { Dim } from "./dim.ts";

/** An attribute of a node, tagged with its ONNX type. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor }
  /** A branch or the body of a loop; its nodes may use values of the graph around it. */
  | { readonly graph: Graph }
  /** Inside a function, what its caller gives as the attribute of that name. */
  | { readonly reference: string }
  /** Read but not understood, such as a type; named so that errors can say so. */
  | { readonly unsupported: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator applied to named values. An omitted optional input or output is the empty name. */
export interface Node {
  readonly op: string;
  /** Empty for the standard operators, `ai.onnx.ml` for classical models. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A standard operator with one output, named as that is. */
export function plainNode(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node {
  return { op, domain: "", name: output, inputs, outputs: [output], attributes };
}

/** A named input or output. Shape and type are absent where the file does not say. */
export interface ValueInfo {
  readonly name: string;
  readonly type?: ElementType;
  readonly shape?: readonly Dim[];
  /** Whether it holds words, which nothing here computes with. */
  readonly isText?: true;
}

/** Nodes in an order in which every value is computed before it is used. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}

/** An ONNX file in memory: a graph, the versions of its operators, and what it says of itself. */
export interface OnnxModel {
  readonly graph: Graph;
  /** Version of each operator set that is imported; "" is the standard one. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly producer: string;
  /** The words of tables that stand in the graph with positions in their place (`withLabelTables`). */
  readonly tables?: ReadonlyMap<string, readonly string[]>;
  /** Where the file has numbers of 16 bits, which were read as float32. */
  readonly halves?: Halves;
}

/** What numbers of 16 bits a file has. */
export interface Halves {
  readonly type: Half;
  /**
   * Whether the file is computed in float32 too: bfloat16 the runtime's processor hardly has, and rows are not of 16
   * bits.
   */
  readonly isWidened: boolean;
}

/** The integer attribute, or the default where it is absent. */
export function intAttribute<D>(node: Node, name: string, fallback: D): number | D {
  const attribute = node.attributes[name];
  return attribute && "int" in attribute ? attribute.int : fallback;
}

/** The floating-point attribute, or the default where it is absent, as the float32 that a file stores. */
export function floatAttribute<D>(node: Node, name: string, fallback: D): number | D {
  const attribute = node.attributes[name];
  const value = attribute && "float" in attribute ? attribute.float : fallback;
  return typeof value === "number" ? Math.fround(value) : value;
}

/** The list of integers, or the default where it is absent. */
export function intsAttribute<D>(node: Node, name: string, fallback: D): readonly number[] | D {
  const attribute = node.attributes[name];
  return attribute && "ints" in attribute ? attribute.ints : fallback;
}

/** The string attribute, or the default where it is absent. */
export function stringAttribute<D>(node: Node, name: string, fallback: D): string | D {
  const attribute = node.attributes[name];
  return attribute && "string" in attribute ? attribute.string : fallback;
}
