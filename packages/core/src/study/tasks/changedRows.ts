// Crafted points as what they change of sparse rows: rows of very many columns of which an attack moves a few.

import type { Dataset } from "../../data/dataset.ts";
import { isSparse, type MaybeSparse, type SparseReadable, type SparseRows, sparseInType } from "../../data/sparse.ts";
import { assert } from "../../errors.ts";
import type { Rows } from "../../rows.ts";
import { allocate, type ElementType, elementBytes, type FloatType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { TaskHost } from "../engine/task.ts";

/** Where N points differ from N rows: columns, ascending in a row, and what stands there. */
interface Changes {
  /** Length N + 1: the changes of row i are start[i] .. start[i+1]-1. */
  readonly start: Float64Array;
  /** [M, 1]. */
  readonly index: Rows<"int32">;
  /** [M, 1], in the type of the points. */
  readonly value: Rows;
}

/** Points [N, ...] that differ from rows, which are in the points' type, by changes. */
interface ChangedRows extends SparseReadable {
  readonly base: SparseRows;
  readonly changes: Changes;
}

/** Whether rows are held as changes. */
export function isChanged(rows: Rows): rows is ChangedRows {
  return "changes" in rows;
}

/** Bytes of a change. */
export const CHANGE_BYTES = Int32Array.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT;

/** Whether points take less room as changes of rows, which some budgets share, than written out. */
export function areSmallerChanged(points: readonly ChangedRows[]): boolean {
  const bytesOf = (rows: ChangedRows, entries: number) =>
    entries * (Int32Array.BYTES_PER_ELEMENT + elementBytes(rows.type));
  const changed = points.reduce((sum, rows) => sum + bytesOf(rows, rows.changes.index.shape[0]), 0);
  const base = points.length > 0 ? bytesOf(points[0], points[0].base.index.length) : 0;
  return changed + base < points.reduce((sum, { type, shape }) => sum + elementBytes(type) * sizeOf(shape), 0);
}

/** The points that changes make of rows. */
export function changedRows(base: SparseRows, changes: Changes, shape: readonly number[]): ChangedRows {
  const { type } = changes.value;
  const sparse = async (from: number, to: number) => {
    const [first, last] = [changes.start[from], changes.start[to]];
    const index = await changes.index.read(first, last);
    const value = await changes.value.read(first, last);
    return merged(base, from, changes.start.subarray(from, to + 1), index.data, value.data);
  };
  return {
    ...{ type, shape, base, changes, sparse },
    async read(from, to) {
      const rows = await sparse(from, to);
      const data = allocate(type, rows.rows * rows.columns);
      for (let i = 0; i < rows.rows; i++) {
        const at = i * rows.columns;
        for (let k = rows.start[i]; k < rows.start[i + 1]; k++) data[at + rows.index[k]] = rows.value[k];
      }
      return tensor(type, [to - from, ...shape.slice(1)], data);
    },
  };
}

/** The rows of the base from one on, with changes that begin at starts[0] put over them. */
function merged(
  base: SparseRows,
  from: number,
  starts: Float64Array,
  index: Int32Array,
  value: Tensor<FloatType>["data"],
): SparseRows {
  const rows = starts.length - 1;
  const most = base.start[from + rows] - base.start[from] + index.length;
  const start = new Int32Array(rows + 1);
  const columns = new Int32Array(most);
  const values = value instanceof Float32Array ? new Float32Array(most) : new Float64Array(most);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    const end = base.start[from + i + 1];
    let own = base.start[from + i];
    for (let k = starts[i] - starts[0]; k < starts[i + 1] - starts[0]; k++) {
      for (; own < end && base.index[own] < index[k]; own++) {
        columns[at] = base.index[own];
        values[at++] = base.value[own];
      }
      if (own < end && base.index[own] === index[k]) own++;
      columns[at] = index[k];
      values[at++] = value[k];
    }
    for (; own < end; own++) {
      columns[at] = base.index[own];
      values[at++] = base.value[own];
    }
    start[i + 1] = at;
  }
  return { rows, columns: base.columns, start, index: columns.subarray(0, at), value: values.subarray(0, at) };
}

/** Points that come some at a time. */
export interface PointsRoom {
  /** Takes points from row `from` on. */
  write(from: number, points: Tensor<FloatType>): Promise<void>;
  /** The points, once all are there. */
  rows(): MaybeSparse;
}

/** Room for what is made of rows, in the type and shape of the first points: of sparse rows their changes are kept. */
export async function pointsRoom(
  room: TaskHost["room"],
  { features, labels: { length: n } }: Dataset,
  { type, shape: [, ...row] }: Tensor<FloatType>,
): Promise<PointsRoom> {
  const shape = [n, ...row];
  if (isSparse(features)) return changesRoom(room, sparseInType(features, type), type, shape);
  const points = await room(type, shape);
  return { write: (from, some) => points.write(from, some), rows: () => points };
}

/** Room for changes of points that come in order. */
async function changesRoom(
  room: TaskHost["room"],
  base: SparseRows,
  type: FloatType,
  shape: readonly number[],
): Promise<PointsRoom> {
  // As many as there can be: a file takes as much of a disk as was written.
  const most = [sizeOf(shape), 1];
  const index = await room("int32", most);
  const value = await room(type, most);
  const start = new Float64Array(base.rows + 1);
  let done = 0;
  return {
    async write(from, points) {
      assert(from === done, "points come in order");
      const found = changesOf(base, from, points);
      await index.write(start[from], tensor("int32", [found.index.length, 1], found.index));
      await value.write(start[from], tensor(type, [found.value.length, 1], found.value));
      for (let i = 1; i < found.start.length; i++) start[from + i] = start[from] + found.start[i];
      done += found.start.length - 1;
    },
    rows() {
      assert(done === base.rows, "all points are there");
      const shortened = <T extends ElementType>(all: Rows<T>): Rows<T> => ({ ...all, shape: [start[done], 1] });
      return changedRows(base, { start, index: shortened(index), value: shortened(value) }, shape);
    },
  };
}

/** Where points differ from the rows of the base from one on, be it in the sign of a zero. */
function changesOf(base: SparseRows, from: number, { type, shape: [rows], data }: Tensor<FloatType>) {
  const { columns } = base;
  const start = new Float64Array(rows + 1);
  const index = new Int32Array(data.length);
  const value = allocate(type, data.length);
  let at = 0;
  for (let i = 0, j = 0; i < rows; i++) {
    const [first, end] = [base.start[from + i], base.start[from + i + 1]];
    let own = first;
    for (let column = 0; column < columns; column++, j++) {
      const was = own < end && base.index[own] === column ? base.value[own++] : 0;
      if (Object.is(data[j], was)) continue;
      index[at] = column;
      value[at++] = data[j];
    }
    start[i + 1] = at;
  }
  return { start, index: index.subarray(0, at), value: value.subarray(0, at) };
}
