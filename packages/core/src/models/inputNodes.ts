// What each input of a stranger's file is of a row, and the nodes that make it of rows.

import type { FeatureKind } from "../data/featureKind.ts";
import type { BytesAs } from "../data/features.ts";
import { CLASSICAL } from "../onnx/classical/index.ts";
import { elementTypeNumber } from "../onnx/elementType.ts";
import { type Graph, type Node, plainNode } from "../onnx/graph.ts";
import { type ElementType, type FloatType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { wordNodes } from "./textInputs.ts";

/** One input of a file. Where there are several, a row holds their values one after the other. */
export interface InputPart {
  readonly name: string;
  readonly type: ElementType | "text";
  /** Shape of one row; empty for a number. Of text, a number for each word. */
  readonly shape: readonly number[];
  /** Of text: the words that the numbers of a row stand for, of which one is 1. */
  readonly words?: readonly string[];
  /** Of bytes: whether rows hold parts of 255 (where absent), or the numbers that they are. */
  readonly bytes?: BytesAs;
  /**
   * What an attack may do with it: whole numbers that choose entries of a table stay. Parts of 255 are real.
   */
  readonly kind: FeatureKind;
}

/** Whether numbers of an input are real ones, which no cast rounds. */
export function isReal(type: InputPart["type"]): boolean {
  return type === "float32" || type === "float64";
}

/** The opset since which Slice takes its bounds as inputs, and that of Round. */
const SLICE_INPUTS = 10;
const ROUND = 11;

/** What bytes hold: where data of that type were divided by it, the model's input is multiplied by it. */
const LARGEST_BYTE = 255;

/** What whole numbers are, times what the rows hold. */
export const factorOf = ({ type, bytes }: Pick<InputPart, "type" | "bytes">): number =>
  type === "uint8" && bytes !== "raw" ? LARGEST_BYTE : 1;

/** Nodes, and the constants that they take. */
interface Front {
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}

/**
 * Nodes that cut each input out of the rows, give it its shape and its type, in operators as the file's opset has them.
 *
 * @param rows the name of the rows, [N, ...] of the type
 */
export function inputNodes(
  parts: readonly InputPart[],
  rows: string,
  type: FloatType,
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
): Front {
  const opset = opsets[""];
  const constants = new Map<string, Tensor>();
  const nodes: Node[] = [];
  let from = 0;
  for (const part of parts) {
    const name = (what: string) => `${rows}:${part.name}:${what}`;
    const constant = (what: string, value: Tensor) => {
      constants.set(name(what), value);
      return name(what);
    };
    const integers = (what: string, values: readonly number[]) =>
      constant(what, tensor("int64", [values.length], values));
    const number = (what: string, value: number) => constant(what, tensor(type, [], [value]));
    const add = (op: string, inputs: readonly string[], what: string, attributes: Node["attributes"] = {}) => {
      nodes.push(plainNode(op, inputs, name(what), attributes));
      return name(what);
    };
    /** Columns of the rows, from one to before another. */
    const columns = (from: number, to: number) => {
      if (opset >= SLICE_INPUTS)
        return add("Slice", [rows, integers("from", [from]), integers("to", [to]), integers("axis", [1])], "columns");
      return add("Slice", [rows], "columns", { starts: { ints: [from] }, ends: { ints: [to] }, axes: { ints: [1] } });
    };
    /** The nearest whole numbers; those in the middle go up, where the opset lacks Round. */
    const rounded = (value: string) =>
      opset >= ROUND
        ? add("Round", [value], "rounded")
        : add("Floor", [add("Add", [value, number("half", 0.5)], "raised")], "rounded");
    const isAlone = parts.length === 1;
    const to = from + sizeOf(part.shape);
    let value = isAlone ? rows : columns(from, to);
    from = to;
    if (part.type === "text") {
      const input = graph.inputs.find((each) => each.name === part.name)!;
      nodes.push(...wordNodes(input, part.words!, value, graph, opsets[CLASSICAL]));
      continue;
    }
    if (!isAlone || part.shape.length === 0)
      value = add("Reshape", [value, integers("shape", [-1, ...part.shape])], "shaped");
    const factor = factorOf(part);
    if (factor !== 1) value = add("Mul", [value, number("largest", factor)], "bytes");
    if (!isReal(part.type)) value = rounded(value);
    nodes.push(plainNode("Cast", [value], part.name, { to: { int: elementTypeNumber(part.type) } }));
  }
  return { constants, nodes };
}
