// Kernel rows, kept within a limit. A row is dropped only for one that is wanted when it is not.

/** Rows by index, at most as many as fit the limit. */
export interface RowCache {
  /** Whether all rows fit, so that none is ever dropped. */
  readonly holdsAll: boolean;
  /** Names the rows that are about to be asked for: they are not dropped until the next call. */
  begin(wanted: Int32Array): void;
  get(i: number): Float64Array | undefined;
  /** Keeps what `row` returns where there is room, or where a row can be dropped that nobody is about to ask for. */
  offer(i: number, row: () => Float64Array): void;
}

/**
 * A cache of as many rows of `length` numbers within `limitBytes`; the row longest unused goes first.
 *
 * Where more rows are wanted at a time than fit, those that are here stay: to drop them for their neighbours, as a
 * plain least-recently-used cache does, would mean that none is ever found.
 */
export function rowCache(length: number, limitBytes: number): RowCache {
  const capacity = Math.floor(limitBytes / (8 * length));
  // A Map keeps the order of insertion, so its first key is the row longest unused.
  const rows = new Map<number, Float64Array>();
  let wanted = new Set<number>();
  const expendable = () => {
    const [oldest] = rows.keys();
    return oldest === undefined || wanted.has(oldest) ? undefined : oldest;
  };
  return {
    holdsAll: capacity >= length,
    begin(indices) {
      wanted = new Set(indices);
      for (const i of indices) {
        const row = rows.get(i);
        if (!row) continue;
        rows.delete(i);
        rows.set(i, row);
      }
    },
    get: (i) => rows.get(i),
    offer(i, row) {
      if (rows.size >= capacity) {
        const dropped = expendable();
        if (dropped === undefined) return;
        rows.delete(dropped);
      }
      rows.set(i, row());
    },
  };
}
