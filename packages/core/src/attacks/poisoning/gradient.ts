// The bilevel attack: the validation loss of the retrained model climbs along its exact gradient by the points.

import { z } from "zod";
import { addScaled, dot, norm } from "../../linalg.ts";
import { type PointSearch, pointByPoint } from "./pointByPoint.ts";
import type { PoisoningEntry } from "./poisoningEntry.ts";
import type { PoisoningAttack } from "./task.ts";

interface GradientOptions {
  /** Relative gain of the loss at which a search has converged. */
  readonly tolerance: number;
  /** Trainings per search, at most. */
  readonly maxFits: number;
  /** Points that move at the same time. */
  readonly together: number;
  /** Times that every point is optimised. */
  readonly passes: number;
  /** Added to the diagonal of the Hessian of networks. */
  readonly damping: number;
}

/** A step is good where it brings this share of what the gradient promised. */
const SUFFICIENT = 0.25;
/** A step that brings this share is too short. */
const AMPLE = 0.75;
/** What the first step may promise, in losses: where the gradient is steep, it soon turns. */
const HOPED = 10;
/** A step that brings less than this share is not taken: it may lead to where the gradient vanishes. */
const POOR = 0.1;
/** Lengths of steps, in diagonals of the box: the first one, and those beyond which none is tried. */
const [FIRST, LONGEST, SHORTEST] = [0.5, 2, 1e-4];

/**
 * Crafts points one after the other, each a clone of a training row with its label flipped, by projected conjugate
 * gradients (Polak and Ribiere) on the validation loss of the retrained learner.
 *
 * A step x -> project(x + t u) is tried, and promises g . (z - x) to first order. One that brings less than a quarter
 * of that is shortened, by a half to a tenth, to the top of the parabola through what is known; one that brings nearly
 * all of it is lengthened. The next search begins at the length that was good last. A point never gets worse, and has
 * converged where two steps in a row gain next to nothing, or the gradient vanishes: a point that is no support vector
 * stays where it began.
 *
 * Source: Demontis et al. 2019, Algorithm 1, with a line search of our own.
 */
function gradientAttack(options: GradientOptions): PoisoningAttack {
  return (task) => pointByPoint(task, climb(options), options);
}

/** The search for one point, or for several at the same time. */
export function climb({ tolerance, maxFits }: Pick<GradientOptions, "tolerance" | "maxFits">): PointSearch {
  return async ({ retraining, project, lower, upper }, start, labels) => {
    const d = lower.length;
    const diagonal = norm(upper.map((value, j) => value - lower[j])) * Math.sqrt(labels.length);
    /** A direction without what points out of the box. */
    const inward = (direction: Float64Array, x: Float64Array) =>
      direction.map((value, at) => {
        const stuck = (value > 0 && x[at] >= upper[at % d]) || (value < 0 && x[at] <= lower[at % d]);
        return stuck ? 0 : value;
      });
    let x = start;
    let standing = x;
    let loss = await retraining.place(x, labels);
    const first = loss;
    let [gradients, evaluations] = [0, 1];
    let step = FIRST * diagonal;
    let last: { readonly gradient: Float64Array; readonly direction: Float64Array } | undefined;
    let idle = 0;
    while (evaluations < maxFits && idle < 2) {
      const [from, before] = [x, loss];
      if (standing !== from) await retraining.move(from);
      standing = from;
      const gradient = inward(await retraining.gradient(), from);
      gradients++;
      const length = norm(gradient);
      if (!(length > 0)) break;
      let direction = gradient;
      if (last) {
        // A share of the last direction keeps the search from crossing a narrow ridge again and again.
        const turn = dot(gradient, gradient) - dot(gradient, last.gradient);
        const keep = Math.max(0, turn / dot(last.gradient, last.gradient));
        const mixed = gradient.slice();
        addScaled(mixed, Math.min(keep, 1), last.direction);
        const cut = inward(mixed, from);
        if (dot(cut, gradient) > 0.1 * norm(cut) * length) direction = cut;
      }
      last = { gradient, direction };
      const scale = 1 / norm(direction);
      if (gradients === 1) step = Math.min(step, (HOPED * before) / length);
      while (evaluations < maxFits) {
        const trial = from.slice();
        addScaled(trial, step * scale, direction);
        project(trial);
        let promise = 0;
        for (let at = 0; at < trial.length; at++) promise += gradient[at] * (trial[at] - from[at]);
        if (promise <= 1e-6 * before) break;
        const value = await retraining.move(trial);
        evaluations++;
        standing = trial;
        const kept = (value - before) / promise;
        const isBetter = value > loss && kept >= POOR;
        const wasBetter = loss > before;
        if (isBetter) [x, loss] = [trial, value];
        if (kept >= SUFFICIENT) {
          if (!isBetter || kept < AMPLE || step >= LONGEST * diagonal) break;
          step *= 4;
        } else {
          step *= Math.max(0.1, Math.min(0.5, 0.5 / (1 - kept)));
          if (isBetter || wasBetter || step < SHORTEST * diagonal) break;
        }
      }
      idle = loss - before > tolerance * (loss - first) ? 0 : idle + 1;
      if (loss === before) break;
    }
    return { x, gradients, evaluations };
  };
}

const options = z.strictObject({
  tolerance: z
    .number()
    .positive()
    .default(0.01)
    .describe("share of what a point has gained that a step must gain, or it has converged"),
  maxFits: z.number().int().min(2).default(60).describe("trainings per point, at most"),
  together: z.number().int().positive().default(1).describe("points that move at the same time"),
  passes: z.number().int().positive().default(1).describe("times that every point is optimised"),
  damping: z.number().nonnegative().default(1e-3).describe("added to the Hessian of networks; others need none"),
});

export const gradient: PoisoningEntry<z.infer<typeof options>> = {
  name: "gradient",
  summary: "bilevel: ascent of the validation loss along its exact gradient through the training",
  reference: "Demontis et al. 2019, section 3.2 and Algorithm 1; Biggio et al., ICML 2012; Xiao et al., ICML 2015",
  needsGradient: true,
  options,
  create: gradientAttack,
};
