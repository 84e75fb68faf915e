// Makes graphs: adds nodes, names values, and knows the type and shape of each value as soon as it exists.

import { assert, InputError } from "../errors.ts";
import type { ElementType, FloatType, Tensor } from "../tensor.ts";
import { tensor } from "../tensor.ts";
import { checkInputs, checkOutputs, checkShape } from "./checks.ts";
import { propagateData } from "./dataPropagation.ts";
import type { Dim } from "./dim.ts";
import type { Attributes, Graph, Node, OnnxModel, ValueInfo } from "./graph.ts";
import { type GraphWriter, type Operator, unsupportedNode } from "./operator.ts";
import { operatorName, operatorOf } from "./ops/index.ts";
import { anyNumber, followRange, rangeOf } from "./range.ts";
import type { ValueType } from "./valueType.ts";

/**
 * The opset in which graphs are built and differentiated.
 *
 * Graphs of older opsets are brought to it by `upgrade`; what is built here reads the same from 18 to 21.
 */
export const OPSET = 18;

/** The version of the classical operators, `ai.onnx.ml`, beside it. */
const ML_OPSET = 3;

/**
 * A graph under construction.
 *
 * `g.node("MatMul", ["x", "w"])` returns the name of the result; `g.type(name)` says what is known of it.
 */
