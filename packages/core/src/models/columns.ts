// The same model on some of its columns only: all others are zero. How sparse rows reach a dense runtime.

import { assert, InputError } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { type Graph, intAttribute, type Node } from "../onnx/graph.ts";
import { allocate, type Tensor, tensor, toNumbers } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";

/** What keeps one number per column, and 0 where a column is 0. */
const keepColumns = new Set(["Identity", "Cast", "Abs", "Neg", "Sqrt", "Sign"]);
/** What sums over columns. */
const sumColumns = new Set(["ReduceSum", "ReduceSumSquare", "ReduceL1", "ReduceL2"]);

/** A node that takes columns apart: its second input has an axis over the D columns, or names columns to pick. */
interface Site {
  readonly node: Node;
  readonly axis: 0 | 1 | "picks";
}

/**
 * Columns in which the model has a weight that is not zero, ascending: linear weights, weights of a first layer, or
 * entries of support vectors. A change in any other column changes the scores no more than through its size.
 *
 * @throws InputError where an operator does more with columns than weigh, pick or sum them.
 */
export function weightedColumns(model: Model): Int32Array {
  const graph = graphOf(model);
  const used = new Uint8Array(columnsOf(graph));
  for (const { node, axis } of sitesOf(graph)) {
    const { shape, data } = graph.initializers.get(node.inputs[1])!;
    if (axis === "picks") for (const j of data) used[Number(j)] = 1;
    else {
      for (let i = 0; i < data.length; i++) {
        if (data[i] !== 0) used[axis === 0 ? Math.floor(i / shape[1]) : i % shape[1]] = 1;
      }
    }
  }
  return Int32Array.from(used.keys()).filter((j) => used[j] === 1);
}

/**
 * The model of the chosen columns (ascending), input [N, columns.length], equal to the full model on rows that are zero
 * in all others.
 *
 * @throws InputError where an operator does more with columns than weigh, pick or sum them.
 */
export function onColumns(model: Model, columns: Int32Array): Model {
  const graph = graphOf(model);
  const sites = new Map(sitesOf(graph).map(({ node, axis }) => [node, axis]));
  const input = inputOf(graph);
  const g = new GraphBuilder();
  g.input(input.name, input.type!, [input.shape![0], columns.length]);
  const replaced = new Set([...sites.keys()].map(({ inputs }) => inputs[1]));
  for (const [name, value] of graph.initializers) {
    // A constant may serve other nodes too; what is left without a user does no harm unless it is large.
    const isShared = graph.nodes.some((node) => !sites.has(node) && node.inputs.includes(name));
    if (!replaced.has(name) || isShared) g.initializer(name, value);
  }
  for (const node of graph.nodes) {
    const axis = sites.get(node);
    if (axis === undefined) {
      g.push(node);
      continue;
    }
    const value = graph.initializers.get(node.inputs[1])!;
    const cut = axis === "picks" ? positionsOf(value, columns) : takeAlong(value, axis, columns);
    const [first, second, ...others] = node.inputs;
    const name = g.initializer(`${second}:${node.outputs[0]}`, cut);
    g.push({ ...node, inputs: [first, name, ...others] });
  }
  for (const { name } of graph.outputs) g.output(name);
  return modelFromGraph(modelOf(g.graph(), model.metadata));
}

/** Follows the columns from the input to where they are weighed, picked or summed. */
function sitesOf(graph: Graph): readonly Site[] {
  const carriers = new Set([inputOf(graph).name]);
  const sites: Site[] = [];
  for (const node of graph.nodes) {
    const { op, inputs, outputs, attributes } = node;
    const from = inputs.findIndex((name) => carriers.has(name));
    if (from < 0) continue;
    const second = graph.initializers.get(inputs[1]);
    if (from === 0 && keepColumns.has(op)) carriers.add(outputs[0]);
    else if (op === "Mul" && inputs.every((name) => carriers.has(name))) carriers.add(outputs[0]);
    else if (from === 0 && op === "MatMul" && second?.shape.length === 2) sites.push({ node, axis: 0 });
    else if (from === 0 && op === "Gemm" && second && !intAttribute(node, "transA", 0) && !carriers.has(inputs[2])) {
      sites.push({ node, axis: intAttribute(node, "transB", 0) ? 1 : 0 });
    } else if (from === 0 && op === "Gather" && second?.shape.length === 1 && intAttribute(node, "axis", 0) === 1) {
      sites.push({ node, axis: "picks" });
    } else if (!(from === 0 && sumColumns.has(op) && !("noop_with_empty_axes" in attributes))) throw notSeparable(node);
  }
  return sites;
}

function takeAlong(x: Tensor, axis: 0 | 1, columns: Int32Array): Tensor {
  const [rows, width] = x.shape;
  const shape = axis === 0 ? [columns.length, width] : [rows, columns.length];
  const data = allocate(x.type, shape[0] * shape[1]);
  for (let i = 0, at = 0; i < shape[0]; i++) {
    for (let j = 0; j < shape[1]; j++, at++) {
      data[at] = axis === 0 ? x.data[columns[i] * width + j] : x.data[i * width + columns[j]];
    }
  }
  return { type: x.type, shape, data };
}

/** Where the picked columns stand among the chosen ones. */
function positionsOf(picks: Tensor, columns: Int32Array): Tensor {
  const position = new Map(Array.from(columns, (j, at) => [j, at]));
  const positions = toNumbers(picks).map((j) => {
    const at = position.get(j);
    assert(at !== undefined, `column ${j}, which the model uses, must be among the chosen ones`);
    return at;
  });
  return tensor("int64", [positions.length], positions);
}

function graphOf({ onnx, unreadable }: Model): Graph {
  if (onnx) return onnx.graph;
  throw new InputError("unsupported", "model for sparse rows", {
    expected: "a graph that can be read",
    got: `one that cannot (${unreadable})`,
    remedy: "attack a surrogate instead",
  });
}

function inputOf(graph: Graph) {
  return graph.inputs.find(({ name }) => !graph.initializers.has(name))!;
}

function columnsOf(graph: Graph): number {
  const { shape } = inputOf(graph);
  const columns = shape?.length === 2 ? shape[1] : undefined;
  if (typeof columns === "number") return columns;
  throw new InputError("unsupported", "input of the model for sparse rows", {
    expected: "shape [N, D] with D known",
    got: `[${shape ?? "unknown"}]`,
    remedy: "export the model with flat rows",
  });
}

function notSeparable({ op, name }: Node): InputError {
  return new InputError("unsupported", `operator ${op} at node "${name}" for sparse rows`, {
    expected: "columns that are only weighed (MatMul, Gemm), picked (Gather) or summed",
    got: op,
    remedy: "attack the model with dense rows of fewer features",
  });
}
