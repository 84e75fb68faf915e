import { axisOf, elementAt, moved, numbers } from "../dataPropagation.ts";
import type { Dim } from "../dim.ts";
import type { Node } from "../graph.ts";
import { type GraphWriter, nodeError, normalizeAxis, type Operator, requireInts, unknownSize } from "../operator.ts";
import { sameRange } from "../range.ts";
import { scatterAlong } from "../scatter.ts";
import { contentOf, type ValueType } from "../valueType.ts";

/** y = x[start:end:step] along some axes. */
export const Slice: Operator = {
  required: 3,
  infer({ node, inputs, unknownDim }) {
    const [x] = inputs;
    const shape: Dim[] = [...x!.shape];
    for (const part of ranges(node, inputs)) {
      const { axis, step } = part;
      const size = shape[axis];
      if (typeof size !== "number") {
        // Negative positions count from an end that is not known yet; x[0:] keeps the symbol.
        shape[axis] = isWhole(part, size) ? size : unknownDim();
        continue;
      }
      const [from, to] = clampRange(node, part, size);
      shape[axis] = Math.max(0, Math.ceil((to - from) / step));
    }
    return [{ type: x!.type, shape }];
  },
  propagate: moved((_, [x, ...lists]) => {
    const [starts, , axes, steps] = lists.map(numbers);
    if (!starts) return undefined;
    const first = x.shape.map(() => 0);
    const step = x.shape.map(() => 1);
    starts.forEach((start, i) => {
      const axis = axisOf(axes ? axes[i] : i, x.shape.length);
      step[axis] = steps ? steps[i] : 1;
      const last = x.shape[axis] - (step[axis] < 0 ? 1 : 0);
      first[axis] = Math.min(last, Math.max(0, axisOf(start, x.shape[axis])));
    });
    return (index) =>
      elementAt(
        x,
        index.map((entry, axis) => first[axis] + entry * step[axis]),
      );
  }),
  range: sameRange,
  gradient({ g, node, inputs, cotangent }) {
    const [x] = inputs;
    const known = inputs.map((name) => (name ? g.type(name) : undefined));
    const rank = g.type(x).shape.length;
    const before = new Array<number>(rank).fill(0);
    const after = new Array<number>(rank).fill(0);
    let result = cotangent;
    for (const part of ranges(node, known)) {
      const { axis, step } = part;
      const size = g.type(x).shape[axis];
      if (isWhole(part, size)) continue;
      if (typeof size !== "number") throw unknownSize(node, "the size along the sliced axis", `"${size}"`);
      const [from, to] = clampRange(node, part, size);
      if (step === 1) {
        before[axis] = from;
        after[axis] = size - Math.max(from, to);
      } else {
        const count = Math.max(0, Math.ceil((to - from) / step));
        const positions = Array.from({ length: count }, (_, i) => from + i * step);
        result = scatterAlong(g, result, axis, positions, size);
      }
    }
    return [padWithZeros(g, result, before, after)];
  },
};

/**
 * Where an end this large is written, the slice goes to the end of the axis: exporters write the largest number of a
 * type, that of TensorFlow also 10^9.
 */
const MAX = 1e9;

/** What is taken along one axis; the end may be a size that is known only when the graph runs. */
interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: Dim;
  readonly step: number;
}

/** Whether all of an axis is taken, however its end is written: the old exporter of PyTorch asks for its size. */
const isWhole = ({ start, end, step }: Part, size: Dim) =>
  start === 0 &&
  step === 1 &&
  (typeof end === "number" ? end >= (typeof size === "number" ? size : MAX) : end === size);

function ranges(node: Node, inputs: readonly (ValueType | undefined)[]): readonly Part[] {
  const starts = requireInts(node, inputs[1], "starts");
  const ends = contentOf(inputs[2]) ?? requireInts(node, inputs[2], "ends");
  const axes = inputs[3] ? requireInts(node, inputs[3], "axes") : starts.map((_, i) => i);
  const steps = inputs[4] ? requireInts(node, inputs[4], "steps") : starts.map(() => 1);
  const lists = [starts, ends, axes, steps];
  if (steps.includes(0) || lists.some(({ length }) => length !== starts.length)) {
    throw nodeError(node, "lists of one length, no step 0", lists.map((list) => `[${list}]`).join(" "));
  }
  return starts.map((start, i) => ({
    axis: normalizeAxis(node, axes[i], inputs[0]!.shape.length),
    start,
    end: ends[i],
    step: steps[i],
  }));
}

function clampRange(node: Node, { start, end, step }: Part, size: number): [number, number] {
  if (typeof end !== "number") throw unknownSize(node, "ends", "values computed while it runs");
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  if (step > 0) return [clamp(from, 0, size), clamp(to, 0, size)];
  return [clamp(from, 0, size - 1), end < -size ? -1 : clamp(to, -1, size - 1)];
}

function padWithZeros(g: GraphWriter, value: string, before: readonly number[], after: readonly number[]): string {
  if ([...before, ...after].every((count) => count === 0)) return value;
  return g.node("Pad", [value, g.ints([...before, ...after])]);
}
