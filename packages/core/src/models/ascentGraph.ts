// Steps of projected gradient ascent as one graph: gradient, steepest direction and projection without leaving it.

import { appendGraph } from "../onnx/append.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { repeated } from "../onnx/repeat.ts";
import { type FloatType, sizeOf, tensor } from "../tensor.ts";

/** Norms whose balls and boxes a graph can project on. */
export type AscentNorm = "l2" | "linf";

/** What the graph of some steps depends on. */
export interface AscentKind {
  readonly norm: AscentNorm;
  readonly steps: number;
  /** Length of a step, in budgets; negative where the margin descends. */
  readonly length: number;
  /** Whether the graph takes its steps as often as an input says. */
  readonly loops: boolean;
}

/** Names of the inputs, and of the two outputs. */
export const ascentNames = {
  moves: "carom:moves",
  origin: "carom:origin",
  labels: "carom:labels",
  budgets: "carom:budgets",
  lower: "carom:lower",
  upper: "carom:upper",
  moved: "carom:moved",
  check: "carom:check",
  steps: "carom:steps",
} as const;

/** A graph of the gradient of each row's objective, and what its inputs and output are called. */
interface RowGradients {
  readonly graph: Graph;
  readonly input: string;
  readonly labels: string;
  readonly gradient: string;
  /** Shape of one row of the model's input. */
  readonly inputShape: readonly number[];
}

/**
 * The graph that takes `steps` steps. Rows are flat, [N, D]; budgets are [N, 1].
 *
 * Points are carried as moves u from the origin in units of the budget, x = origin + budget u. So no constant here
 * depends on the unit of the features, and steps that are short beside the features' own rounding add up. The check [N,
 * 1] is not finite for rows that met a gradient that is not.
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
  const start = g.input(ascentNames.moves, type!, flat);
  const given: Record<string, string> = { [labels]: g.input(ascentNames.labels, "int32", [rows]) };
  const origin = g.input(ascentNames.origin, type!, flat);
  const budgets = g.input(ascentNames.budgets, type!, [rows, 1]);
  const bounds: Bounds = {
    lower: g.input(ascentNames.lower, type!, flat),
    upper: g.input(ascentNames.upper, type!, flat),
  };
  const isFlat = inputShape.length === 1;
  const move = kind.norm === "l2" ? stepL2(g, bounds, kind.length) : stepLinf(g, bounds, kind.length);
  let at = start;
  let check: string | undefined;
  for (let i = 0; i < kind.steps; i++) {
    const x = g.node("Add", [origin, g.node("Mul", [at, budgets])]);
    const row = isFlat ? x : g.node("Reshape", [x, g.ints([-1, ...inputShape])]);
    const renamed = appendGraph(g, step, { ...given, [input]: row }, `${i}:`);
    const slope = renamed(gradient);
    const next = move(at, isFlat ? slope : g.node("Reshape", [slope, g.ints([-1, sizeOf(inputShape)])]));
    at = next.move;
    check = check === undefined ? next.check : g.node("Add", [check, next.check]);
    // Every step uses the same weights.
    if (i === 0) for (const name of step.initializers.keys()) given[name] = renamed(name);
  }
  g.output(at, ascentNames.moved);
  g.output(check!, ascentNames.check);
  return g.graph();
}

/** The graph of an ascent, as the kind says, made fast by `simplified`. */
export function compiledAscent(gradients: RowGradients, kind: AscentKind, simplified: (graph: Graph) => Graph): Graph {
  const graph = simplified(ascentGraph(gradients, kind));
  if (!kind.loops) return graph;
  const { steps, moves, moved, check, budgets } = ascentNames;
  const repetition = { times: steps, carried: { input: moves, output: moved }, summed: check };
  return repeated(graph, repetition, (g) => g.node("Mul", [budgets, g.scalar(0, budgets)]));
}

/** Where moves may end. */
interface Bounds {
  readonly lower: string;
  readonly upper: string;
}

