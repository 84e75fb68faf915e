// What is known of the numbers of a value before the graph runs: between which they lie, and whether they are finite.

import { type Tensor, toNumbers } from "../tensor.ts";
import type { Node } from "./graph.ts";
import type { Range, ValueType } from "./valueType.ts";

const between = (low: number, high: number, finite = true): Range => ({ low, high, finite });

/** Any finite number. */
export const anyNumber = between(-Infinity, Infinity);

/** Where e to the power of a number leaves float32. */
const LARGEST_EXPONENT = 88;

const ranges = new WeakMap<Tensor, Range>();

/** The range of a constant. */
export function rangeOf(value: Tensor): Range {
  const known = ranges.get(value);
  if (known) return known;
  let [low, high, finite] = [Infinity, -Infinity, true];
  const numbers = value.type.startsWith("float") ? (value.data as Float32Array) : toNumbers(value);
  for (const each of numbers) {
    if (each < low) low = each;
    if (each > high) high = each;
    finite &&= Number.isFinite(each);
  }
  const range = between(low, high, finite);
  ranges.set(value, range);
  return range;
}

/** The range of a node's outputs, from those of its inputs; undefined where an input is omitted. */
export function followRange(node: Node, inputs: readonly (ValueType | undefined)[], output: ValueType): Range {
  if (output.constant) return rangeOf(output.constant);
  if (output.type === "bool") return between(0, 1);
  if (!output.type.startsWith("float")) return anyNumber;
  const x = inputs.map((value) => value && (value.range ?? anyNumber));
  const follow = node.domain === "" && Object.hasOwn(followed, node.op) ? followed[node.op] : unbounded;
  return follow(x as readonly Range[], node);
}

/** Whether no element is 0, or close to it. */
export const isAwayFromZero = ({ low, high }: Range) => low > 0 || high < 0;

/** What follows from the ranges of inputs; an omitted one is undefined. */
type Follow = (x: readonly Range[], node: Node) => Range;

const areFinite = (x: readonly (Range | undefined)[]) => x.every((each) => each === undefined || each.finite);

const unbounded: Follow = (x) => between(-Infinity, Infinity, areFinite(x));

const same: Follow = ([x]) => x;

const within =
  (low: number, high: number): Follow =>
  (x) =>
    between(low, high, areFinite(x));

/** A combination that falls with no input. */
const rising =
  (f: (x: readonly number[]) => number): Follow =>
  (x) =>
    between(f(x.map(({ low }) => low)), f(x.map(({ high }) => high)), areFinite(x));

const sum = rising((x) => x.reduce((total, each) => total + each, 0));

const union: Follow = (x) =>
  between(Math.min(...x.map(({ low }) => low)), Math.max(...x.map(({ high }) => high)), areFinite(x));

/** Sums of any number of elements have their sign. */
const total: Follow = ([x]) => between(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity, x.finite);

const negative = ({ low, high, finite }: Range) => between(-high, -low, finite);

function product(a: Range, b: Range, isSquare: boolean): Range {
  // A bound of 0 is met by numbers only, so that 0 times no bound is 0.
  const ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high].map((end) => end || 0);
  const low = Math.min(...ends);
  return between(isSquare ? Math.max(0, low) : low, Math.max(...ends), a.finite && b.finite);
}

function reciprocal(x: Range): Range {
  if (isAwayFromZero(x)) return between(1 / x.high, 1 / x.low, x.finite);
  return between(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity, false);
}

const zero = between(0, 0);
const most = rising((x) => Math.max(...x));
const least = rising((x) => Math.min(...x));

function power([x, exponent]: readonly Range[]): Range {
  const isInteger = exponent.low === exponent.high && Number.isInteger(exponent.low);
  const isPositive = (isInteger && exponent.low % 2 === 0) || x.low >= 0;
  const finite = areFinite([x, exponent]) && (x.low > 0 || (isInteger && exponent.low >= 0));
  return between(isPositive ? 0 : -Infinity, Infinity, finite);
}

function absolute([x]: readonly Range[]): Range {
  const low = isAwayFromZero(x) ? Math.min(Math.abs(x.low), Math.abs(x.high)) : 0;
  return between(low, Math.max(-x.low, x.high), x.finite);
}

const followed: Readonly<Record<string, Follow>> = {
  Abs: absolute,
  Add: sum,
  AveragePool: ([x], node) => union([x, zero], node),
  Cast: same,
  CastLike: same,
  Clip: ([x, low = anyNumber, high = anyNumber], node) => least([most([x, low], node), high], node),
  Concat: union,
  Cos: within(-1, 1),
  Div: ([a, b]) => product(a, reciprocal(b), false),
  Erf: within(-1, 1),
  Exp: ([x]) => between(Math.exp(x.low), Math.exp(x.high), x.finite && x.high <= LARGEST_EXPONENT),
  DepthToSpace: same,
  Dropout: same,
  Expand: same,
  Flatten: same,
  Gather: same,
  GatherElements: same,
  GatherND: same,
  GlobalAveragePool: same,
  GlobalMaxPool: same,
  HardSigmoid: within(0, 1),
  Identity: same,
  Log: ([x]) => between(Math.log(Math.max(0, x.low)), Math.log(Math.max(0, x.high)), x.finite && x.low > 0),
  Max: most,
  MaxPool: same,
  Min: least,
  Mul: ([a, b], { inputs }) => product(a, b, inputs[0] === inputs[1]),
  Neg: ([x]) => negative(x),
  Pad: ([x, , value = zero], node) => union([x, value], node),
  Pow: power,
  Reciprocal: ([x]) => reciprocal(x),
  ReduceL1: within(0, Infinity),
  ReduceL2: within(0, Infinity),
  ReduceLogSum: ([x]) => between(-Infinity, Infinity, x.finite && x.low > 0),
  ReduceMax: same,
  ReduceMean: same,
  ReduceMin: same,
  ReduceSum: total,
  ReduceSumSquare: within(0, Infinity),
  Relu: rising(([x]) => Math.max(0, x)),
  Reshape: same,
  Sigmoid: within(0, 1),
  Sign: within(-1, 1),
  Sin: within(-1, 1),
  Slice: same,
  Softmax: within(0, 1),
  Softplus: within(0, Infinity),
  SpaceToDepth: same,
  Split: same,
  Sqrt: ([x]) => between(Math.sqrt(Math.max(0, x.low)), Math.sqrt(Math.max(0, x.high)), x.finite && x.low >= 0),
  Squeeze: same,
  Sub: ([a, b], node) => sum([a, negative(b)], node),
  Sum: sum,
  Tanh: within(-1, 1),
  Tile: same,
  TopK: same,
  Transpose: same,
  Trilu: ([x], node) => union([x, zero], node),
  Unsqueeze: same,
  Where: ([, a, b], node) => union([a, b], node),
};
