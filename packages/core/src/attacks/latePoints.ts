// Points that are computed when they are read: a row at a time, or all of them, which are kept from then on.

import { type FloatType, rowSize, type Tensor } from "../tensor.ts";
import type { Points } from "./attack.ts";

/** Points of which `write` computes a row, always the same. Where nobody asks for all, they take no memory. */
export class LatePoints implements Points {
  readonly rows: number;
  readonly columns: number;
  private readonly write: (i: number, into: Float64Array) => void;
  private kept: Float64Array | undefined;

  constructor(rows: number, columns: number, write: (i: number, into: Float64Array) => void) {
    this.rows = rows;
    this.columns = columns;
    this.write = write;
  }

  get data(): Float64Array {
    if (!this.kept) {
      const all = new Float64Array(this.rows * this.columns);
      for (let i = 0; i < this.rows; i++) this.write(i, all.subarray(i * this.columns, (i + 1) * this.columns));
      this.kept = all;
    }
    return this.kept;
  }

  copyRow(i: number, into: Float64Array): void {
    if (this.kept) into.set(this.kept.subarray(i * this.columns, (i + 1) * this.columns));
    else this.write(i, into);
  }
}

/** Rows of a tensor as points: in the same memory where they are float64 already, else in none before they are read. */
export function pointsOf(x: Tensor<FloatType>): Points {
  const [rows, columns] = [x.shape[0], rowSize(x)];
  if (x.data instanceof Float64Array) return { rows, columns, data: x.data };
  return new LatePoints(rows, columns, (i, into) => into.set(x.data.subarray(i * columns, (i + 1) * columns)));
}
