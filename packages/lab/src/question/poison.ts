// A training set of points in the unit square, some of which may be poison: what two learners make of it.

import { argMax, dataset, errorRate, fit, learnerByName, openModel, type Runtime, stream, tensor } from "@carom/core";
import type { LearnerName } from "./learners.ts";

/** A point of the training set and the position of its class. */
export interface TrainingPoint {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}

/** What a learner made of a training set. */
export interface Learned {
  readonly learner: LearnerName;
  /** Score of the second class less that of the first, on a grid of the square, row by row from the lowest. */
  readonly margins: Float64Array;
  /** The share of clean points, drawn as the first training set was, that it gets wrong. */
  readonly error: number;
}

/** Points of the grid on each side. */
export const GRID = 25;
/** Names of both classes. */
export const NAMES = ["first", "second"];
/** Middles of the classes, and the deviation around them. */
const [MIDDLES, DEVIATION] = [
  [
    [0.32, 0.38],
    [0.68, 0.62],
  ],
  0.11,
];

/** Places of points, in thousandths of the square. */
const rounded = (value: number) => Math.round(1000 * value) / 1000;

/** Points of both classes in turn, none outside of the square. */
export function cleanPoints(count: number, name: string): TrainingPoint[] {
  const random = stream(0, "lab", "poison", name);
  const near = (middle: number) => rounded(Math.min(0.98, Math.max(0.02, middle + DEVIATION * random.normal())));
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = MIDDLES[i % 2];
    return { x: near(x), y: near(y), label: i % 2 };
  });
}

const dataOf = (points: readonly TrainingPoint[]) =>
  dataset({
    features: tensor(
      "float32",
      [points.length, 2],
      points.flatMap(({ x, y }) => [x, y]),
    ),
    labels: points.map(({ label }) => label),
    classNames: NAMES,
    domain: [0, 1],
  });

const clean = cleanPoints(400, "clean");

/** Fits a learner of high complexity on the points. @throws InputError where one class is left alone */
export async function learn(
  runtime: Runtime,
  points: readonly TrainingPoint[],
  learner: LearnerName,
): Promise<Learned> {
  const entry = learnerByName(learner);
  const options = { runtime, seed: 0, stream: "poison", options: entry.complexities.high };
  const { model } = await fit(entry, dataOf(points), options);
  const opened = await openModel(runtime, model);
  const scoresAt = async (at: readonly (readonly [number, number])[]) =>
    opened.scores(tensor("float32", [at.length, 2], at.flat()));
  const grid = Array.from(
    { length: GRID * GRID },
    (_, i) => [(i % GRID) / (GRID - 1), Math.floor(i / GRID) / (GRID - 1)] as const,
  );
  const { data } = await scoresAt(grid);
  const labels = Int32Array.from(clean, ({ label }) => label);
  const error = errorRate(argMax(await scoresAt(clean.map(({ x, y }) => [x, y] as const))), labels).estimate;
  return { learner, margins: Float64Array.from(grid, (_, i) => data[2 * i + 1] - data[2 * i]), error };
}
