// What LSTM, GRU and RNN share: directions, layouts, weights, lengths of sequences, and steps written out one by one.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute, type Node, stringAttribute } from "../graph.ts";
import { unknownSize } from "../operator.ts";
import { contentOf } from "../valueType.ts";
import { type Activation, activation } from "./activation.ts";

/** A cell: what it adds to a graph to come from the state before a step to that after it. */
export interface Cell {
  /** Names of the gates' functions where the node names none. */
  readonly activations: readonly string[];
  /** How many gates there are, each with weights, recurrent weights and two biases. */
  readonly gates: number;
  /** How many values a state has; the first is what the layer gives out. */
  readonly states: number;
  /** Makes the step of one direction. */
  step(g: GraphBuilder, direction: Direction): Step;
}

/**
 * The states after a step, from the product of the step's input with the weights [B, gates H], and the states before.
 */
export type Step = (projected: string, states: readonly string[]) => readonly string[];

/** The weights and functions of one direction. */
export interface Direction {
  readonly node: Node;
  readonly hidden: number;
  /** [H, gates H] */
  readonly recurrent: string;
  /** [gates H] each; undefined where the node has none. */
  readonly inputBias: string | undefined;
  readonly recurrentBias: string | undefined;
  /** [number of peepholes H], where the node has some. */
  readonly peepholes: string | undefined;
  readonly functions: readonly Activation[];
}

/** The outputs Y [T, D, B, H] and the last state of each kind, [D, B, H], as the node's layout has them. */
export function unroll(g: GraphBuilder, node: Node, cell: Cell): readonly string[] {
  const [given, weights, recurrent, bias = "", lengths = "", ...rest] = node.inputs;
  const isBatchFirst = intAttribute(node, "layout", 0) !== 0;
  const swap = (value: string) => g.node("Transpose", [value], { perm: { ints: [1, 0, 2] } });
  const x = isBatchFirst ? swap(given) : given;
  const [steps, batch] = g.type(x).shape;
  if (typeof steps !== "number") throw unknownSize(node, "the length of sequences", `"${steps}"`);
  const hidden = g.type(recurrent).shape[2];
  if (typeof hidden !== "number") throw unknownSize(node, "the size of the state", `[${g.type(recurrent).shape}]`);
  const mode = stringAttribute(node, "direction", "forward");
  const directions = mode === "bidirectional" ? 2 : 1;
  const initial = rest.slice(0, cell.states);
  const one = (value: string, d: number) => g.node("Gather", [value, g.constant(tensor("int64", [], [d]))]);
  const size = cell.gates * hidden;
  const slice = (value: string, from: number, to: number) =>
    g.node("Slice", [value, g.ints([from]), g.ints([to]), g.ints([0])]);
  const rows =
    typeof batch === "number" ? g.ints([batch]) : g.node("Shape", [x], { start: { int: 1 }, end: { int: 2 } });
  const zeros = () =>
    g.node("Expand", [g.scalar(0, x), g.node("Concat", [rows, g.ints([hidden])], { axis: { int: 0 } })]);
  const isLong = lengthMasks(g, lengths, steps, x);

  const results = Array.from({ length: directions }, (_, d) => {
    const projected = g.node("MatMul", [x, g.node("Transpose", [one(weights, d)], { perm: { ints: [1, 0] } })]);
    const biases = bias === "" ? undefined : one(bias, d);
    const step = cell.step(g, {
      node,
      hidden,
      recurrent: g.node("Transpose", [one(recurrent, d)], { perm: { ints: [1, 0] } }),
      inputBias: biases && slice(biases, 0, size),
      recurrentBias: biases && slice(biases, size, 2 * size),
      peepholes: rest[cell.states] ? one(rest[cell.states], d) : undefined,
      functions: functionsOf(node, cell, d),
    });
    let states: readonly string[] = Array.from({ length: cell.states }, (_, s) => {
      if (!initial[s]) return zeros();
      return isBatchFirst
        ? g.node("Gather", [initial[s], g.constant(tensor("int64", [], [d]))], { axis: { int: 1 } })
        : one(initial[s], d);
    });
    const isBackward = mode === "reverse" || d === 1;
    const outputs: string[] = [];
    for (let i = 0; i < steps; i++) {
      const t = isBackward ? steps - 1 - i : i;
      const before = states;
      const after = step(one(projected, t), before);
      const mask = isLong?.(t);
      states = mask ? after.map((value, s) => g.node("Where", [mask, value, before[s]])) : after;
      outputs[t] = mask ? g.node("Where", [mask, after[0], g.scalar(0, x)]) : after[0];
    }
    return { outputs, states };
  });

  // [B, H] of each direction and step, as [T, D, B, H] or [B, T, D, H].
  const stack = (values: readonly string[], axis: number) =>
    g.node(
      "Concat",
      values.map((value) => g.node("Unsqueeze", [value, g.ints([axis])])),
      { axis: { int: axis } },
    );
  const at = isBatchFirst ? 1 : 0;
  const perStep = Array.from({ length: steps }, (_, t) =>
    stack(
      results.map(({ outputs }) => outputs[t]),
      at,
    ),
  );
  return [
    stack(perStep, at),
    ...Array.from({ length: cell.states }, (_, s) =>
      stack(
        results.map(({ states }) => states[s]),
        at,
      ),
    ),
  ];
}

/** Where a cell lists the function of its state. */
const STATE = 2;

/** For step t whether a sequence is longer, [B, 1]; undefined where all have the full length. */
function lengthMasks(g: GraphBuilder, lengths: string, steps: number, x: string): ((t: number) => string) | undefined {
  if (lengths === "" || contentOf(g.type(lengths))?.every((length) => length === steps)) return undefined;
  const column = g.node("Unsqueeze", [lengths, g.ints([1])]);
  return (t) => g.node("Greater", [g.node("CastLike", [column, x]), g.scalar(t, x)]);
}

/**
 * The gates' functions, and that of the state, if any, behind them; `clip` bounds the arguments of the gates' alone.
 */
function functionsOf(node: Node, { activations }: Cell, direction: number): readonly Activation[] {
  const { activations: named, activation_alpha: alphas, activation_beta: betas } = node.attributes;
  const names = named && "strings" in named && named.strings.length > 0 ? named.strings : undefined;
  const bound = floatAttribute(node, "clip", undefined);
  return activations.map((usual, i) => {
    const k = direction * activations.length + i;
    const alpha = alphas && "floats" in alphas ? alphas.floats[k] : undefined;
    const beta = betas && "floats" in betas ? betas.floats[k] : undefined;
    const apply = activation(node, names ? names[k] : usual, alpha, beta);
    if (bound === undefined || i === STATE) return apply;
    return (g, x) => apply(g, g.node("Clip", [x, g.scalar(-bound, x), g.scalar(bound, x)]));
  });
}

/** The columns of gate k of a value [B, gates H], or of a vector [gates H]. */
export function gate(g: GraphBuilder, value: string, k: number, hidden: number): string {
  const axis = g.type(value).shape.length - 1;
  return g.node("Slice", [value, g.ints([k * hidden]), g.ints([(k + 1) * hidden]), g.ints([axis])]);
}

/** a + b, where b may be missing. */
export function plus(g: GraphBuilder, a: string, b: string | undefined): string {
  return b === undefined ? a : g.node("Add", [a, b]);
}
