// Rows through a graph: as many in a call as memory, or the graph itself, allows.

import { builderOf } from "../onnx/builder.ts";
import { isStatic } from "../onnx/dim.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { allocate, gatherRows, rowSize, sizeOf, sliceRows, type Tensor } from "../tensor.ts";
import type { Limits } from "./limits.ts";

/** How many rows go through a graph in one call. */
export interface Batch {
  readonly rows: number;
  /** Whether a call must have exactly so many, as in files exported for a batch of 1: the last call is filled up. */
  readonly isFixed: boolean;
  /**
   * Whether calls are filled up so that few sizes occur, as each new one costs the runtime more than the rows that are
   * added.
   */
  readonly isSteady?: boolean;
}

/** The batch that a model takes: the size that its file fixes, else as many rows as fit into the memory of a call. */
export function batchOf(
  { bytes, rows: most, steady }: Limits,
  onnx: OnnxModel | undefined,
  inputShape: readonly number[],
  declared?: number | string,
): Batch {
  const fixed = onnx?.graph.inputs[0]?.shape?.[0] ?? declared;
  if (typeof fixed === "number" && fixed > 0) return { rows: fixed, isFixed: true };
  // Without a graph: as in a network of some layers as wide as the input.
  const elements = (onnx && intermediateElements(onnx)) ?? 20 * sizeOf(inputShape);
  const rows = Math.floor(bytes / (4 * Math.max(1, elements)));
  const isSteady = steady && onnx?.graph.nodes.some(({ op }) => op.startsWith("Conv")) === true;
  return { rows: Math.max(1, Math.min(most, rows)), isFixed: false, ...(isSteady && { isSteady }) };
}

/**
 * The numbers that a gradient graph holds for one row: forward values and their cotangents; undefined where unknown.
 */
function intermediateElements({ graph }: OnnxModel): number | undefined {
  const g = builderOf(graph);
  if (!g) return undefined;
  const row = g.type(graph.inputs[0].name).shape[0];
  const values = [...graph.inputs.map(({ name }) => name), ...g.currentNodes.flatMap((n) => n.outputs)];
  const sizes = values.filter((name) => name !== "").map((name) => g.type(name).shape);
  const perRow = sizes.filter((shape) => shape[0] === row).map((shape) => shape.slice(1));
  return 3 * perRow.reduce((sum, shape) => sum + (isStatic(shape) ? sizeOf(shape) : 0), 0);
}

/**
 * The model with its batch fixed where its graph takes no other, though it declares any: a Reshape to one row does
 * that.
 *
 * Then the scores have a known number of rows whatever the input has.
 */
export function withFixedBatch(onnx: OnnxModel): OnnxModel {
  const { graph } = onnx;
  const [input] = graph.inputs;
  if (graph.inputs.length !== 1 || !input.shape || typeof input.shape[0] === "number") return onnx;
  const [rows, ...rest] = builderOf(graph)?.type(graph.outputs[0].name).shape ?? [];
  // Rows that stand on a later axis have kept their number: scores of one class after the other.
  if (typeof rows !== "number" || rows < 1 || rest.includes(input.shape[0])) return onnx;
  return { ...onnx, graph: { ...graph, inputs: [{ ...input, shape: [rows, ...input.shape.slice(1)] }] } };
}

/**
 * Runs a function over consecutive rows of all feeds and joins each of its results.
 *
 * @param feeds tensors with a row per sample, as many in each
 */
export async function inBatches(
  feeds: Readonly<Record<string, Tensor>>,
  batch: Batch,
  run: (part: Readonly<Record<string, Tensor>>) => Promise<readonly Tensor[]>,
): Promise<readonly Tensor[]> {
  const n = Object.values(feeds)[0].shape[0];
  const rows = rowsOfCall(n, batch);
  const isFilled = batch.isFixed || batch.isSteady;
  // What the runtime returns is taken as it is: an array of ours to write into would be slower, its pages being new.
  if (isFilled ? n === rows : n <= rows) return ofRows(feeds, run);
  const parts: (readonly Tensor[])[] = [];
  for (let from = 0; from < Math.max(1, n); from += rows) {
    const to = Math.min(n, from + rows);
    const isPadded = isFilled && to - from < rows;
    const cut = (x: Tensor) => (isPadded ? paddedRows(x, from, to, rows) : sliceRows(x, from, to));
    const part = Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, cut(x)]));
    const results = await ofRows(part, run);
    parts.push(isPadded ? results.map((result) => sliceRows(result, 0, to - from)) : results);
  }
  return parts.length === 1 ? parts[0] : parts[0].map((_, i) => concatRows(parts.map((part) => part[i])));
}

/**
 * The results for some rows. One row that a graph cannot compute alone is asked beside itself: exporters write a
 * squeeze of all axes of size 1, that of the rows among them where there is one row.
 */
async function ofRows(
  feeds: Readonly<Record<string, Tensor>>,
  run: (part: Readonly<Record<string, Tensor>>) => Promise<readonly Tensor[]>,
): Promise<readonly Tensor[]> {
  if (Object.values(feeds)[0].shape[0] !== 1) return run(feeds);
  const alone = run(feeds);
  const isWhole = (results: readonly Tensor[] | undefined, rows: number) =>
    results?.every(({ shape }) => shape[0] === rows) === true;
  if (isWhole(await alone.catch(() => undefined), 1)) return alone;
  const twice = Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, paddedRows(x, 0, 1, 2)]));
  const results = await run(twice).catch(() => undefined);
  return results && isWhole(results, 2) ? results.map((result) => sliceRows(result, 0, 1)) : alone;
}

/**
 * How many rows each call has, of n in all: where sizes are to be few, equal parts, rounded up by less than a fourth.
 */
function rowsOfCall(n: number, { rows, isFixed, isSteady }: Batch): number {
  if (isFixed || !isSteady || n === 0) return rows;
  const part = Math.ceil(n / Math.ceil(n / rows));
  const step = 2 ** Math.max(0, Math.ceil(Math.log2(part)) - 3);
  return Math.min(rows, Math.ceil(part / step) * step);
}

/** The rows from `from` to `to`, the last of them again until there are enough; zeros where there are none. */
function paddedRows(x: Tensor, from: number, to: number, rows: number): Tensor {
  if (to === from) {
    const shape = [rows, ...x.shape.slice(1)];
    return { type: x.type, shape, data: allocate(x.type, sizeOf(shape)) } as Tensor;
  }
  return gatherRows(
    x,
    Array.from({ length: rows }, (_, i) => Math.min(from + i, to - 1)),
  );
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