export class GraphBuilder implements GraphWriter {
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: string[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly nodes: Node[] = [];
  private readonly types = new Map<string, ValueType>();
  private readonly constants = new Map<string, string>();
  private readonly reserved = new Set<string>();
  private counter = 0;

  /** A builder that continues an existing graph. */
  static from(graph: Graph): GraphBuilder {
    const g = new GraphBuilder();
    for (const [name, value] of graph.initializers) g.initializer(name, value);
    for (const { name, type, shape } of graph.inputs) {
      if (g.initializers.has(name)) continue;
      if (!type || !shape) throw untypedInput(name);
      g.input(name, type, shape);
    }
    for (const node of graph.nodes) g.push(node);
    for (const { name } of graph.outputs) g.output(name);
    return g;
  }

  /** Declares an input of the graph. */
  input(name: string, type: ElementType, shape: readonly Dim[]): string {
    assert(!this.types.has(name), `value "${name}" exists already`);
    checkShape(name, shape);
    this.inputs.push({ name, type, shape });
    this.types.set(name, { type, shape, range: anyNumber });
    return name;
  }

  /** Adds a constant under a name of its own, such as a weight. */
  initializer(name: string, value: Tensor): string {
    assert(!this.types.has(name), `value "${name}" exists already`);
    this.initializers.set(name, value);
    this.types.set(name, { type: value.type, shape: value.shape, constant: value, range: rangeOf(value) });
    return name;
  }

  /** Turns an initializer into an input of the same type and shape, so that it can be fed at each run. */
  release(name: string): void {
    const value = this.initializers.get(name);
    assert(value, `"${name}" is no initializer`);
    this.initializers.delete(name);
    this.inputs.push({ name, type: value.type, shape: value.shape });
    this.types.set(name, { type: value.type, shape: value.shape, range: anyNumber });
  }

  /** A constant without a name to remember; equal small constants share one. */
  constant(value: Tensor): string {
    const key =
      value.data.length <= 16 ? `${value.type}[${value.shape}]${Array.from(value.data as Float32Array)}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(this.fresh("constant"), value);
    if (key !== undefined) this.constants.set(key, name);
    return name;
  }

  /** A scalar constant of the floating-point type of another value; throws where that has none. */
  scalar(value: number, like: string): string {
    const { type } = this.type(like);
    if (!type.startsWith("float")) throw notReal(like, type);
    return this.constant(tensor(type as FloatType, [], [value]));
  }

  /** A one-dimensional int64 constant: axes, shapes, starts, steps. */
  ints(values: readonly number[]): string {
    return this.constant(tensor("int64", [values.length], values));
  }

  /** Adds a node with one output and returns the name of that output. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeOutputs(op, inputs, attributes, 1)[0];
  }

  /** Adds a node with several outputs and returns their names. */
  nodeOutputs(op: string, inputs: readonly string[], attributes: Attributes, count: number): readonly string[] {
    const name = this.fresh(op);
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    this.push({ op, domain: "", name, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds a node as it is. */
  push(node: Node): void {
    const operator = operatorOf(node);
    if (!operator)
      throw unsupportedNode(node, "an operator in the table of operators (docs/support.md)", gotInstead(node));
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.type(name)));
    checkInputs(node, operator, inputs);
    const unknownDim = () => this.fresh("?");
    const outputs = followed(node, operator, inputs, unknownDim);
    checkOutputs(node, outputs);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      assert(!this.types.has(name), `value "${name}" exists already`);
      this.types.set(name, { ...outputs[i], range: followRange(operator.range, node, inputs, outputs[i]) });
    });
    this.nodes.push(node);
  }

  /** Makes a value an output of the graph, under another name where one is given. */
  output(name: string, as: string = name): void {
    if (as !== name) this.push({ op: "Identity", domain: "", name: as, inputs: [name], outputs: [as], attributes: {} });
    if (!this.outputs.includes(as)) this.outputs.push(as);
  }

  /** What is known of a value. */
  type(name: string): ValueType {
    const type = this.types.get(name);
    if (!type) {
      throw new InputError("invalid", "graph", {
        expected: "nodes in an order in which every value is computed before it is used",
        got: `"${name}" used before it is computed, or never computed`,
        remedy: "check the tool that exported the model",
      });
    }
    return type;
  }

  /** Keeps the names of values that will be added later from being given to new ones. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.reserved.add(name);
  }

  /** Whether a value of this name exists. */
  has(name: string): boolean {
    return this.types.has(name);
  }

  /** The nodes so far. */
  get currentNodes(): readonly Node[] {
    return this.nodes;
  }

  /** The graph as built so far; `outputs` chooses other outputs than those declared. */
  graph(outputs: readonly string[] = this.outputs): Graph {
    return {
      name: "carom",
      inputs: [...this.inputs],
      outputs: outputs.map((name) => {
        const { type, shape } = this.type(name);
        return { name, type, shape };
      }),
      initializers: new Map(this.initializers),
      nodes: [...this.nodes],
    };
  }

  private fresh(hint: string): string {
    let name: string;
    do name = `${hint}_${this.counter++}`;
    while (this.types.has(name) || this.reserved.has(name));
    return name;
  }
}

/** What the shape rule found, with the content of the first output where that can be followed. */
function followed(
  node: Node,
  operator: Operator,
  inputs: readonly (ValueType | undefined)[],
  unknownDim: () => Dim,
): readonly ValueType[] {
  const outputs = operator.infer({ node, inputs, unknownDim });
  const [first, ...others] = outputs;
  if (!first || first.content || first.constant) return outputs;
  const content = propagateData(operator.propagate, node, inputs, first.shape, unknownDim);
  return content ? [{ ...first, content }, ...others] : outputs;
}

/** A model around a graph, in the opset of the builder. */
export function modelOf(graph: Graph, metadata: Readonly<Record<string, string>> = {}): OnnxModel {
  const classical = graph.nodes.some(({ domain }) => domain === "ai.onnx.ml");
  const opsets = classical ? { "": OPSET, "ai.onnx.ml": ML_OPSET } : { "": OPSET };
  return { graph, opsets, metadata, producer: "carom" };
}

function notReal(name: string, type: ElementType): InputError {
  return new InputError("invalid", `value "${name}" of the graph`, {
    expected: "real numbers, as the operators around it do",
    got: type,
    remedy: "check the tool that exported the model",
  });
}

function untypedInput(name: string): InputError {
  return new InputError("invalid", `input "${name}" of the graph`, {
    expected: "a declared element type and shape",
    got: "none",
    remedy: "export the model with typed inputs",
  });
}

/** What a node without a rule is, in the user's terms where those are known. */
function gotInstead(node: Node): string {
  const isTrees = node.op.startsWith("TreeEnsemble");
  return `${isTrees ? "decision trees, whose scores are constant almost everywhere: " : ""}${operatorName(node)}`;
}

/** A builder that holds a graph, or undefined where types and shapes of some node are not known. */
export function builderOf(graph: Graph): GraphBuilder | undefined {
  try {
    return GraphBuilder.from(graph);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