/** From a move and the gradient there to the next move, and to a number [N, 1] that is finite where all slopes are. */
type Step = (u: string, gradient: string) => { readonly move: string; readonly check: string };

/**
 * u + length sign(g), clipped to the bounds, which lie in the ball.
 *
 * The signed length is the gradient times a huge number, clipped to the length either way, for all but subnormal
 * numbers: two passes over all of them, where Sign alone takes three times one. Where a step has two budgets it ends
 * at a bound from wherever it begins, so that longer ones are no others.
 */
function stepLinf(g: GraphBuilder, { lower, upper }: Bounds, length: number): Step {
  const most = Math.min(Math.abs(length), 2);
  const [steep, back, on] = [Math.sign(length) * hugeIn(g, lower), -most, most].map((value) => g.scalar(value, lower));
  return (u, gradient) => {
    const move = g.node("Clip", [g.node("Mul", [gradient, steep]), back, on]);
    // A sum of finite slopes that is too large for a number is taken for one of others, and its row for one left over.
    const check = g.node("ReduceSum", [gradient, g.ints([1])], { keepdims: { int: 1 } });
    return { move: between(g, g.node("Add", [u, move]), lower, upper), check };
  };
}

function between(g: GraphBuilder, value: string, low: string, high: string): string {
  return g.node("Max", [g.node("Min", [value, high]), low]);
}

/**
 * u + length g / ||g||, projected on ball and bounds: with d the move to there, it is clip(sqrt(t) d) for the t in (0,
 * 1] at which its squared length, sum min(t d^2, bound^2), is 1; t is 1 where that is less everywhere.
 *
 * As a function of t that sum is zero at 0, increasing, concave and piecewise linear. Newton's method from below
 * therefore never passes the root, so that every move ends in the ball, and is there once it is on the root's piece.
 */
function stepL2(g: GraphBuilder, { lower, upper }: Bounds, length: number): Step {
  const number = (value: number) => g.scalar(value, lower);
  const sum = rowSum(g, lower);
  const square = (v: string) => g.node("Mul", [v, v]);
  const positive = (v: string) => g.node("Add", [v, number(TINY)]);
  return (u, gradient) => {
    const unit = g.node("Mul", [gradient, g.node("Div", [number(1), positive(largest(g, gradient))])]);
    const factor = g.node("Div", [number(length), g.node("Sqrt", [positive(sum(square(unit)))])]);
    const d = g.node("Add", [u, g.node("Mul", [unit, factor])]);
    const squares = square(d);
    // A move without end goes to the bound: less time than choosing by the sign of d.
    const bounds = square(between(g, g.node("Mul", [d, number(hugeIn(g, d))]), lower, upper));

    // Newton's first step, from 0, where the bounds are not yet reached.
    let t = g.node("Min", [g.node("Div", [number(1), positive(sum(squares))]), number(1)]);
    for (let k = 0; k < NEWTON; k++) {
      const moves = g.node("Mul", [squares, t]);
      const missing = g.node("Sub", [number(1), sum(g.node("Min", [moves, bounds]))]);
      const slope = sum(g.node("Where", [g.node("Less", [moves, bounds]), squares, number(0)]));
      // By rounding alone is the squared length above 1.
      const further = g.node("Div", [g.node("Relu", [missing]), positive(slope)]);
      t = g.node("Min", [g.node("Add", [t, further]), number(1)]);
    }
    return { move: between(g, g.node("Mul", [d, g.node("Sqrt", [t])]), lower, upper), check: factor };
  };
}

/**
 * Newton's steps after which moves end within 1e-6 budgets of exact projections where slopes differ by three orders of
 * magnitude and points are at corners of the box; after four it is 3e-3, after three 2e-2.
 */
const NEWTON = 5;

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

/** A number that takes all but subnormal numbers out of the interval from -2 to 2. */
function hugeIn(g: GraphBuilder, like: string): number {
  return g.type(like).type === "float64" ? 2 ** 1023 : 2 ** 127;
}

/** Keeps divisors from zero. */
const TINY = 1e-30;
