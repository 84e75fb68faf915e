// Steps of projected gradient ascent as one graph: gradient, steepest direction and projection without leaving it.

import { appendGraph } from "../onnx/append.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { type FloatType, sizeOf, tensor } from "../tensor.ts";

/** Norms whose balls and boxes a graph can project on. */
export type AscentNorm = "l2" | "linf";

/** What the graph of some steps depends on. */
export interface AscentKind {
  readonly norm: AscentNorm;
  readonly steps: number;
  /** Whether every value has the same two bounds. */
  readonly sameBounds: boolean;
}

/** Names of the inputs, and of the one output. */
export const ascentNames = {
  x: "carom:x",
  origin: "carom:origin",
  labels: "carom:labels",
  budgets: "carom:budgets",
  lengths: "carom:lengths",
  lower: "carom:lower",
  upper: "carom:upper",
  moved: "carom:moved",
} as const;

/** A graph of the gradient of each row's objective, and what its inputs and output are called. */
export interface RowGradients {
  readonly graph: Graph;
  readonly input: string;
  readonly labels: string;
  readonly gradient: string;
  /** Shape of one row of the model's input. */
  readonly inputShape: readonly number[];
}

/**
 * The graph that takes `steps` steps. Rows are flat, [N, D]; budgets and lengths are [N, 1].
 *
 * Elementwise operators take most of the time beside the products, so there are as few as possible: the parts that
 * concern a row as a whole are done on [N, 1].
 */
export function ascentGraph({ graph, input, labels, gradient, inputShape }: RowGradients, kind: AscentKind): Graph {
  const step = prune({ ...graph, outputs: graph.outputs.filter(({ name }) => name === gradient) });
  const { type, shape } = graph.inputs.find(({ name }) => name === input)!;
  const rows = shape![0];
  const g = new GraphBuilder();
  const flat = [rows, sizeOf(inputShape)];
  const bound = kind.sameBounds ? [] : flat;
  const from = g.input(ascentNames.x, type!, flat);
  const given: Record<string, string> = { [labels]: g.input(ascentNames.labels, "int32", [rows]) };
  const fixed: Fixed = {
    origin: g.input(ascentNames.origin, type!, flat),
    budgets: g.input(ascentNames.budgets, type!, [rows, 1]),
    lengths: g.input(ascentNames.lengths, type!, [rows, 1]),
    lower: g.input(ascentNames.lower, type!, bound),
    upper: g.input(ascentNames.upper, type!, bound),
    sameBounds: kind.sameBounds,
  };
  const isFlat = inputShape.length === 1;
  const move = kind.norm === "l2" ? stepL2(g, fixed) : stepLinf(g, fixed);
  let x = from;
  for (let i = 0; i < kind.steps; i++) {
    const row = isFlat ? x : g.node("Reshape", [x, g.ints([-1, ...inputShape])]);
    const renamed = appendGraph(g, step, { ...given, [input]: row }, `${i}:`);
    const slope = renamed(gradient);
    x = move(x, isFlat ? slope : g.node("Reshape", [slope, g.ints([-1, sizeOf(inputShape)])]));
    // Every step uses the same weights.
    if (i === 0) for (const name of step.initializers.keys()) given[name] = renamed(name);
  }
  g.output(x, ascentNames.moved);
  return g.graph();
}

/** The inputs that stay the same from step to step. */
interface Fixed {
  readonly origin: string;
  readonly budgets: string;
  readonly lengths: string;
  readonly lower: string;
  readonly upper: string;
  readonly sameBounds: boolean;
}

/** From a point and its gradient to the next point. */
type Move = (x: string, gradient: string) => string;

/** x + length sign(g), clipped to the box around the origin and to the bounds. */
function stepLinf(g: GraphBuilder, { origin, budgets, lengths, lower, upper }: Fixed): Move {
  const low = g.node("Max", [g.node("Sub", [origin, budgets]), lower]);
  const high = g.node("Min", [g.node("Add", [origin, budgets]), upper]);
  return (x, gradient) => {
    const move = g.node("Mul", [sign(g, gradient), lengths]);
    return g.node("Max", [g.node("Min", [g.node("Add", [x, move]), high]), low]);
  };
}

/** The sign of all but subnormal numbers, in a third of the time that Sign takes. */
function sign(g: GraphBuilder, value: string): string {
  const far = g.node("Mul", [value, huge(g, value)]);
  return g.node("Clip", [far, g.scalar(-1, value), g.scalar(1, value)]);
}

