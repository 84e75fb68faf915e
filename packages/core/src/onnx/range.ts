// What is known of the numbers of a value before the graph runs: between which they lie, and whether they are finite.

import { columnFacts, valueRange } from "../data/columnFacts.ts";
import { type Tensor, toNumbers } from "../tensor.ts";
import type { Node } from "./graph.ts";
import type { Range, ValueType } from "./valueType.ts";

/** All numbers between two bounds. */
export const between = (low: number, high: number, finite = true): Range => ({ low, high, finite });

/** Any finite number. */
export const anyNumber = between(-Infinity, Infinity);

const ranges = new WeakMap<Tensor, Range>();

/** The range of a constant. */
export function rangeOf(value: Tensor): Range {
  const known = ranges.get(value);
  if (known) return known;
  const range = value.data.length < MANY || value.type !== "float32" ? rangeOfNumbers(value) : rangeOfSingles(value);
  ranges.set(value, range);
  return range;
}

/** So many numbers are passed over by the compiled loops that there are for columns. */
const MANY = 2 ** 16;

function rangeOfSingles(value: Tensor): Range {
  const features = value as Tensor<"float32">;
  const facts = columnFacts(features);
  return between(...valueRange(features, facts), facts.areFinite);
}

function rangeOfNumbers(value: Tensor): Range {
  let [low, high, finite] = [Infinity, -Infinity, true];
  const numbers = value.type.startsWith("float") ? (value.data as Float32Array) : toNumbers(value);
  for (let i = 0; i < numbers.length; i++) {
    const each = numbers[i];
    if (each < low) low = each;
    if (each > high) high = each;
    finite &&= Number.isFinite(each);
  }
  return between(low, high, finite);
}

/** The range of a node's outputs by the rule of its operator, from those of its inputs. */
export function followRange(
  rule: RangeRule | undefined,
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  output: ValueType,
): Range {
  if (output.constant) return rangeOf(output.constant);
  if (output.type === "bool") return between(0, 1);
  if (!output.type.startsWith("float")) return anyNumber;
  const x = inputs.map((value) => value && (value.range ?? anyNumber));
  return (rule ?? unbounded)(x as readonly Range[], node);
}

/** Whether no element is 0, or close to it. */
export const isAwayFromZero = ({ low, high }: Range) => low > 0 || high < 0;

/** What follows from the ranges of inputs; an omitted one is undefined. */
export type RangeRule = (x: readonly Range[], node: Node) => Range;

/** Whether no input holds anything but finite numbers. */
export const areFinite = (x: readonly (Range | undefined)[]) => x.every((each) => each === undefined || each.finite);

const unbounded: RangeRule = (x) => between(-Infinity, Infinity, areFinite(x));

/** The first input's: nothing is computed, elements are chosen or moved. */
export const sameRange: RangeRule = ([x]) => x;

/** Whatever comes in, the outputs lie between two bounds. */
export const within =
  (low: number, high: number): RangeRule =>
  (x) =>
    between(low, high, areFinite(x));

/** A combination that falls with no input. */
export const rising =
  (f: (x: readonly number[]) => number): RangeRule =>
  (x) =>
    between(f(x.map(({ low }) => low)), f(x.map(({ high }) => high)), areFinite(x));

/** Of the sum of the inputs. */
export const rangeOfSum = rising((x) => x.reduce((total, each) => total + each, 0));

/** Of elements that may be of any input. */
export const rangeOfUnion: RangeRule = (x) =>
  between(Math.min(...x.map(({ low }) => low)), Math.max(...x.map(({ high }) => high)), areFinite(x));

/** Sums of any number of elements have their sign. */
export const rangeOfTotal: RangeRule = ([x]) =>
  between(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity, x.finite);

/** Of -x. */
export const negative = ({ low, high, finite }: Range) => between(-high, -low, finite);

/** Of a b; of a square where both are the same value. */
export function rangeOfProduct(a: Range, b: Range, isSquare: boolean): Range {
  // A bound of 0 is met by numbers only, so that 0 times no bound is 0.
  const ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high].map((end) => end || 0);
  const low = Math.min(...ends);
  return between(isSquare ? Math.max(0, low) : low, Math.max(...ends), a.finite && b.finite);
}

/** Of 1 / x. */
export function rangeOfReciprocal(x: Range): Range {
  if (isAwayFromZero(x)) return between(1 / x.high, 1 / x.low, x.finite);
  return between(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity, false);
}

/** Of zeros. */
export const zeroRange = between(0, 0);
/** Of the largest of the inputs. */
export const rangeOfMost = rising((x) => Math.max(...x));
/** Of the smallest of the inputs. */
export const rangeOfLeast = rising((x) => Math.min(...x));
