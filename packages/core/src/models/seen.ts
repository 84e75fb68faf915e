// What comes out of a stranger's file, against what it declares.

import { InputError } from "../errors.ts";
import { withMetadata } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { gatherRows, rowSize, sizeOf, sliceRows, type Tensor, tensor, toNumbers } from "../tensor.ts";
import { batchOf, inBatches } from "./batches.ts";
import { compile, tellModel } from "./compile.ts";
import { convert, rowsInput } from "./endpoints.ts";
import { scoresMetadata, scoresOnly } from "./exposed.ts";
import { type Model, modelAs, type Unseen } from "./model.ts";
import { type Reading, readScores } from "./reading.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The model as what comes out of its file for some rows says: a column for each class or one alone, probabilities or
 * not.
 *
 * What was found is written into the metadata, so that a copy of the model is read alike without being asked again. The
 * model itself where that has happened before, where its file cannot be read, and where it computes nothing of rows
 * that we made up.
 *
 * @param rows rows as the model takes them; made up where absent, or of another size
 * @throws InputError where the file gives other than one list of scores for each row, or not one score for each class
 */
export async function seenModel(runtime: Runtime, model: Model, rows?: Tensor): Promise<Model> {
  const { unseen, reading } = model;
  if (!unseen || !reading) return model;
  const seen = await scoresFor(runtime, model, unseen, reading, rows);
  if (!seen) return model;
  const { file, options } = unseen;
  const read = readScores(file, { ...options, seen })!;
  const { unseen: _, ...rest } = modelAs(file, read, unseen.bytes);
  const metadata = scoresMetadata(read, rest.scores!);
  return {
    ...rest,
    bytes: withMetadata(rest.bytes, metadata),
    metadata: { ...rest.metadata, ...metadata },
    classNames: model.classNames ?? rest.classNames,
    ...(model.name !== undefined && { name: model.name }),
  };
}

/** What the file gives as its scores, as they come; undefined where nothing can be asked. */
async function scoresFor(runtime: Runtime, model: Model, { file, bytes }: Unseen, { scores }: Reading, rows?: Tensor) {
  const isOutput = file.graph.outputs.some(({ name }) => name === scores);
  const raw = isOutput ? bytes : { ...file, graph: scoresOnly(file.graph, { scores }) };
  const session = await compile(runtime, raw, tellModel(model));
  try {
    const { input, inputShape, inputType } = rowsInput(session);
    const isGiven = rows !== undefined && rowSize(rows) === sizeOf(inputShape);
    const batch = batchOf(runtime.limits, model.onnx, inputShape, input.shape![0]);
    const given = isGiven ? rows : madeUp(inputShape);
    const n = Math.min(batch.rows, given.shape[0]);
    const x = convert(sliceRows(given, 0, n), inputShape, inputType);
    const scoresOf = async (rows: Tensor) => {
      const [seen] = await inBatches({ [input.name]: rows }, batch, async (part) => [
        (await session.run(part, [scores]))[scores],
      ]);
      return seen;
    };
    let seen: Tensor;
    try {
      seen = await scoresOf(x);
    } catch (error) {
      // What fails on rows that nobody gave says nothing.
      if (error instanceof InputError && !isGiven) return undefined;
      throw error;
    }
    const isList = seen.shape[0] === n && seen.shape.slice(1).filter((size) => size !== 1).length <= 1;
    if (!isList) throw otherShape(n, seen, isLast(n, seen));
    const mayBeEither = n > 1 && rowSize(seen) === n;
    if (mayBeEither && areColumns(await scoresOf(gatherRows(x, new Int32Array(n))))) throw otherShape(n, seen, true);
    return seen;
  } finally {
    await session.release();
  }
}

/** Numbers of made-up rows, at most; at least two rows are asked for. */
const MOST = { rows: 8, numbers: 2 ** 18 };

function madeUp(inputShape: readonly number[]): Tensor {
  const size = sizeOf(inputShape);
  const n = Math.max(2, Math.min(MOST.rows, Math.floor(MOST.numbers / size)));
  const random = stream(0, "made up");
  return tensor(
    "float32",
    [n, ...inputShape],
    Float32Array.from({ length: n * size }, () => random.normal()),
  );
}

/**
 * How far apart scores of equal rows may lie, as a share of the largest: a runtime adds up in an order that depends on
 * the place.
 */
const ROUNDING = 1e-5;

/**
 * Whether scores [n, n] of n equal rows differ along the first axis and not along the second, which then is that of
 * rows.
 */
function areColumns(scores: Tensor): boolean {
  const n = scores.shape[0];
  const numbers = toNumbers(scores);
  const tolerance = ROUNDING * numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differsFrom = (first: (k: number) => number) =>
    numbers.some((value, k) => Math.abs(value - numbers[first(k)]) > tolerance);
  return differsFrom((k) => k % n) && !differsFrom((k) => k - (k % n));
}

/** Whether the number of rows is the size of the last axis, and of no other. */
function isLast(n: number, { shape }: Tensor): boolean {
  return shape.length > 1 && shape.lastIndexOf(n) === shape.length - 1 && shape.indexOf(n) === shape.length - 1;
}

function otherShape(n: number, seen: Tensor, areClassesFirst: boolean): InputError {
  const shape = `shape [${seen.shape.join(", ")}]`;
  return new InputError("unsupported", "scores of the model", {
    expected: `a list of scores for each row: shape [${n}, K] for ${n} ${n === 1 ? "row" : "rows"}`,
    got: areClassesFirst ? `${shape}, the rows on the last axis` : shape,
    remedy: areClassesFirst
      ? "export the classifier with its scores transposed, a row per sample"
      : "name the output that holds such with --output, or export the classifier with one",
  });
}
