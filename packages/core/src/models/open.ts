// What may be asked of a model: its scores, and, where its operators have rules, gradients by its input.

import { assert, InputError } from "../errors.ts";
import { modelOf } from "../onnx/builder.ts";
import { gradientName } from "../onnx/differentiate.ts";
import type { Graph } from "../onnx/graph.ts";
import { writtenFor } from "../onnx/passes/writtenFor.ts";
import { simplify } from "../onnx/simplify.ts";
import { type FloatType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { hasAffineScores } from "./affine.ts";
import { type Slopes, slopesOf } from "./affineScores.ts";
import {
  type AscentResult,
  type AscentTask,
  batchOfSteps,
  graphSteps,
  kindOf,
  runAscent,
  type Steps,
} from "./ascent.ts";
import { compiledAscent } from "./ascentGraph.ts";
import { type Batch, batchOf, inBatches } from "./batches.ts";
import { compile, tellGradient, tellModel } from "./compile.ts";
import { derivedSessions } from "./derivedSessions.ts";
import { classesOf, convert, rowsInput, scoresOutput } from "./endpoints.ts";
import { gradientGraph, LABEL, LOSS, marginGradient } from "./gradientGraph.ts";
import { requireHeldNumbers } from "./heldNumbers.ts";
import { withFewNodes } from "./limits.ts";
import type { LossName } from "./losses.ts";
import { logitsGraph, marginsOfLogits } from "./margins.ts";
import type { Model } from "./model.ts";
import { ownLabels } from "./ownLabels.ts";
import type { Runtime } from "./runtime.ts";
import { seenModel } from "./seen.ts";
import { isBesideGraph, stepsBeside } from "./stepsBeside.ts";
import { type TreeSum, treesOf } from "./trees.ts";

/** Anything that gives scores: the least a target must do. */
export interface Scorer {
  /** Shape of one row of input. */
  readonly inputShape: readonly number[];
  /** The type that rows are rounded to; float32 where absent. */
  readonly inputType?: FloatType;
  /** Number of classes K. */
  readonly classes: number;
  /** Whether scores are probabilities. */
  readonly probabilities: boolean;
  /** Scores [N, K] of rows; rows of another shape but the same size are reshaped. */
  scores(x: Tensor): Promise<Tensor<FloatType>>;
  /** The trees that the scores are the sum of; undefined where they are of anything else. */
  trees?(): TreeSum | undefined;
  close(): Promise<void>;
}

/** Gradients by the input, with the scores on the way. */
export interface InputGradient {
  /** [N, K], computed on the way. */
  readonly scores: Tensor<FloatType>;
  /** One row per row of input, of the same shape. */
  readonly gradient: Tensor<FloatType>;
}

/** A scorer that lets us look inside. */
export interface Differentiable extends Scorer {
  /** The gradient of each row's loss by that row. */
  inputGradient(loss: LossName, x: Tensor, labels: Int32Array): Promise<InputGradient>;
  /**
   * The margin of each row, of what `inputGradient` takes it of: of logits, where scores are probabilities made of
   * such.
   */
  margins?(x: Tensor, labels: Int32Array): Promise<Float64Array>;
  /** The logits that probabilities are made of, [N, K], which losses are taken of; absent where it is the scores. */
  logits?(x: Tensor): Promise<Tensor<FloatType>>;
  /** Takes steps of projected ascent on the margin, within one graph: much faster than a step at a time. */
  ascend?(task: AscentTask): Promise<AscentResult>;
}

/** A scorer that may be differentiable; where it is not, the reason is told. */
export interface OpenModel extends Scorer {
  /** The model as what comes out of it is read. */
  readonly model: Model;
  /**
   * The classes that the file's own label output gives to rows; undefined where it has none, or labels of something
   * else.
   */
  labels(x: Tensor): Promise<Int32Array | undefined>;
  readonly differentiable: Differentiable | undefined;
  readonly notDifferentiable: string | undefined;
  /** The reason in its parts, where it is a fault of the graph. */
  readonly withoutGradients?: InputError;
  /** What its scores are made of where they are affine in the rows; absent where they are not. */
  slopes?(): Promise<Slopes>;
  /** How many rows go through the model in one call, at most. */
  readonly rowsOfCall: number;
  /** How many rows a call must have, where the file fixes that; others are filled up and cut again. */
  readonly fixedBatch?: number;
}

/**
 * Compiles a model.
 *
 * Forward and gradient graphs are separate sessions, compiled when first asked for: the runtime computes the whole of a
 * graph even where one output is fetched. Those of large models are let go of where others are needed. Rows go through
 * in batches whose intermediate results stay below a fixed size, so memory is bounded whatever N is.
 *
 * @param rows rows by which it is seen what the scores of a stranger's file are (`seenModel`)
 * @throws InputError where the model has not one input of rows and one output of scores [N, K].
 *
 * @example
 * ```ts
 * import { argMax, dataset, denseRows, fit, learnerByName, openModel, runtimeFrom, tensor } from "@carom/core";
 * import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 1, 9, 10]), labels: [0, 0, 1, 1] });
 * const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "example" });
 * const opened = await openModel(runtime, model);
 * console.log([...argMax(await opened.scores(denseRows(data)))]); // [ 0, 0, 1, 1 ]
 * const { gradient } = await opened.differentiable!.inputGradient("crossEntropy", denseRows(data), data.labels);
 * console.log([...gradient.data].map(Math.sign)); // [ 1, 1, -1, -1 ]
 * await opened.close();
 * ```
 */
export async function openModel(runtime: Runtime, file: Model, rows?: Tensor): Promise<OpenModel> {
  requireHeldNumbers(file.onnx);
  const model = await seenModel(runtime, file, rows);
  const session = await compile(runtime, model.bytes, tellModel(model));
  const { input, inputShape, inputType } = rowsInput(session);
  const output = scoresOutput(session, model.scores);
  const classes = classesOf(session, model, output);
  const batch = batchOf(runtime.limits, model.onnx, inputShape, input.shape![0]);
  const derived = derivedSessions((graph) => compile(runtime, graph, tellGradient(model)), runtime.limits.derived);
  const { lacks, keepConvolutions } = runtime.limits;
  const simplified = (graph: Graph) => simplify(graph, keepConvolutions);
  const written = (graph: Graph) => modelOf(writtenFor(graph, lacks));
  const write = (graph: Graph) => written(simplified(graph));

  const scorer: Scorer = {
    inputShape,
    ...(inputType === "float64" && { inputType }),
    classes,
    probabilities: model.probabilities,
    trees: () => treesOf(model, classes),
    async scores(x) {
      const rows = { [input.name]: convert(x, inputShape, inputType) };
      const [scores] = await inBatches(rows, batch, async (part) => {
        const results = await session.run(part, [output.name]);
        return [results[output.name]];
      });
      if (`${scores.shape}` !== `${[x.shape[0], classes]}`) throw otherScores([x.shape[0], classes], scores);
      return scores as Tensor<FloatType>;
    },
    async close() {
      await session.release();
      await derived.close();
    },
  };

  const made = model.onnx && marginGradient(model, input.name, output.name, lacks);
  const fault = made instanceof InputError ? made : undefined;
  const margin = made instanceof InputError ? undefined : made;
  const limits = margin ? withFewNodes(runtime.limits, margin.nodes.length) : runtime.limits;
  const climbed = margin && logitsGraph(model, output.name);
  const logits = async (x: Tensor) => {
    const rows = { [input.name]: convert(x, inputShape, inputType) };
    const [values] = await derived.use(
      "logits",
      () => write(climbed!),
      (compiled) => inBatches(rows, batch, async (part) => Object.values(await compiled.run(part))),
    );
    return values as Tensor<FloatType>;
  };
  const differentiable: Differentiable | undefined = margin
    ? {
        ...scorer,
        ...(climbed && { logits, margins: (x, labels) => marginsOfLogits(logits, scorer.scores, x, labels) }),
        async inputGradient(loss, x, labels) {
          assert(labels.length === x.shape[0], "one label per row");
          const rows = {
            [input.name]: convert(x, inputShape, inputType),
            [LABEL]: tensor("int32", [labels.length], labels),
          };
          const [scores, gradient] = await derived.use(
            loss,
            () => write(loss === "margin" ? margin : gradientGraph(model, loss, input.name, output.name, lacks)),
            (compiled) =>
              inBatches(rows, batch, async (part) => {
                const results = await compiled.run(part);
                return [results[output.name], results[gradientName(LOSS, input.name)]];
              }),
          );
          return {
            scores: scores as Tensor<FloatType>,
            gradient: { ...gradient, shape: x.shape } as Tensor<FloatType>,
          };
        },
        async ascend(task) {
          const type = inputType as FloatType;
          const names = {
            input: input.name,
            labels: LABEL,
            gradient: gradientName(LOSS, input.name),
            inputShape,
          };
          const run = (steps: Steps, rows: Batch) => runAscent(steps, type, rows, task);
          if (isBesideGraph(task, type, limits)) {
            return derived.use(
              "margin",
              () => write(margin),
              (compiled) => run(stepsBeside(compiled, names, task), batch),
            );
          }
          const kind = kindOf(task, batch, limits);
          return derived.use(
            Object.values(kind).join(),
            () => written(compiledAscent({ graph: margin, ...names }, kind, simplified)),
            (compiled) => run(graphSteps(compiled, task, kind), batchOfSteps(batch, limits, sizeOf(inputShape))),
          );
        },
      }
    : undefined;
  let slopes: Promise<Slopes> | undefined;
  const readSlopes = () => (slopes ??= slopesOf(runtime, model));
  const fixed = batch.isFixed && { fixedBatch: batch.rows };
  return {
    ...scorer,
    model,
    labels: ownLabels(session, model, classes, batch),
    differentiable,
    notDifferentiable: margin ? undefined : (fault?.message ?? model.unreadable),
    ...(fault && { withoutGradients: fault }),
    // A row of zeros alone is what they are read from.
    ...(hasAffineScores(model) && !(batch.isFixed && batch.rows > 1) && { slopes: readSlopes }),
    rowsOfCall: batch.rows,
    ...fixed,
  };
}

function otherScores(expected: readonly number[], { shape }: Tensor): InputError {
  return new InputError("invalid", "scores of the model", {
    expected: `shape [${expected}]`,
    got: `[${shape}]`,
    remedy: "export the classifier again, for batches of any size",
  });
}
