// Solves systems of the Hessian of a linear learner: a factor of the smaller of two forms, and rows added to it.

import { addScaled, dot } from "../../linalg.ts";
import { matrixProduct } from "../../models/matrixProduct.ts";
import type { Runtime } from "../../models/runtime.ts";
import { tensor } from "../../tensor.ts";
import { choleskyByBlocks, choleskySolve } from "./cholesky.ts";
import { combine, type GrowingRows, squaredLengths, takeGrowing, times, writtenOut } from "./growingRows.ts";

/** Solves H x = r for H = penalty I + X^T diag(curvature) X, X with a column of ones that the penalty spares. */
export interface HessianSolver {
  solve(r: Float64Array): Float64Array;
  /** The solver after a row x of curvature c has been added to H: H + c (x, 1)(x, 1)^T. */
  with(x: Float64Array, curvature: number): HessianSolver;
}

/** The largest matrix that is factored; above it only the diagonal is used. */
const LARGEST = 3000;
/** Rows whose share of H is less than this against the penalty are left to the iterations. */
const NEGLIGIBLE = 0.02;

/**
 * A solver near that of H: rows of next to no curvature are left out.
 *
 * The factor is that of H itself, D + 1 wide, or, where fewer rows count, of the n x n matrix of the Woodbury identity:
 *
 *     (p I + X^T Z X)^-1 = (I - X^T W (p I + W X X^T W)^-1 W X) / p,  W = Z^(1/2),
 *
 * in which the column of ones is penalised too; that is taken back by a rank-one correction.
 */
export async function hessianSolver(
  all: GrowingRows,
  curvatures: Float64Array,
  penalty: number,
  runtime: Runtime,
): Promise<HessianSolver> {
  const lengths = squaredLengths(all);
  const counting = Int32Array.from(lengths.keys()).filter(
    (i) => curvatures[i] * (lengths[i] + 1) > NEGLIGIBLE * penalty,
  );
  const rows = takeGrowing(all, counting);
  const n = counting.length;
  const d = rows.base.columns;
  if (Math.min(n, d) > LARGEST) return extendable(diagonalSolver(all, curvatures, penalty));
  const width = d + 1;
  const root = Float64Array.from(counting, (i) => Math.sqrt(curvatures[i]));
  const scaled = writtenOut(rows, 1);
  for (let i = 0; i < n; i++) for (let at = i * width; at < (i + 1) * width; at++) scaled[at] *= root[i];
  const weighted = tensor("float64", [n, width], scaled);
  const inRows = n < d;
  const product = await matrixProduct(runtime, "float64", inRows ? "right" : "left");
  const h = (await product.multiply(weighted, weighted)).data.slice();
  await product.release();
  const size = inRows ? n : width;
  for (let i = 0; i < size; i++) if (inRows || i < d) h[i * size + i] += penalty;
  const factor = await choleskyByBlocks(h, size, runtime);
  if (!inRows) return extendable((r) => choleskySolve(factor, r));
  const penalised = extendable((r) => {
    const image = times(rows, r, r[d]);
    for (let i = 0; i < n; i++) image[i] *= root[i];
    const inside = choleskySolve(factor, image);
    const back = new Float64Array(width);
    for (let i = 0; i < n; i++) back[d] += inside[i] *= root[i];
    combine(rows, inside, back);
    for (let j = 0; j < width; j++) back[j] = (r[j] - back[j]) / penalty;
    return back;
  });
  return penalised.with(new Float64Array(d), -penalty);
}

/** Sherman and Morrison: (M + c x x^T)^-1 r = M^-1 r - q (q . r) c / (1 + c x . q), q = M^-1 x. */
function extendable(solve: HessianSolver["solve"]): HessianSolver {
  return {
    solve,
    with(row, curvature) {
      const x = Float64Array.of(...row, 1);
      const q = solve(x);
      const scale = curvature / (1 + curvature * dot(x, q));
      return extendable((r) => {
        const result = solve(r);
        addScaled(result, -scale * dot(q, r), q);
        return result;
      });
    },
  };
}

function diagonalSolver(rows: GrowingRows, curvature: Float64Array, penalty: number): HessianSolver["solve"] {
  const { base, added } = rows;
  const diagonal = new Float64Array(base.columns + 1).fill(penalty);
  diagonal[base.columns] = 1e-12;
  for (let i = 0; i < base.rows; i++) {
    diagonal[base.columns] += curvature[i];
    for (let k = base.start[i]; k < base.start[i + 1]; k++) {
      diagonal[base.index[k]] += curvature[i] * base.value[k] * base.value[k];
    }
  }
  added.forEach((row, i) => {
    const c = curvature[base.rows + i];
    row.forEach((value, j) => {
      diagonal[j] += c * value * value;
    });
    diagonal[base.columns] += c;
  });
  return (r) => r.map((value, j) => value / diagonal[j]);
}
