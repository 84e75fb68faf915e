// The logarithm of a value that a graph computes, taken where the value was still an exponential: it cannot saturate.

import type { GraphBuilder } from "../onnx/builder.ts";
import { isStatic } from "../onnx/dim.ts";
import type { Node } from "../onnx/graph.ts";
import { constantInts } from "../onnx/valueType.ts";
import { tensor, toNumbers } from "../tensor.ts";

/** Logarithms of values of one graph; undefined where a value is not known to be made of exponentials. */
export interface Logarithms {
  /** log v of a positive value v. */
  log(value: string): string | undefined;
  /** log(v / (1 - v)) of a value v between 0 and 1. */
  odds(value: string): string | undefined;
}

/**
 * Writes logarithms into a graph: log of a product is the sum of logarithms, of a sum their log-sum-exp, of a sigmoid
 * -softplus(-s), and so on, down to the arguments of exponentials.
 *
 * A probability that rounds to 0 or 1 has a gradient of zero and a logarithm that is wrong; what is written here has
 * neither fault. Both are the same function of the input in exact arithmetic.
 */
export function logarithms(g: GraphBuilder): Logarithms {
  const makers = new Map(g.currentNodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const known = new Map<string, string | undefined>();
  const remember = (key: string, compute: () => string | undefined) => {
    if (!known.has(key)) known.set(key, compute());
    return known.get(key);
  };
  const log = (value: string): string | undefined =>
    remember(`log ${value}`, () => {
      const node = makers.get(value);
      if (!node) return logOfConstant(g, value);
      if (node.domain !== "") return undefined;
      const own = Object.hasOwn(rules, node.op) ? rules[node.op](context, node) : undefined;
      return own ?? logOfShare(g, odds(value));
    });
  const odds = (value: string): string | undefined =>
    remember(`odds ${value}`, () => {
      const node = makers.get(value);
      return node?.domain === "" ? oddsOf(context, node) : undefined;
    });
  const context: Context = { g, makers, log, odds };
  return { log, odds };
}

interface Context extends Logarithms {
  readonly g: GraphBuilder;
  readonly makers: ReadonlyMap<string, Node>;
}

/** log of what the node makes, given that of what it is made of. */
type Rule = (context: Context, node: Node) => string | undefined;

/** The logarithm of a constant, where all of it is positive. */
function logOfConstant(g: GraphBuilder, value: string): string | undefined {
  const { constant } = g.type(value);
  if (!constant?.type.startsWith("float")) return undefined;
  const numbers = toNumbers(constant);
  if (!numbers.every((each) => each > 0)) return undefined;
  return g.constant(tensor(constant.type as "float32", constant.shape, numbers.map(Math.log)));
}

/** log v = -softplus(-z) of a value whose log odds are z. */
function logOfShare(g: GraphBuilder, odds: string | undefined): string | undefined {
  return odds && g.node("Neg", [g.node("Softplus", [g.node("Neg", [odds])])]);
}

/** All of some values, or nothing where one is not known. */
function all(values: readonly (string | undefined)[]): readonly string[] | undefined {
  return values.every((value) => value !== undefined) ? (values as readonly string[]) : undefined;
}

/** The same node on other values than its first inputs: for what moves numbers and changes none. */
const moved =
  (which: (node: Node) => number): Rule =>
  ({ g, log }, node) => {
    const logs = all(node.inputs.slice(0, which(node)).map(log));
    return logs && g.node(node.op, [...logs, ...node.inputs.slice(logs.length)], node.attributes);
  };
const first = moved(() => 1);
const every = moved(({ inputs }) => inputs.length);

/** log of a sum of two: a + softplus(b - a). */
function logOfSum(g: GraphBuilder, logs: readonly string[]): string {
  return logs.reduce((a, b) => g.node("Add", [a, g.node("Softplus", [g.node("Sub", [b, a])])]));
}

const sum: Rule = ({ g, log }, { inputs }) => {
  const logs = all(inputs.map(log));
  return logs && logOfSum(g, logs);
};

const reduced: Rule = ({ g, log }, node) => {
  const [x, axes] = node.inputs;
  const inner = log(x);
  return inner && g.node("ReduceLogSumExp", axes ? [inner, axes] : [inner], node.attributes);
};

/** log of a mean: that of the sum less log n, n from the sizes of the axes. */
const reducedMean: Rule = (context, node) => {
  const { g } = context;
  const { shape } = g.type(node.inputs[0]);
  const axes = node.inputs[1] ? constantInts(g.type(node.inputs[1])) : shape.map((_, axis) => axis);
  const sizes = axes?.map((axis) => shape.at(axis)!);
  const total = sizes && isStatic(sizes) ? reduced(context, node) : undefined;
  if (total === undefined) return undefined;
  const count = (sizes as number[]).reduce((product, size) => product * size, 1);
  return g.node("Sub", [total, g.scalar(Math.log(count), total)]);
};

const rules: Readonly<Record<string, Rule>> = {
  Exp: (_, { inputs: [z] }) => z,
  Softmax: ({ g }, { inputs: [z], attributes }) => g.node("LogSoftmax", [z], attributes),
  Mul: ({ g, log }, { inputs }) => {
    const logs = all(inputs.map(log));
    return logs && g.node("Add", logs);
  },
  Div: ({ g, log }, { inputs }) => {
    const logs = all(inputs.map(log));
    return logs && g.node("Sub", logs);
  },
  Reciprocal: ({ g, log }, { inputs: [x] }) => {
    const inner = log(x);
    return inner && g.node("Neg", [inner]);
  },
  Pow: ({ g, log }, { inputs: [x, power] }) => {
    const inner = g.type(power).constant ? log(x) : undefined;
    return inner && g.node("Mul", [inner, power]);
  },
  Sqrt: ({ g, log }, { inputs: [x] }) => {
    const inner = log(x);
    return inner && g.node("Mul", [inner, g.scalar(0.5, inner)]);
  },
  Add: (context, node) => sum(context, node) ?? sumWithFlag(context, node.inputs),
  Sum: sum,
  Mean: (context, node) => {
    const total = sum(context, node);
    return total && context.g.node("Sub", [total, context.g.scalar(Math.log(node.inputs.length), total)]);
  },
  ReduceSum: reduced,
  ReduceL1: reduced,
  ReduceMean: reducedMean,
  ReduceMax: first,
  ReduceMin: first,
  Max: every,
  Min: every,
  Clip: ({ g, log }, { inputs: [x, low, high] }) => {
    const inner = log(x);
    const bound = (value: string | undefined) => (value ? (logOfConstant(g, value) ?? "") : "");
    return inner && g.node("Clip", [inner, bound(low), bound(high)]);
  },
  Where: ({ g, log }, { inputs: [condition, ...branches] }) => {
    const logs = all(branches.map(log));
    return logs && g.node("Where", [condition, ...logs]);
  },
  Cast: (context, node) => (isReal(context.g.type(node.outputs[0]).type) ? first(context, node) : undefined),
  Abs: ({ log }, { inputs: [x] }) => log(x),
  Concat: every,
  ...Object.fromEntries(
    ["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Gather", "Slice", "Expand", "Tile"].map(
      (op) => [op, first],
    ),
  ),
};

/** log(x + 1) where a condition holds, else log x: sums that may be zero are made 1 so. */
function sumWithFlag({ g, makers, log }: Context, [x, flag]: readonly string[]): string | undefined {
  const maker = makers.get(flag);
  const inner = maker?.op === "Cast" && g.type(maker.inputs[0]).type === "bool" ? log(x) : undefined;
  return inner && g.node("Where", [maker!.inputs[0], g.node("Softplus", [inner]), inner]);
}

/** log odds of sigmoids, of a / (a + b), and of what is 1 less such. */
function oddsOf({ g, makers, log, odds }: Context, node: Node): string | undefined {
  const { op, inputs } = node;
  if (op === "Sigmoid") return inputs[0];
  if (op === "Identity") return odds(inputs[0]);
  if (op === "Sub" && isOne(g, inputs[0])) {
    const inner = odds(inputs[1]);
    return inner && g.node("Neg", [inner]);
  }
  if (op !== "Div" && op !== "Reciprocal") return undefined;
  const total = makers.get(inputs[inputs.length - 1]);
  if (total?.op !== "Add") return undefined;
  const isShare = (value: string) =>
    op === "Div" ? value === inputs[0] || (isOne(g, value) && isOne(g, inputs[0])) : isOne(g, value);
  const [a, b] = isShare(total.inputs[0]) ? total.inputs : total.inputs.toReversed();
  if (!isShare(a)) return undefined;
  const logs = all([log(a), log(b)]);
  return logs && g.node("Sub", logs);
}

function isOne(g: GraphBuilder, value: string): boolean {
  const { constant } = g.type(value);
  return constant?.data.length === 1 && Number(constant.data[0]) === 1;
}

function isReal(type: string): boolean {
  return type.startsWith("float");
}
