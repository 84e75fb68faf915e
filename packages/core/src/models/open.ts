// What may be asked of a model: its scores, and, where its operators have rules, gradients by its input.

import { assert, InputError } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { differentiate, gradientName } from "../onnx/differentiate.ts";
import type { Graph } from "../onnx/graph.ts";
import { writeModel } from "../onnx/proto.ts";
import { simplify } from "../onnx/simplify.ts";
import { type ElementType, type FloatType, rowSize, sizeOf, type Tensor, tensor, toFloat } from "../tensor.ts";
import { type AscentTask, kindOf, runAscent } from "./ascent.ts";
import { ascentGraph } from "./ascentGraph.ts";
import { batchOf, inBatches } from "./batches.ts";
import { compile, tellGradient, tellModel } from "./compile.ts";
import { addLoss, type LossName, lossInputs } from "./losses.ts";
import { logitsGraph, marginsOfLogits } from "./margins.ts";
import type { Model } from "./model.ts";
import type { Runtime, Session, SessionValue } from "./runtime.ts";

/** Anything that gives scores: the least a target must do. */
export interface Scorer {
  /** Shape of one row of input. */
  readonly inputShape: readonly number[];
  /** Number of classes K. */
  readonly classes: number;
  /** Whether scores are probabilities. */
  readonly probabilities: boolean;
  /** Scores [N, K] of rows; rows of another shape but the same size are reshaped. */
  scores(x: Tensor): Promise<Tensor<FloatType>>;
  close(): Promise<void>;
}

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
  /** The margin of each row, of what `inputGradient` takes it of: of logits, where scores are probabilities made of such. */
  margins?(x: Tensor, labels: Int32Array): Promise<Float64Array>;
  /** Moves points by steps of projected ascent on the margin, within one graph: much faster than a step at a time. */
  ascend?(task: AscentTask): Promise<void>;
}

/** A scorer that may be differentiable; where it is not, the reason is told. */
export interface OpenModel extends Scorer {
  readonly differentiable: Differentiable | undefined;
  readonly notDifferentiable: string | undefined;
  /** How many rows a call must have, where the file fixes that; others are filled up and cut again. */
  readonly fixedBatch?: number;
}

/**
 * Compiles a model.
 *
 * Forward and gradient graphs are separate sessions, compiled when first asked for: the runtime computes the whole of
 * a graph even where one output is fetched. Rows go through in batches whose intermediate results stay below a fixed
 * size, so memory is bounded whatever N is.
 *
 * @throws InputError where the model has not one input of rows and one output of scores [N, K].
 */
export async function openModel(runtime: Runtime, model: Model): Promise<OpenModel> {
  const session = await compile(runtime, model.bytes, tellModel(model));
  const { input, output } = endpoints(session, model.scores);
  const inputShape = input.shape!.slice(1).map((dim) => requireStatic(dim, `input "${input.name}"`));
  const classes = requireStatic(classesOf(model, output), `output "${output.name}"`);
  if (classes < 2) throw notScores(session);
  const inputType = input.type as ElementType;
  const batch = batchOf(model.onnx, inputShape, input.shape![0]);
  const sessions = new Map<string, Promise<Session>>();

  const scorer: Scorer = {
    inputShape,
    classes,
    probabilities: model.probabilities,
    async scores(x) {
      const rows = { [input.name]: convert(x, inputShape, inputType) };
      const [scores] = await inBatches(rows, batch, async (part) => {
        const results = await session.run(part, [output.name]);
        return [results[output.name]];
      });
      return scores as Tensor<FloatType>;
    },
    async close() {
      await session.release();
      for (const each of sessions.values()) await (await each).release();
    },
  };

  const sessionOf = (name: string, build: () => Graph): Promise<Session> => {
    const known = sessions.get(name);
    if (known) return known;
    const compiled = compile(runtime, writeModel(modelOf(simplify(build()))), tellGradient(model));
    sessions.set(name, compiled);
    return compiled;
  };
  const gradients = (loss: LossName) => gradientGraph(model, loss, input.name, output.name);

  const reason = model.onnx ? whyNotDifferentiable(model, input.name, output.name) : model.unreadable;
  const climbed = reason === undefined ? logitsGraph(model, output.name) : undefined;
  const logits = async (x: Tensor) => {
    const compiled = await sessionOf("logits", () => climbed!);
    const rows = { [input.name]: convert(x, inputShape, inputType) };
    const [values] = await inBatches(rows, batch, async (part) => Object.values(await compiled.run(part)));
    return values as Tensor<FloatType>;
  };
  const differentiable: Differentiable | undefined =
    reason === undefined
      ? {
          ...scorer,
          ...(climbed && { margins: (x, labels) => marginsOfLogits(logits, scorer.scores, x, labels) }),
          async inputGradient(loss, x, labels) {
            assert(labels.length === x.shape[0], "one label per row");
            const compiled = await sessionOf(loss, () => gradients(loss));
            const rows = {
              [input.name]: convert(x, inputShape, inputType),
              [LABEL]: tensor("int32", [labels.length], labels),
            };
            const [scores, gradient] = await inBatches(rows, batch, async (part) => {
              const results = await compiled.run(part);
              return [results[output.name], results[gradientName(LOSS, input.name)]];
            });
            return {
              scores: scores as Tensor<FloatType>,
              gradient: { ...gradient, shape: x.shape } as Tensor<FloatType>,
            };
          },
          async ascend(task) {
            const kind = kindOf(task);
            const compiled = await sessionOf(Object.values(kind).join(), () =>
              ascentGraph(
                {
                  graph: gradients("margin"),
                  input: input.name,
                  labels: LABEL,
                  gradient: gradientName(LOSS, input.name),
                  inputShape,
                },
                kind,
              ),
            );
            await runAscent(compiled, inputType as FloatType, batch, task);
          },
        }
      : undefined;
  const fixed = batch.isFixed && { fixedBatch: batch.rows };
  return { ...scorer, differentiable, notDifferentiable: reason, ...fixed };
}

