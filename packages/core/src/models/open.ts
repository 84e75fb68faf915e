// What may be asked of a model: its scores, and, where its operators have rules, gradients by its input.

import { assert, InputError } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { differentiate, gradientName } from "../onnx/differentiate.ts";
import { multiplyDims } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { writeModel } from "../onnx/proto.ts";
import { simplify } from "../onnx/simplify.ts";
import {
  allocate,
  type ElementType,
  type FloatType,
  rowSize,
  sizeOf,
  sliceRows,
  type Tensor,
  toFloat,
} from "../tensor.ts";
import { type AscentTask, kindOf, runAscent } from "./ascent.ts";
import { ascentGraph } from "./ascentGraph.ts";
import { logitsOf } from "./logits.ts";
import { addLoss, type LossName } from "./losses.ts";
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
  /** Moves points by steps of projected ascent on the margin, within one graph: much faster than a step at a time. */
  ascend?(task: AscentTask): Promise<void>;
}

/** A scorer that may be differentiable; where it is not, the reason is told. */
export interface OpenModel extends Scorer {
  readonly differentiable: Differentiable | undefined;
  readonly notDifferentiable: string | undefined;
}

/** Bytes of intermediate results that one call of the runtime may need. */
const BATCH_BYTES = 64 * 2 ** 20;

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
  const session = await compile(runtime, model.bytes);
  const { input, output } = endpoints(session, model.scores);
  const inputShape = input.shape!.slice(1).map((dim) => requireStatic(dim, `input "${input.name}"`));
  const classes = requireStatic(classesOf(model, output), `output "${output.name}"`);
  if (classes < 2) throw notScores(session);
  const inputType = input.type as ElementType;
  const batch = batchRows(model, inputShape);
  const sessions = new Map<string, Promise<Session>>();

  const scorer: Scorer = {
    inputShape,
    classes,
    probabilities: model.probabilities,
    async scores(x) {
      const [scores] = await inBatches(convert(x, inputShape, inputType), batch, async (rows) => {
        const results = await session.run({ [input.name]: rows }, [output.name]);
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
    const compiled = runtime.compile(writeModel(modelOf(simplify(build()))));
    sessions.set(name, compiled);
    return compiled;
  };
  const gradients = (loss: LossName) => gradientGraph(model, loss, input.name, output.name);

  const reason = model.onnx ? whyNotDifferentiable(model, input.name, output.name) : model.unreadable;
  const differentiable: Differentiable | undefined =
    reason === undefined
      ? {
          ...scorer,
          async inputGradient(loss, x, labels) {
            assert(labels.length === x.shape[0], "one label per row");
            const compiled = await sessionOf(loss, () => gradients(loss));
            const rows = convert(x, inputShape, inputType);
            const [scores, gradient] = await inBatches(rows, batch, async (part, from, to) => {
              const label: Tensor = { type: "int32", shape: [to - from], data: labels.subarray(from, to) };
              const results = await compiled.run({ [input.name]: part, [LABEL]: label });
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
  return { ...scorer, differentiable, notDifferentiable: reason };
}

/** Names of what is added to the model's graph; unlikely to be in it. */
export const LABEL = "carom:label";
export const LOSS = "loss";

/** The model's graph with the gradient of a loss by its input beside the scores. */
export function gradientGraph(model: Model, loss: LossName, input: string, output: string): Graph {
  const g = GraphBuilder.from(model.onnx!.graph);
  const label = g.input(LABEL, "int32", [g.type(input).shape[0]]);
  const logits = model.probabilities ? logitsOf(g, output) : undefined;
  g.output(addLoss(g, loss, logits ?? output, label, model.probabilities && !logits), LOSS);
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

/** A session of a model's file. @throws InputError where the runtime refuses it. */
export async function compile(runtime: Runtime, bytes: Uint8Array): Promise<Session> {
  try {
    return await runtime.compile(bytes);
  } catch (error) {
    throw new InputError("invalid", "model", {
      expected: "an ONNX model that ONNX Runtime can load",
      got: (error as Error).message.split("\n")[0],
      remedy: "check the file with the tool that exported it",
    });
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

/** How many rows fit into the memory that one call may use. */
export function batchRows(model: Model, inputShape: readonly number[]): number {
  let elements = 20 * sizeOf(inputShape);
  if (model.onnx) {
    try {
      const g = GraphBuilder.from(model.onnx.graph);
      const row = g.type(model.onnx.graph.inputs[0].name).shape[0];
      const values = [...model.onnx.graph.inputs.map(({ name }) => name), ...g.currentNodes.flatMap((n) => n.outputs)];
      const sizes = values.filter((name) => name !== "").map((name) => g.type(name).shape);
      const perRow = sizes.filter((shape) => shape[0] === row).map((shape) => multiplyDims(...shape.slice(1)));
      // Forward values and their cotangents.
      elements = 3 * perRow.reduce<number>((sum, size) => sum + (typeof size === "number" ? size : 0), 0);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return Math.max(1, Math.min(1000, Math.floor(BATCH_BYTES / (4 * elements))));
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

/** Runs a function over consecutive rows and joins each of its results. */
export async function inBatches(
  x: Tensor,
  batch: number,
  run: (rows: Tensor, from: number, to: number) => Promise<readonly Tensor[]>,
): Promise<readonly Tensor[]> {
  const n = x.shape[0];
  // What the runtime returns is taken as it is: an array of ours to write into would be slower, its pages being new.
  if (n <= batch) return run(x, 0, n);
  const parts: (readonly Tensor[])[] = [];
  for (let from = 0; from < n; from += batch) {
    const to = Math.min(n, from + batch);
    parts.push(await run(sliceRows(x, from, to), from, to));
  }
  return parts[0].map((_, i) => concatRows(parts.map((part) => part[i])));
}

function concatRows(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  const data = allocate(first.type, rows * rowSize(first)) as Float32Array;
  let offset = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, offset);
    offset += part.data.length;
  }
  return { type: first.type, shape: [rows, ...first.shape.slice(1)], data } as Tensor;
}
