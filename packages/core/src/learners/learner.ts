// What a learner is: data and hyper-parameters in, an ONNX model out.

import type { Dataset } from "../data/dataset.ts";
import type { Runtime } from "../models/runtime.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import type { Stream } from "../random.ts";
import type { EntryWithOptions } from "../registry.ts";
import type { Scaling } from "./scaling.ts";
import type { TrainingSize } from "./trainingSize.ts";
import type { Tree } from "./trees/tree.ts";

/** What a learner is handed beside data and options. */
export interface FitContext {
  readonly runtime: Runtime;
  /** What the loss of each row weighs, at least 0; 1 for each where absent. Only `weighted` learners heed it. */
  readonly rowWeights?: Float64Array | undefined;
  /** How features are mapped before they are learned from, where the learner `scales` them itself. */
  readonly scaling?: Scaling | undefined;
  /** The learner's random stream of that name, such as "weights". */
  random(label: string): Stream;
  /** Told the share of the work that is done, 0 to 1. */
  onProgress?(done: number): void;
}

/** What a learner returns: the graph, how training ended, and what a refit starts from. */
export interface Fit {
  /** Input `x` [N, ...featureShape] float32, output `scores` [N, K]. */
  readonly model: OnnxModel;
  /** How training ended: stationarity reached, iterations, last loss. */
  readonly training: Readonly<Record<string, number>>;
  /** What `refit` starts from: dual variables, coefficients in float64. For the learner's eyes only. */
  readonly state?: unknown;
}

/** A fit to repeat after some rows have changed, in features or labels. */
export interface RefitTask {
  readonly fit: Fit;
  /** What `fit` was trained on. */
  readonly previous: Dataset;
  /** What to train on: as many rows, in the same order. */
  readonly data: Dataset;
  /** Indices of the rows in which the two differ. */
  readonly changed: ArrayLike<number>;
}

/** How a forest is fitted in parts: a tree depends on its own random stream, and on no other tree. */
export interface Forest<Options> {
  /** How many trees there are. */
  count(options: Options): number;
  /** Trees `from` to `to` (exclusive). */
  grow(data: Dataset, options: Options, context: FitContext, from: number, to: number): readonly Tree[];
  /** What all trees make, in order. */
  join(trees: readonly Tree[], data: Dataset): Fit;
}

/** What is retrained while points are added to it, and the points whose loss is watched. Features lie in [0, 1]. */
export interface RetrainTask {
  readonly data: Dataset;
  readonly validation: Dataset;
  /** How networks are retrained; convex learners are solved to their own tolerance. */
  readonly solver?: Partial<InnerSolver> | undefined;
}

/** Limits of a training that cannot be expected to reach an optimum exactly. */
export interface InnerSolver {
  /** Added to the diagonal of the Hessian. */
  readonly damping: number;
  /** Norm of the objective's gradient at which training stops. */
  readonly tolerance: number;
  /** Newton steps per training, at most. */
  readonly steps: number;
  /** Products with the Hessian per step, at most. */
  readonly products: number;
}

/**
 * A training problem held open: rows join it and move, and each time it is solved anew from where it was.
 *
 * The loss is the learner's own, averaged over the validation points: hinge, logistic, squared, or cross-entropy.
 */
export interface Retraining {
  /** How often it was solved. */
  readonly fits: number;
  /** The loss at the optimum of all rows as they stand. */
  readonly loss: number;
  /** Adds rows that may move, [k, D], to those that are settled; the loss. */
  place(x: Float64Array, labels: ArrayLike<number>): Promise<number>;
  /** Moves the rows placed last; the loss. */
  move(x: Float64Array): Promise<number>;
  /** The derivative of the loss by the rows placed last, where they stand, [k, D]. */
  gradient(): Promise<Float64Array>;
  /**
   * Adds rows for good, in place of those that were placed and moved; the loss.
   *
   * What follows depends on the settled rows and their order alone, not on where rows were tried: whoever settles the
   * same rows again is where this one is, to the last bit.
   */
  settle(x: Float64Array, labels: ArrayLike<number>): Promise<number>;
  close(): Promise<void>;
}

/** High complexity: weakly regularised. Low: strongly. */
export type Complexity = "high" | "low";

/** What kind of function a learner fits. */
export type Family = (typeof families)[number];
export const families = ["linear", "kernel", "trees", "network"] as const;

/**
 * How long a learner takes, measured on one core of an ordinary machine with rows of 784 features. Nothing but the
 * order of tasks and what people are told depends on it, and a store learns better numbers from the tasks that it saw.
 */
export interface Estimates<Options> {
  /** Seconds of a training on so much. */
  fit(options: Options, size: TrainingSize): number;
  /** Microseconds for a row of input gradients, of many rows at once; where it gives some. */
  readonly gradient?: number;
  /** Seconds per poisoning point, crafted against 500 rows and 1,000 validation points; where it can be retrained. */
  readonly poisoningPoint?: number;
}

/** The option by which a learner is regularised, and the values to choose from when it is tuned again. */
interface Regularisation<Options> {
  readonly option: keyof Options & string;
  /** Values around the present one, that one among them. */
  choices(value: unknown): readonly unknown[];
}

/**
 * A kind of model that can be trained: what help, tables, studies and conformance tests know of it, and how it is
 * fitted.
 */
export interface Learner<Options = Record<string, unknown>> extends EntryWithOptions<Options> {
  /** One line for lists and help. */
  readonly summary: string;
  readonly family: Family;
  /** Options that make a model of high and of low complexity (paper, section 5.1, MNIST 8 vs 9). */
  readonly complexities: Readonly<Record<Complexity, Partial<Options>>>;
  readonly capabilities: {
    /** Whether the model can be attacked by gradients. */
    readonly differentiable: boolean;
    /** Whether its scores are an affine function of the input, so that one step of ascent finds the optimum. */
    readonly affine: boolean;
    /** Whether it learns from sparse rows as they are. */
    readonly sparse: boolean;
    /** Whether it heeds row weights. */
    readonly weighted?: boolean;
    /** Whether it maps features to [0, 1] itself, as it reads them, so that they are not in memory twice. */
    readonly scales?: boolean;
    /** Whether it compares all rows with each other, so that time and memory grow with the square of their number. */
    readonly kernel?: boolean;
    /** Whether rows must be images, [channels, height, width]. */
    readonly images?: boolean;
  };
  readonly reference: string;
  readonly estimates: Estimates<Options>;
  /** Absent where no option regularises it. */
  readonly regularisation?: Regularisation<Options>;
  fit(data: Dataset, options: Options, context: FitContext): Promise<Fit>;
  /** Where it is a forest, its trees. */
  readonly forest?: Forest<Options>;
  /**
   * The fit to `data`, started from a fit to `previous`, which differs from it in the `changed` rows alone.
   *
   * The optimum is that of a fresh fit, to the same tolerance; only the way there is shorter.
   */
  refit?(task: RefitTask, options: Options, context: FitContext): Promise<Fit>;
  /** Opens the training for the poisoning of it: exact refits and derivatives through them. */
  retrain?(task: RetrainTask, options: Options, context: FitContext): Promise<Retraining>;
}

/** A learner whose options have been forgotten: what a registry of different learners can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each learner checks its own options by schema
export type AnyLearner = Learner<any>;
