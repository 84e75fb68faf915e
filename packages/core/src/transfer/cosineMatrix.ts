// Cosines of every surrogate with every target, point by point: R, and rho of perturbations.

import { assert } from "../errors.ts";
import type { Runtime, Session } from "../models/runtime.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { writeModel } from "../onnx/proto.ts";
import { type AnyRows, blocksOf, rowsOf } from "../rows.ts";
import { type FloatType, rowSize, sizeOf, sliceRows, type Tensor, tensor } from "../tensor.ts";
import { gradientAlignments } from "./gradients.ts";
import { perturbationCorrelations } from "./perturbationCorrelation.ts";

/** Points that go through at a time: few enough for caches, many enough for the call not to matter. */
const CHUNK = 50;
/** Numbers of a side that go through at a time, at most. */
const NUMBERS = 2 ** 24;

/** Below this length a row's squares come near the smallest float32. */
const SHORT = 1e-15;

/** Where centring leaves less than this share of a perturbation's squares, it is done before products are taken. */
const CANCELLED = 0.5;

/** A perturbation of which centring leaves this share of the squares is constant but for rounding. */
const CONSTANT = 1e-12;

/**
 * The cosine of the angle between the rows of each of m and each of k sets of N rows [N, ...]: result[i][j] holds one
 * per point, NaN where a row is zero and has no direction. Rows are read some at a time.
 *
 * With `clean` points it is Pearson's coefficient of the perturbations: rows are taken less the clean ones and centred
 * over features; NaN where a perturbation is constant. The runtime takes inner products, in float32; what that is too
 * coarse for, as very short gradients of confident models, goes through `gradientAlignments` in float64.
 */
export async function cosineMatrix(
  runtime: Runtime,
  surrogates: readonly AnyRows[],
  targets: readonly AnyRows[],
  clean?: AnyRows,
): Promise<Float64Array[][]> {
  if (surrogates.length === 0 || targets.length === 0) return surrogates.map(() => []);
  const { shape } = surrogates[0];
  const [n, d] = [shape[0], sizeOf(shape.slice(1))];
  const all = [...surrogates, ...targets, ...(clean ? [clean] : [])];
  assert(
    all.every((x) => x.shape[0] === n && sizeOf(x.shape.slice(1)) === d),
    "rows of the same points",
  );
  const session = await runtime.compile(writeModel(modelOf(productsGraph(d))));
  const chunk = Math.max(
    1,
    Math.min(CHUNK, n, Math.floor(NUMBERS / (d * Math.max(surrogates.length, targets.length)))),
  );
  const buffers = [surrogates, targets].map((side) => new Float32Array(chunk * side.length * d));
  const result = surrogates.map(() => targets.map(() => new Float64Array(n)));
  for (const { from, to } of blocksOf(shape, chunk)) {
    // Who is on both sides is read once.
    const blocks = new Map(
      await Promise.all([...new Set(all)].map(async (x) => [x, await rowsOf(x).read(from, to)] as const)),
    );
    const [a, b] = [surrogates, targets].map((side) => side.map((x) => blocks.get(x)!));
    const cosines = await cosinesOf(session, a, b, clean && blocks.get(clean), buffers, chunk);
    for (const [j, row] of cosines.entries()) for (const [k, values] of row.entries()) result[j][k].set(values, from);
  }
  await session.release();
  return result;
}

/** The cosines of rows that are in memory. */
async function cosinesOf(
  session: Session,
  surrogates: readonly Tensor<FloatType>[],
  targets: readonly Tensor<FloatType>[],
  clean: Tensor<FloatType> | undefined,
  buffers: readonly Float32Array[],
  chunk: number,
): Promise<Float64Array[][]> {
  const n = surrogates[0].shape[0];
  const result = surrogates.map(() => targets.map(() => new Float64Array(n)));
  for (let from = 0; from < n; from += chunk) {
    const to = Math.min(n, from + chunk);
    const a = interleave(surrogates, clean, from, to, buffers[0]);
    const b = interleave(targets, clean, from, to, buffers[1]);
    const products = (await session.run({ a: a.rows, b: b.rows })).products.data as Float32Array;
    for (let j = 0; j < surrogates.length; j++) {
      for (let k = 0; k < targets.length; k++) {
        const values = result[j][k];
        for (let i = from; i < to; i++) {
          const own = (i - from) * surrogates.length + j;
          const other = (i - from) * targets.length + k;
          const [aLength, bLength] = [a.lengths[own], b.lengths[other]];
          if (aLength < SHORT || bLength < SHORT) values[i] = exact(surrogates[j], targets[k], clean, i);
          else {
            const product = products[own * targets.length + k] - a.offsets[own] * b.offsets[other];
            // Rounding may overshoot in the last bit.
            values[i] = Math.max(-1, Math.min(1, product / (aLength * bLength)));
          }
        }
      }
    }
  }
  return result;
}