/** Names of what is added to the model's graph; unlikely to be in it. */
export const LABEL = "carom:label";
export const LOSS = "loss";

/** The model's graph with the gradient of a loss by its input beside the scores. */
export function gradientGraph(model: Model, loss: LossName, input: string, output: string): Graph {
  const g = GraphBuilder.from(model.onnx!.graph);
  const label = g.input(LABEL, "int32", [g.type(input).shape[0]]);
  g.output(addLoss(g, loss, lossInputs(g, output, model.probabilities), label), LOSS);
  return differentiate(g.graph([output, LOSS]), { of: LOSS, by: input, keep: [output] });
}

/** Builds the gradient graph once to learn whether all operators have rules. */
function whyNotDifferentiable(model: Model, input: string, output: string): string | undefined {
  try {
    gradientGraph(model, "margin", input, output);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** The input of rows and the output of scores, the known one if there is. @throws InputError where there are none. */
export function endpoints(session: Session, known?: string) {
  const inputs = session.inputs;
  if (inputs.length !== 1 || !inputs[0].shape || inputs[0].shape.length < 2) {
    const got = inputs.map(({ name, shape }) => `"${name}" [${shape ?? "no tensor"}]`).join(", ");
    throw new InputError("unsupported", "inputs of the model", {
      expected: "one tensor with a row per sample",
      got: got || "none",
      remedy: "export the classifier with one input",
    });
  }
  const scores = session.outputs.filter(({ type, shape }) => type.startsWith("float") && shape?.length === 2);
  const named = scores.find(({ name }) => name === known) ?? scores.find(({ name }) => /score|logit|prob/i.test(name));
  if (scores.length === 0) throw notScores(session);
  return { input: inputs[0], output: named ?? scores[0] };
}

function notScores(session: Session): InputError {
  const got = session.outputs.map(({ name, shape, type }) => `"${name}" ${type} [${shape ?? ""}]`).join(", ");
  return new InputError("unsupported", "outputs of the model", {
    expected: "scores of shape [N, K], for 2 classes or more",
    got: got || "none",
    remedy: "export the classifier with its scores or probabilities as a tensor",
  });
}

/** The number of columns of the scores: as the runtime has it, or as it follows from the graph. */
function classesOf({ onnx }: Model, output: SessionValue): number | string {
  const declared = output.shape![1];
  if (!onnx || (typeof declared === "number" && declared > 0)) return declared;
  try {
    return GraphBuilder.from(onnx.graph).type(output.name).shape[1] ?? declared;
  } catch (error) {
    if (error instanceof InputError) return declared;
    throw error;
  }
}

function requireStatic(dim: number | string, where: string): number {
  if (typeof dim === "number" && dim > 0) return dim;
  throw new InputError("unsupported", `shape of ${where}`, {
    expected: "known sizes on every axis but the first",
    got: `"${dim}"`,
    remedy: "export the model with fixed feature sizes",
  });
}

/** The rows in the shape and type that the model takes. */
export function convert(x: Tensor, inputShape: readonly number[], type: ElementType): Tensor {
  if (rowSize(x) !== sizeOf(inputShape)) {
    throw new InputError("invalid", "features for the model", {
      expected: `rows of ${sizeOf(inputShape)} features (shape [${inputShape}])`,
      got: `rows of ${rowSize(x)} (shape [${x.shape.slice(1)}])`,
      remedy: "give data of the kind the model was trained on",
    });
  }
  if (type !== "float32" && type !== "float64") {
    throw new InputError("unsupported", "input of the model", {
      expected: "float32 or float64 features",
      got: type,
      remedy: "export the model with a floating-point input",
    });
  }
  return { ...toFloat(x, type), shape: [x.shape[0], ...inputShape] };
}