/**
 * x + length g / ||g||, projected on ball and bounds: with d from the origin there, it is clip(origin + sqrt(t) d) for
 * the t in (0, 1] at which its squared distance from the origin, sum min(t d^2, bound^2), is the squared budget; 1 where
 * it is less everywhere.
 *
 * As a function of t that sum is zero at 0, increasing, concave and piecewise linear. The line from 0 to 1 gives a first t,
 * which is above the root; each further line joins the last two. What is left of the error after the last may be on
 * either side: the exact projection is the framework's.
 */
function stepL2(g: GraphBuilder, { origin, budgets, lengths, lower, upper, sameBounds }: Fixed): Move {
  const number = (value: number) => g.scalar(value, origin);
  const sum = rowSum(g, origin);
  const square = (v: string) => g.node("Mul", [v, v]);
  const positive = (v: string) => g.node("Add", [v, number(TINY)]);
  const distance = (a: string, b: string) => g.node("Abs", [g.node("Sub", [a, b])]);
  const share = (t: string) => g.node("Clip", [t, number(0), number(1)]);
  const between = (v: string, low: string, high: string) => g.node("Max", [g.node("Min", [v, high]), low]);
  const radius = square(budgets);
  const noise = positive(g.node("Mul", [radius, number(NOISE)]));
  const [below, above] = [lower, upper].map((bound) => g.node("Sub", [bound, origin]));
  return (x, gradient) => {
    const unit = g.node("Mul", [gradient, g.node("Div", [number(1), positive(largest(g, gradient))])]);
    const factor = g.node("Div", [lengths, g.node("Sqrt", [positive(sum(square(unit)))])]);
    const d = g.node("Sub", [g.node("Add", [x, g.node("Mul", [unit, factor])]), origin]);
    const squares = square(d);
    // A move without end goes to the bound: less time than choosing by the sign of d.
    const bounds = square(between(g.node("Mul", [d, huge(g, d)]), below, above));
    const lengthOf = (moves: string) => sum(g.node("Min", [moves, bounds]));

    let [last, lastLength] = [number(1), lengthOf(squares)];
    let t = share(g.node("Div", [radius, positive(lastLength)]));
    for (let line = 0; line < LINES; line++) {
      const length = lengthOf(g.node("Mul", [squares, t]));
      const rise = g.node("Add", [distance(length, lastLength), noise]);
      const further = g.node("Mul", [distance(t, last), g.node("Div", [g.node("Sub", [radius, length]), rise])]);
      [last, lastLength, t] = [t, length, share(g.node("Add", [t, further]))];
    }
    const moved = g.node("Add", [origin, g.node("Mul", [d, g.node("Sqrt", [t])])]);
    return sameBounds ? g.node("Clip", [moved, lower, upper]) : between(moved, lower, upper);
  };
}

/**
 * Lines after which points of digits end within 1e-5 of where exact projections lead, at 50 steps of a tenth of a budget
 * of 2; a third would take 4 % more time.
 */
const LINES = 2;

/**
 * The sum of each row, [N, 1], in an order that does not depend on where in the batch the row stands. ReduceSum's does,
 * unless all rows begin where a vector of the processor's may; a product with ones takes twice its time.
 */
function rowSum(g: GraphBuilder, like: string): (v: string) => string {
  const { type, shape } = g.type(like);
  const columns = Number(shape[1]);
  if (columns % 16 === 0) return (v) => g.node("ReduceSum", [v, g.ints([1])], { keepdims: { int: 1 } });
  const ones = g.constant(tensor(type as FloatType, [columns, 1], new Array<number>(columns).fill(1)));
  return (v) => g.node("MatMul", [v, ones]);
}

/** The largest size of a row's values: squares of values scaled by it neither overflow nor vanish. */
function largest(g: GraphBuilder, value: string): string {
  const over = (op: string) => g.node(op, [value, g.ints([1])], { keepdims: { int: 1 } });
  return g.node("Max", [over("ReduceMax"), g.node("Neg", [over("ReduceMin")])]);
}

/** A number that takes all but subnormal numbers out of the interval from -1 to 1. */
function huge(g: GraphBuilder, like: string): string {
  return g.scalar(g.type(like).type === "float64" ? 2 ** 1023 : 2 ** 127, like);
}

/** Keeps divisors from zero. */
const TINY = 1e-30;

/** Squared lengths that differ by less, relatively, differ by rounding. */
const NOISE = 1e-5;
