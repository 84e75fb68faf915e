// What a learner is: data and hyper-parameters in, an ONNX model out.

import type { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import type { Runtime } from "../models/runtime.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import type { Stream } from "../random.ts";

export interface FitContext {
  readonly runtime: Runtime;
  /** The learner's random stream of that name, such as "weights". */
  random(label: string): Stream;
  /** Told the share of the work that is done, 0 to 1. */
  onProgress?(done: number): void;
}

export interface Fit {
  /** Input `x` [N, ...featureShape] float32, output `scores` [N, K]. */
  readonly model: OnnxModel;
  /** How training ended: stationarity reached, iterations, last loss. */
  readonly training: Readonly<Record<string, number>>;
}

/** High complexity: weakly regularised. Low: strongly. */
export type Complexity = "high" | "low";

export interface Learner<Options = Record<string, unknown>> {
  readonly name: string;
  /** One line for lists and help. */
  readonly summary: string;
  /** Checks options and fills in defaults. */
  readonly options: z.ZodType<Options>;
  /** Options that make a model of high and of low complexity (paper, section 5.1, MNIST 8 vs 9). */
  readonly complexities: Readonly<Record<Complexity, Partial<Options>>>;
  readonly capabilities: {
    /** Whether the model can be attacked by gradients. */
    readonly differentiable: boolean;
    /** Whether its scores are an affine function of the input, so that one step of ascent finds the optimum. */
    readonly affine: boolean;
    /** Whether it learns from sparse rows as they are. */
    readonly sparse: boolean;
  };
  readonly reference: string;
  fit(data: Dataset, options: Options, context: FitContext): Promise<Fit>;
}
