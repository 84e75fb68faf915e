// Steps of projected ascent beside a graph of gradients: for a norm whose projection is too many operators in a graph.

import { assembledAs } from "../assembledAs.ts";
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
    // Rows are filled up, so that four numbers at a time come out even. What is kept of a row lies side by side,
    // as it is read together; the points and gradients of all rows are as the graph has them.
    const columns = 4 * Math.ceil(d / 4);
    const [points, gradients] = [KEPT.length * rows * columns, (KEPT.length + 1) * rows * columns];
    const work = gradients + rows * columns;
    const memory = borrow(work + 2 * columns);
    const { numbers } = memory;
    const placesOf = Array.from({ length: rows }, (_, i) => {
      const [move, origin, lower, upper] = KEPT.map((_, k) => (KEPT.length * i + k) * columns);
      return { move, origin, lower, upper, gradient: gradients + i * columns, into: points + i * d, work };
    });
    const write = (to: number, { data }: Tensor, i: number) => {
      numbers.set((data as Float32Array).subarray(i * d, (i + 1) * d), to);
      if (columns > d) numbers.fill(0, to + d, to + columns);
    };
    placesOf.forEach((at, i) => {
      KEPT.forEach((name, k) => {
        write(at.move + k * columns, part[name], i);
      });
      // What a row is filled up with lies where the points of the next one begin, which come later.
      memory.place(at, columns, budgets[i]);
    });
    const shown = tensor("float32", [rows, ...inputShape], numbers.subarray(points, points + rows * d));
    const feeds = { [input]: shown, [labels]: part[ascentNames.labels] };
    const checks = new Float64Array(rows);
    for (let k = 0; k < steps; k++) {
      const { [gradientName]: gradient } = await session.run(feeds, [gradientName]);
      if (d === columns) numbers.set(gradient.data as Float32Array, gradients);
      placesOf.forEach((at, i) => {
        if (d < columns) write(at.gradient, gradient, i);
        checks[i] += 0 * memory.step(at, columns, length);
        memory.place(at, columns, budgets[i]);
      });
    }
    const moved = new Float32Array(rows * d);
    placesOf.forEach(({ move }, i) => {
      moved.set(numbers.subarray(move, move + d), i * d);
    });
    idle = memory.hosted;
    return [tensor("float32", [rows, d], moved), tensor("float64", [rows], checks)];
  };
}

/** What is kept of each row, in this order. */
const KEPT = [ascentNames.moves, ascentNames.origin, ascentNames.lower, ascentNames.upper] as const;

/** Numbers, and what is done with rows of them. */
interface StepMemory {
  readonly numbers: Float32Array;
  step(at: RowPlaces, columns: number, length: number): number;
  place(at: PointPlaces, columns: number, budget: number): void;
  readonly hosted?: HostedLoops<"step" | "place">;
}

type PointPlaces = Parameters<typeof placeRow>[1];

const instantiate = hostedLoops<"step" | "place">(assembledAs("stepL2", stepL2Module));
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
