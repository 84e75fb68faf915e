// Kernel rows, computed when first asked for and kept within a limit; the one longest unused goes first.

/** A function that remembers its results, `limitBytes` of them (512 MB unless said otherwise). */
export function rowCache(
  length: number,
  compute: (i: number) => Float64Array,
  limitBytes: number = 512 * 2 ** 20,
): (i: number) => Float64Array {
  const capacity = Math.max(2, Math.floor(limitBytes / (8 * length)));
  // A Map keeps the order of insertion, so its first key is the row longest unused.
  const rows = new Map<number, Float64Array>();
  return (i) => {
    const known = rows.get(i);
    if (known) {
      rows.delete(i);
      rows.set(i, known);
      return known;
    }
    if (rows.size >= capacity) rows.delete(rows.keys().next().value!);
    const row = compute(i);
    rows.set(i, row);
    return row;
  };
}
