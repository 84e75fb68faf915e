// Any twice differentiable learner held open for poisoning: Hessian-vector products and conjugate gradients.

import { denseRows } from "../../data/dataset.ts";
import { addScaled, concatenate, dot, norm } from "../../linalg.ts";
import { reshape, type Tensor, tensor, toFloat } from "../../tensor.ts";
import type { InnerSolver, Retraining, RetrainTask } from "../learner.ts";
import type { GraphProblem, WeighedRows } from "../networks/graphProblem.ts";
import { heldOpen } from "./retraining.ts";

interface GraphRetraining {
  readonly task: RetrainTask;
  readonly problem: GraphProblem;
  /** Parameters to start from. */
  readonly start: Float64Array;
  /** The shape of a row as the network takes it. */
  readonly rowShape: readonly number[];
  /** What the loss of each of n rows weighs. */
  weight(n: number): number;
  readonly decay: number;
}

const DEFAULTS: InnerSolver = { damping: 1e-3, tolerance: 1e-3, steps: 5, products: 30 };
/** The first training has further to go than those from one optimum to the next. */
const FIRST = 4;

interface Solved {
  readonly x: Tensor<"float64">;
  readonly labels: Int32Array;
  readonly theta: Float64Array;
  readonly loss: number;
  /** The derivative of the loss by theta. */
  readonly slope: Float64Array;
}

/**
 * The general form of poisoning, for any number of classes: the learner's objective F is minimised by damped Newton
 * steps on all rows at once, from where it was, without dropout. With H its Hessian and A the mean cross-entropy of the
 * validation points,
 *
 *     dA/dx_c = -d/dx_c (dF/dtheta . u),  (H + damping I) u = dA/dtheta,
 *
 * u by conjugate gradients on products H v, so that no Hessian is formed. That is the gradient where training is at a
 * minimum; steps and products are limited, and with few of them it is an approximation of it.
 *
 * Source: Demontis et al. 2019, Eq. 8; Pearlmutter 1994; Martens, Deep learning via Hessian-free optimization (2010).
 */
export async function retrainGraph(given: GraphRetraining): Promise<Retraining> {
  const { task, problem, rowShape, weight, decay } = given;
  const solver = { ...DEFAULTS, ...task.solver };
  const inShape = (x: Tensor<"float64">) => reshape(x, [x.shape[0], ...rowShape]);
  const validation: WeighedRows = {
    x: inShape(toFloat(denseRows(task.validation), "float64")),
    labels: task.validation.labels,
    weight: 1 / task.validation.labels.length,
  };

  const solve = async (x: Tensor<"float64">, labels: Int32Array, from: Float64Array, steps: number) => {
    const rows = { x, labels, weight: weight(labels.length) };
    const theta = await minimise(problem, rows, decay, from, { ...solver, steps });
    const { value, gradient } = await problem.evaluate(theta, validation, 0);
    return { x, labels, theta, loss: value, slope: gradient } satisfies Solved;
  };
  const first = inShape(toFloat(denseRows(task.data), "float64"));
  return heldOpen<Solved>({
    first: await solve(first, task.data.labels, given.start, FIRST * solver.steps),
    join(settled, x, labels, from) {
      const data = concatenate(settled.x.data, x);
      const shape = [settled.labels.length + labels.length, ...rowShape];
      const all = Int32Array.of(...settled.labels, ...Array.from(labels));
      return solve(tensor("float64", shape, data), all, from.theta, solver.steps);
    },
    async gradient({ x, labels, theta, slope }, k) {
      const rows = { x, labels, weight: weight(labels.length) };
      const product = (v: Float64Array) => problem.product(theta, rows, decay, v);
      const u = await solveDamped(product, slope, solver.damping, 1e-8, 10 * solver.products);
      const size = x.data.length / labels.length;
      const moved = {
        x: tensor("float64", [k, ...rowShape], x.data.slice(-k * size)),
        labels: labels.slice(-k),
        weight: rows.weight,
      };
      return (await problem.byRows(theta, moved, u)).map((value) => -value);
    },
    close: () => problem.close(),
  });
}

/** How much more damping is tried, where a step does not lower the objective, before training ends. */
const MOST_DAMPING = 1e4;

/**
 * Damped Newton steps while the gradient's norm is above its tolerance. A step after which the objective is not lower
 * is taken back, and the damping raised tenfold, which turns it towards steepest descent; a good step lowers it again.
 */
async function minimise(
  problem: GraphProblem,
  rows: WeighedRows,
  decay: number,
  start: Float64Array,
  { damping, tolerance, steps, products }: InnerSolver,
): Promise<Float64Array> {
  let theta = start;
  let at = await problem.evaluate(theta, rows, decay);
  let extra = 0;
  for (let step = 0; step < steps && norm(at.gradient) > tolerance && extra < MOST_DAMPING; step++) {
    const size = norm(at.gradient);
    const product = (v: Float64Array) => problem.product(theta, rows, decay, v);
    const direction = await solveDamped(product, at.gradient, damping + extra, Math.min(0.1, size), products);
    const slope = dot(direction, at.gradient);
    const next = theta.slice();
    addScaled(next, -1, direction);
    const there = await problem.evaluate(next, rows, decay);
    const isFlat = slope < 1e-10 * Math.abs(at.value);
    if (there.value <= at.value - 1e-4 * slope || (isFlat && norm(there.gradient) < size)) {
      [theta, at] = [next, there];
      extra = extra < 1e-6 ? 0 : extra / 10;
    } else extra = Math.max(10 * extra, 1e-4);
  }
  return theta;
}

/**
 * The x with (H + damping I) x = b to a relative residual; stops where the curvature is negative or products run out.
 */
async function solveDamped(
  product: (v: Float64Array) => Promise<Float64Array>,
  b: Float64Array,
  damping: number,
  tolerance: number,
  products: number,
): Promise<Float64Array> {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  const direction = b.slice();
  const enough = (tolerance * norm(b)) ** 2;
  let square = dot(b, b);
  for (let i = 0; i < products && square > enough; i++) {
    const image = await product(direction);
    addScaled(image, damping, direction);
    const curvature = dot(direction, image);
    if (curvature <= 0) return i === 0 ? b : x;
    const length = square / curvature;
    addScaled(x, length, direction);
    addScaled(residual, -length, image);
    const next = dot(residual, residual);
    for (let j = 0; j < x.length; j++) direction[j] = residual[j] + (next / square) * direction[j];
    square = next;
  }
  return x;
}
