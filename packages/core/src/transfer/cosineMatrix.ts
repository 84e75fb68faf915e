// Cosines of every surrogate with every target, point by point, computed by the runtime: R, and rho of perturbations.

import { assert } from "../errors.ts";
import type { Runtime } from "../models/runtime.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { writeModel } from "../onnx/proto.ts";
import { type FloatType, rowSize, sliceRows, type Tensor, tensor } from "../tensor.ts";
import { gradientAlignments } from "./gradients.ts";
import { perturbationCorrelations } from "./perturbationCorrelation.ts";

/** Rows that go through at a time: small enough for caches, large enough for the call not to matter. */
const CHUNK = 50;

/** Below this length a row's squares come near the smallest float32. */
const SHORT = 1e-15;

/** A deviation from the mean of this share of the perturbation is rounding. */
const CONSTANT = 1e-6;

/**
 * The cosine of the angle between the rows of each of m tensors and each of k tensors [N, ...]: result[i][j] holds one per
 * point, NaN where a row is zero and has no direction.
 *
 * With `clean` points it is Pearson's coefficient of the perturbations: rows are taken less the clean ones and centred
 * over features; NaN where a perturbation is constant. Inner products are taken in float32; rows so short that their
 * squares would vanish there, as gradients of confident models are, go through `gradientAlignments` instead.
 */
export async function cosineMatrix(
  runtime: Runtime,
  surrogates: readonly Tensor<FloatType>[],
  targets: readonly Tensor<FloatType>[],
  clean?: Tensor<FloatType>,
): Promise<Float64Array[][]> {
  if (surrogates.length === 0 || targets.length === 0) return surrogates.map(() => []);
  const [n, d] = [surrogates[0].shape[0], rowSize(surrogates[0])];
  const all = [...surrogates, ...targets, ...(clean ? [clean] : [])];
  assert(
    all.every((x) => x.shape[0] === n && rowSize(x) === d),
    "rows of the same points",
  );
  const session = await runtime.compile(writeModel(modelOf(cosineGraph(d, clean !== undefined))));
  const result = surrogates.map(() => targets.map(() => new Float64Array(n)));
  for (let from = 0; from < n; from += CHUNK) {
    const to = Math.min(n, from + CHUNK);
    const feeds = {
      a: interleave(surrogates, from, to),
      b: interleave(targets, from, to),
      ...(clean && { clean: interleave([clean], from, to) }),
    };
    const { products, aLengths, bLengths, aConstant, bConstant } = await session.run(feeds);
    const isMissing = (flags: Tensor | undefined, at: number) => flags?.data[at] === 1;
    surrogates.forEach((surrogate, j) => {
      targets.forEach((target, k) => {
        for (let i = 0; i < to - from; i++) {
          const [a, b] = [i * surrogates.length + j, i * targets.length + k];
          const [aLength, bLength] = [Number(aLengths.data[a]), Number(bLengths.data[b])];
          const values = result[j][k];
          if (isMissing(aConstant, a) || isMissing(bConstant, b)) values[from + i] = Number.NaN;
          else if (aLength < SHORT || bLength < SHORT) values[from + i] = exact(surrogate, target, clean, from + i);
          else {
            const cosine = Number(products.data[a * targets.length + k]) / (aLength * bLength);
            // Rounding may overshoot in the last bit.
            values[from + i] = Math.max(-1, Math.min(1, cosine));
          }
        }
      });
    });
  }
  await session.release();
  return result;
}

/** Rows `from` to `to` of several tensors, point by point: [points, tensors, D]. */
function interleave(tensors: readonly Tensor<FloatType>[], from: number, to: number): Tensor<"float32"> {
  const d = rowSize(tensors[0]);
  const data = new Float32Array((to - from) * tensors.length * d);
  tensors.forEach((x, k) => {
    for (let i = from; i < to; i++) {
      data.set(x.data.subarray(i * d, (i + 1) * d), ((i - from) * tensors.length + k) * d);
    }
  });
  return tensor("float32", [to - from, tensors.length, d], data);
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

/** Inner products [N, m, k] of rows a [N, m, D] and b [N, k, D], their lengths, and which perturbations are constant. */
function cosineGraph(d: number, isPerturbation: boolean) {
  const g = new GraphBuilder();
  const origin = isPerturbation ? g.input("clean", "float32", ["N", 1, d]) : undefined;
  const [a, b] = (["a", "b"] as const).map((name) => {
    const rows = g.input(name, "float32", ["N", name === "a" ? "M" : "K", d]);
    const own = origin === undefined ? rows : centred(g, name, g.node("Sub", [rows, origin]));
    g.output(lengths(g, own), `${name}Lengths`);
    return own;
  });
  g.output(g.node("MatMul", [a, g.node("Transpose", [b], { perm: { ints: [0, 2, 1] } })]), "products");
  return g.graph();
}

/** Rows less their mean; which of them are constant goes to an output. */
function centred(g: GraphBuilder, name: string, rows: string): string {
  const own = g.node("Sub", [rows, g.node("ReduceMean", [rows, g.ints([2])], { keepdims: { int: 1 } })]);
  const limit = g.node("Mul", [lengths(g, rows), g.scalar(CONSTANT, rows)]);
  g.output(g.node("LessOrEqual", [lengths(g, own), limit]), `${name}Constant`);
  return own;
}

function lengths(g: GraphBuilder, rows: string): string {
  return g.node("ReduceL2", [rows, g.ints([2])], { keepdims: { int: 1 } });
}