interface Interleaved {
  /** [points, tensors, D]. */
  readonly rows: Tensor<"float32">;
  /** The lengths of those rows, perturbations centred; NaN of constant ones. */
  readonly lengths: Float64Array;
  /** What centring still has to take away: the sum of a perturbation over sqrt(D); 0 where nothing. */
  readonly offsets: Float64Array;
}

/** Rows `from` to `to` of several tensors, point by point; less the clean points where there are some. */
function interleave(
  tensors: readonly Tensor<FloatType>[],
  clean: Tensor<FloatType> | undefined,
  from: number,
  to: number,
  buffer: Float32Array,
): Interleaved {
  const [m, d] = [tensors.length, rowSize(tensors[0])];
  const data = buffer.subarray(0, (to - from) * m * d);
  const lengths = new Float64Array((to - from) * m);
  const offsets = new Float64Array((to - from) * m);
  for (let k = 0; k < m; k++) {
    for (let i = from; i < to; i++) {
      const at = (i - from) * m + k;
      const row = data.subarray(at * d, (at + 1) * d);
      row.set(tensors[k].data.subarray(i * d, (i + 1) * d));
      if (!clean) {
        lengths[at] = Math.sqrt(squares(row));
        continue;
      }
      const sum = subtract(row, clean.data.subarray(i * d, (i + 1) * d));
      const whole = squares(row);
      let left = whole - (sum * sum) / d;
      if (left >= CANCELLED * whole) offsets[at] = sum / Math.sqrt(d);
      else {
        for (let j = 0; j < d; j++) row[j] -= sum / d;
        left = squares(row);
      }
      lengths[at] = left > CONSTANT * whole ? Math.sqrt(left) : Number.NaN;
    }
  }
  return { rows: tensor("float32", [to - from, m, d], data), lengths, offsets };
}

/** row -= other; returns the sum of what is left. Two sums, so that additions need not wait for each other. */
function subtract(row: Float32Array, other: Float32Array | Float64Array): number {
  const end = row.length - (row.length % 2);
  let [s0, s1] = [0, 0];
  for (let j = 0; j < end; j += 2) {
    row[j] -= other[j];
    row[j + 1] -= other[j + 1];
    s0 += row[j];
    s1 += row[j + 1];
  }
  for (let j = end; j < row.length; j++) {
    row[j] -= other[j];
    s0 += row[j];
  }
  return s0 + s1;
}

/** The sum of squares, in four sums. */
function squares(row: Float32Array): number {
  const end = row.length - (row.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let j = 0; j < end; j += 4) {
    s0 += row[j] * row[j];
    s1 += row[j + 1] * row[j + 1];
    s2 += row[j + 2] * row[j + 2];
    s3 += row[j + 3] * row[j + 3];
  }
  for (let j = end; j < row.length; j++) s0 += row[j] * row[j];
  return s0 + s1 + (s2 + s3);
}

/** One cosine in float64. */
function exact(
  surrogate: Tensor<FloatType>,
  target: Tensor<FloatType>,
  clean: Tensor<FloatType> | undefined,
  i: number,
): number {
  const [a, b] = [sliceRows(surrogate, i, i + 1), sliceRows(target, i, i + 1)];
  return clean ? perturbationCorrelations(sliceRows(clean, i, i + 1), a, b)[0] : gradientAlignments(a, b)[0];
}

/** Inner products [N, m, k] of rows a [N, m, D] and b [N, k, D]. */
function productsGraph(d: number) {
  const g = new GraphBuilder();
  const a = g.input("a", "float32", ["N", "M", d]);
  const b = g.input("b", "float32", ["N", "K", d]);
  g.output(g.node("MatMul", [a, g.node("Transpose", [b], { perm: { ints: [0, 2, 1] } })]), "products");
  return g.graph();
}
