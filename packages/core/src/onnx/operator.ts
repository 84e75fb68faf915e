// What the project knows of an operator: which types and shapes come out, and how gradients flow back.

import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Propagation } from "./dataPropagation.ts";
import type { Dim } from "./dim.ts";
import type { Attributes, Node } from "./graph.ts";
import type { Lack } from "./lacks.ts";
import { MAX_RANK } from "./limits.ts";
import type { RangeRule } from "./range.ts";
import { constantInts, type ValueType } from "./valueType.ts";

/** What rules need of the builder of a graph: to add nodes and constants, and to ask what is known of a value. */
export interface GraphWriter {
  /** Adds a node with one output and returns the name of that output. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds a node with several outputs and returns their names. */
  nodeOutputs(op: string, inputs: readonly string[], attributes: Attributes, count: number): readonly string[];
  /** A constant without a name to remember. */
  constant(value: Tensor): string;
  /** A scalar constant of the floating-point type of another value; throws where that has none. */
  scalar(value: number, like: string): string;
  /** A one-dimensional int64 constant: axes, shapes, starts, steps. */
  ints(values: readonly number[]): string;
  /** What is known of a value. */
  type(name: string): ValueType;
}

export interface InferContext {
  readonly node: Node;
  /** One entry per input; undefined where an optional input is omitted. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** A dimension that nothing is known of. */
  unknownDim(): Dim;
}

export interface GradientContext {
  /** Receives the nodes of the gradient. */
  readonly g: GraphWriter;
  readonly node: Node;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Derivative of the differentiated output by each output of the node; undefined where it is zero. */
  readonly cotangents: readonly (string | undefined)[];
  /** The cotangent of the first output. */
  readonly cotangent: string;
  /** What the runtime lacks that is to compute it. */
  readonly lacks: ReadonlySet<Lack>;
}

/** One derivative per input: the name of a value, or undefined where it is zero or does not exist. */
export type GradientRule = (context: GradientContext) => readonly (string | undefined)[];

export interface Operator {
  /** How many inputs it cannot do without, 1 where absent; "all" where it takes any number of them. */
  readonly required?: number | "all";
  /** @throws InputError where inputs that are there are nothing that it takes. */
  check?(node: Node, inputs: readonly (ValueType | undefined)[]): void;
  /** Types and shapes of the outputs. */
  infer(context: InferContext): readonly ValueType[];
  /**
   * The elements of its first output where that is small and those of its inputs are known: sizes, targets of Reshape.
   */
  readonly propagate?: Propagation;
  /** Between which numbers its outputs lie; any where absent. */
  readonly range?: RangeRule;
  /** Vector-Jacobian product, written in operators that have rules themselves. */
  readonly gradient: GradientRule;
}

/** The rule of operators that are constant almost everywhere or whose output is no real number. */
export const zeroGradient: GradientRule = () => [];

/** The first input's type and shape: the shape rule of elementwise functions of one input. */
export function sameAsInput({ inputs }: InferContext): readonly ValueType[] {
  return [{ type: inputs[0]!.type, shape: inputs[0]!.shape }];
}

/** A fault of a graph, at a node: what it is, what was expected. */
export function nodeError(node: Node, expected: string, got: string): InputError {
  return new InputError("invalid", `node ${describeNode(node)}`, {
    expected,
    got,
    remedy: "check the tool that exported the model",
  });
}

/** A sound node that we have no gradient for: what it would have to be, what it is. */
export function unsupportedNode(node: Node, expected: string, got: string): InputError {
  return new InputError("unsupported", `node ${describeNode(node)}`, {
    expected,
    got,
    remedy: "the model can be judged by its scores, but not attacked by its gradients",
  });
}

/** A sound node of which a size has to be known before the graph runs, and is not. */
export function unknownSize(node: Node, expected: string, got: string): InputError {
  return new InputError("unsupported", `node ${describeNode(node)}`, {
    expected: `${expected} known before the graph runs`,
    got: `${got}, which only a run tells`,
    remedy: "export the model with fixed sizes; its scores can be asked for as it is",
  });
}

/** A node as an error message names it. */
export function describeNode(node: Node): string {
  return `"${node.name || node.outputs[0]}" (${node.domain ? `${node.domain}.` : ""}${node.op})`;
}

/** The position of an axis that may count from the end; throws where there is no such axis. */
export function normalizeAxis(node: Node, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw nodeError(node, `an axis from ${-rank} to ${rank - 1}`, `axis ${axis}`);
  }
  return at;
}

/** A shape of which only the number of axes is known, from the length of the list that holds it. */
export function unknownShape(node: Node, list: ValueType, unknownDim: () => Dim): readonly Dim[] {
  const rank = list.shape[0];
  if (typeof rank !== "number" || rank > MAX_RANK) {
    throw nodeError(node, `a shape of known length, at most ${MAX_RANK}`, `the length ${rank}`);
  }
  return Array.from({ length: rank }, unknownDim);
}

/** The integers that must be known before the graph runs, such as axes; throws where they are computed. */
export function requireInts(node: Node, value: ValueType | undefined, what: string): readonly number[] {
  const ints = constantInts(value);
  if (!ints) throw unknownSize(node, what, "values computed while it runs");
  return ints;
}
