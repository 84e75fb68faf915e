// Steps of projected ascent beside a graph of gradients: for a norm whose projection is too many operators in a graph.

import { type HostedLoops, hostedLoops } from "../hostedLoops.ts";
import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import type { AscentTask, Steps } from "./ascent.ts";
import { ascentNames } from "./ascentGraph.ts";
import type { Limits } from "./limits.ts";
import type { Session } from "./runtime.ts";
import { placeRow, type RowPlaces, stepL2 } from "./stepL2.ts";
import { stepL2Module } from "./stepL2Loop.ts";

/** What a graph of gradients calls its input, labels and gradients, and the shape of one row of its input. */
interface GradientNames {
  readonly input: string;
  readonly labels: string;
  readonly gradient: string;
  readonly inputShape: readonly number[];
}

/** Whether the steps of a task are taken beside the graph. */
export function isBesideGraph({ norm }: AscentTask, type: FloatType, { ascent }: Limits): boolean {
  return norm === "l2" && type === "float32" && ascent.beside;
}

/**
 * Steps under L2 beside a session of gradients, in float32. A row that meets a gradient that is not finite stays where
 * it is, and its check is no number.
 */
export function stepsBeside(
  session: Session,
  names: GradientNames,
  { steps, length }: Pick<AscentTask, "steps" | "length">,
): Steps {
  const { input, labels, gradient: gradientName, inputShape } = names;
  return async (part) => {
    const [rows, d] = part[ascentNames.moves].shape;
    const budgets = part[ascentNames.budgets].data as Float32Array;
    // Rows are filled up, so that four numbers at a time come out even; the points are as the graph takes them.
    const columns = 4 * Math.ceil(d / 4);
    const [move, origin, lower, upper, gradient, into, work] = Array.from({ length: 7 }, (_, k) => k * rows * columns);
    const memory = borrow(work + 2 * columns);
    const { numbers } = memory;
    const write = (place: number, { data }: Tensor) => {
      if (columns === d) return numbers.set(data as Float32Array, place);
      for (let i = 0, to = place; i < rows; i++, to += columns) {
        numbers.set((data as Float32Array).subarray(i * d, (i + 1) * d), to);
        numbers.fill(0, to + d, to + columns);
      }
    };
    write(move, part[ascentNames.moves]);
    write(origin, part[ascentNames.origin]);
    write(lower, part[ascentNames.lower]);
    write(upper, part[ascentNames.upper]);
    const points = tensor("float32", [rows, ...inputShape], numbers.subarray(into, into + rows * d));
    const feeds = { [input]: points, [labels]: part[ascentNames.labels] };
    const checks = new Float64Array(rows);
    for (let k = 0; k < steps; k++) {
      for (let i = 0, at = 0; i < rows; i++, at += columns) {
        // In this order, as what a row is filled up with lies where the next one begins.
        memory.place({ move: move + at, origin: origin + at, into: into + i * d }, columns, budgets[i]);
      }
      write(gradient, (await session.run(feeds, [gradientName]))[gradientName]);
      for (let i = 0, at = 0; i < rows; i++, at += columns) {
        const places = { move: move + at, lower: lower + at, upper: upper + at, gradient: gradient + at, work };
        checks[i] += 0 * memory.step(places, columns, length);
      }
    }
    const moved = new Float32Array(rows * d);
    for (let i = 0, at = move; i < rows; i++, at += columns) moved.set(numbers.subarray(at, at + d), i * d);
    idle = memory.hosted;
    return [tensor("float32", [rows, d], moved), tensor("float64", [rows], checks)];
  };
}

/** Numbers, and what is done with rows of them. */
interface StepMemory {
  readonly numbers: Float32Array;
  step(at: RowPlaces, columns: number, length: number): number;
  place(at: PointPlaces, columns: number, budget: number): void;
  readonly hosted?: HostedLoops<"step" | "place">;
}

type PointPlaces = Parameters<typeof placeRow>[1];

const instantiate = hostedLoops<"step" | "place">(stepL2Module);
/** What nobody works in: new pages cost more than what is written into them. */
let idle: HostedLoops<"step" | "place"> | undefined;

function borrow(size: number): StepMemory {
  const bytes = 4 * size;
  const hosted = idle && idle.memory.buffer.byteLength >= bytes ? idle : instantiate(bytes);
  idle = undefined;
  if (!hosted) {
    const numbers = new Float32Array(size);
    return {
      numbers,
      step: (at, columns, length) => stepL2(numbers, at, columns, length),
      place: (at, columns, budget) => placeRow(numbers, at, columns, budget),
    };
  }
  const { memory, loops } = hosted;
  return {
    numbers: new Float32Array(memory.buffer),
    step: ({ move, lower, upper, gradient, work }, columns, length) =>
      loops.step(4 * move, 4 * lower, 4 * upper, 4 * gradient, 4 * work, 4 * columns, length),
    place: ({ move, origin, into }, columns, budget) =>
      loops.place(4 * move, 4 * origin, 4 * into, 4 * columns, budget),
    hosted,
  };
}
