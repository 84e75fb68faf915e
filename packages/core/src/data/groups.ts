// Which rows of a dataset are equal. Equal rows must not be split between training and test.

import type { Dataset } from "./dataset.ts";
import { forEachEntry, isSparse } from "./sparse.ts";

/**
 * The group of each row: rows share a group exactly where all their features are equal.
 *
 * Groups are numbered 0, 1, ... in the order of their first rows. Rows are compared by a hash of their non-zeros, and
 * number by number where hashes agree.
 */
export function groupEqualRows(features: Dataset["features"]): Int32Array {
  const hashes = rowHashes(features);
  const rows = hashes.length;
  const group = new Int32Array(rows);
  const firstRows = new Int32Array(rows);
  // An open table of group numbers plus one, at most half full; a place that is taken by another row leads to the next.
  const mask = 2 ** Math.ceil(Math.log2(2 * rows + 1)) - 1;
  const table = new Int32Array(mask + 1);
  let groups = 0;
  for (let row = 0; row < rows; row++) {
    let place = hashes[row] & mask;
    for (; table[place] > 0; place = (place + 1) & mask) {
      const first = firstRows[table[place] - 1];
      if (hashes[first] === hashes[row] && equalRows(features, first, row)) break;
    }
    if (table[place] === 0) {
      firstRows[groups] = row;
      table[place] = ++groups;
    }
    group[row] = table[place] - 1;
  }
  return group;
}

/** A 32-bit hash of each row, FNV-1a over the columns and the bits of its non-zeros. */
function rowHashes(features: Dataset["features"]): Uint32Array {
  const rows = isSparse(features) ? features.rows : features.shape[0];
  const hashes = new Uint32Array(rows).fill(0x811c9dc5);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  forEachEntry(features, (row, column, value) => {
    if (value === 0) return;
    number[0] = value;
    let hash = Math.imul(hashes[row] ^ column, 0x01000193);
    hash = Math.imul(hash ^ words[0], 0x01000193);
    hash = Math.imul(hash ^ words[1], 0x01000193);
    // Numbers such as 0.5 differ in their highest bits alone, which a product never carries down.
    hashes[row] = hash ^ (hash >>> 15);
  });
  return hashes;
}

function equalRows(features: Dataset["features"], a: number, b: number): boolean {
  if (isSparse(features)) {
    const { start, index, value } = features;
    const length = start[a + 1] - start[a];
    if (length !== start[b + 1] - start[b]) return false;
    for (let i = 0; i < length; i++) {
      if (index[start[a] + i] !== index[start[b] + i] || value[start[a] + i] !== value[start[b] + i]) return false;
    }
    return true;
  }
  const width = features.data.length / features.shape[0];
  for (let i = 0; i < width; i++) if (features.data[a * width + i] !== features.data[b * width + i]) return false;
  return true;
}
