// A graph run several times in one call, each run beginning where the last one ended.

import { GraphBuilder } from "./builder.ts";
import { type Graph, plainNode, type ValueInfo } from "./graph.ts";
import { renameReads } from "./subgraph.ts";

interface Repetition {
  /** What the new input is called that says how often, an int64 scalar. */
  readonly times: string;
  /** The output that becomes that input of the next run. */
  readonly carried: { readonly input: string; readonly output: string };
  /** The output whose values of all runs are added up. */
  readonly summed: string;
}

/**
 * The graph as the body of one Loop: with its inputs and a number of times, and its two outputs after the last run. All
 * other inputs, and what is constant, stay where they are between the runs.
 *
 * @param zeros adds the sum before the first run, made of the inputs
 */
export function repeated(graph: Graph, repetition: Repetition, zeros: (g: GraphBuilder) => string): Graph {
  const { times, carried, summed } = repetition;
  const infoOf = (list: readonly ValueInfo[], name: string) => list.find((each) => each.name === name)!;
  const state = infoOf(graph.inputs, carried.input);
  const [moved, sum] = [carried.output, summed].map((name) => infoOf(graph.outputs, name));
  // What is carried has other names inside than outside.
  const own = new Set([carried.input, carried.output, summed]);
  const inside = (name: string) => (own.has(name) ? `${name}:now` : name);
  const scalar = (name: string, type: "int64" | "bool"): ValueInfo => ({ name, type, shape: [] });
  const before = `${summed}:before`;
  const after = `${summed}:after`;
  const body: Graph = {
    name: "run",
    inputs: [
      scalar(`${times}:run`, "int64"),
      scalar(`${times}:go`, "bool"),
      { ...state, name: inside(state.name) },
      { ...sum, name: before },
    ],
    outputs: [scalar(`${times}:on`, "bool"), { ...moved, name: inside(moved.name) }, { ...sum, name: after }],
    initializers: new Map(),
    nodes: [
      plainNode("Identity", [`${times}:go`], `${times}:on`),
      ...graph.nodes.map((node) => ({ ...renameReads(node, inside), outputs: node.outputs.map(inside) })),
      plainNode("Add", [before, inside(summed)], after),
    ],
  };
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap(({ outputs }) => outputs));
  const start = zeros(g);
  const { initializers, nodes } = g.graph([start]);
  const loop = plainNode("Loop", [times, "", state.name, start], moved.name, { body: { graph: body } });
  return {
    name: graph.name,
    inputs: [...graph.inputs, scalar(times, "int64")],
    outputs: [moved, sum],
    initializers: new Map([...initializers, ...graph.initializers]),
    nodes: [...nodes, { ...loop, outputs: [moved.name, sum.name] }],
  };
}
