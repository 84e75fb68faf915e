// Which rows of a dataset are equal. Equal rows must not be split between training and test.

import { rowSize } from "../tensor.ts";
import { BASIS, forEachLentBlock, NEGATIVE_ZERO, PRIME, TOGETHER } from "./singleLoops.ts";
import { type Features, isSparse } from "./sparse.ts";

/**
 * The group of each row: rows share a group exactly where all their features are equal.
 *
 * Groups are numbered 0, 1, ... in the order of their first rows. Rows are compared by a hash of their numbers, and
 * number by number where hashes agree.
 */
export function groupEqualRows(features: Features): Int32Array {
  const hashes = rowHashes(features);
  const group = new Int32Array(hashes.length);
  const table = firstRows(features, hashes, hashes.length);
  let groups = 0;
  for (let row = 0; row < hashes.length; row++) {
    const first = table.rows[table.placeOf(row)];
    group[row] = first === row ? groups++ : group[first];
  }
  return group;
}

export interface Repeats {
  readonly distinctRows: number;
  /** Rows that equal at least one other row. */
  readonly repeatedRows: number;
  /** Distinct rows that occur with more than one label. */
  readonly contradictoryRows: number;
}

/** Rows that are compared at a time: those whose hashes fall into one part of all hashes. */
const AT_A_TIME = 2 ** 19;

/**
 * How many rows are equal, exactly. Beside the features it takes 4 bytes for each row, and for what is compared a
 * memory that does not grow: hashes are gone through in as many parts as that needs.
 */
export function countRepeats(features: Features, labels: Int32Array, atATime: number = AT_A_TIME): Repeats {
  const hashes = rowHashes(features);
  const parts = Math.ceil(hashes.length / atATime);
  let [distinctRows, repeatedRows, contradictoryRows] = [0, 0, 0];
  for (let part = 0; part < parts; part++) {
    // By the upper bits of a hash, as the lower ones are the places in the table.
    const isOf = (hash: number) => Math.floor(((hash >>> 0) / 2 ** 32) * parts) === part;
    let size = 0;
    for (let row = 0; row < hashes.length; row++) if (isOf(hashes[row])) size++;
    const table = firstRows(features, hashes, size);
    const count = new Int32Array(table.rows.length);
    const isContradictory = new Uint8Array(table.rows.length);
    for (let row = 0; row < hashes.length; row++) {
      if (!isOf(hashes[row])) continue;
      const place = table.placeOf(row);
      count[place]++;
      if (labels[row] !== labels[table.rows[place]]) isContradictory[place] = 1;
    }
    for (let place = 0; place < count.length; place++) {
      if (count[place] === 0) continue;
      distinctRows++;
      if (count[place] > 1) repeatedRows += count[place];
      contradictoryRows += isContradictory[place];
    }
  }
  return { distinctRows, repeatedRows, contradictoryRows };
}

/** The first rows of their groups, for so many rows: an open table, at most half full. */
function firstRows(features: Features, hashes: Int32Array, size: number) {
  const mask = 2 ** Math.ceil(Math.log2(2 * size + 1)) - 1;
  const rows = new Int32Array(mask + 1).fill(-1);
  return {
    rows,
    /** The place of the first of the rows told so far that equals a row, which is put there if it is the first. */
    placeOf(row: number): number {
      let place = hashes[row] & mask;
      for (; rows[place] >= 0; place = (place + 1) & mask) {
        const first = rows[place];
        if (first === row || (hashes[first] === hashes[row] && equalRows(features, first, row))) return place;
      }
      rows[place] = row;
      return place;
    },
  };
}

const mixed = (hash: number, word: number): number => {
  const product = Math.imul(hash ^ word, PRIME);
  return product ^ (product >>> 15);
};

const mixedSingle = (hash: number, word: number): number => mixed(hash, word === NEGATIVE_ZERO ? 0 : word);

/** Four hashes at a time: one alone would wait for each product to end. */
function mixedSingles(hash: number, words: Int32Array, from: number, to: number): number {
  let [h0, h1, h2, h3] = [hash, BASIS, BASIS, BASIS];
  let k = from;
  for (; k + 3 < to; k += 4) {
    h0 = mixedSingle(h0, words[k]);
    h1 = mixedSingle(h1, words[k + 1]);
    h2 = mixedSingle(h2, words[k + 2]);
    h3 = mixedSingle(h3, words[k + 3]);
  }
  for (; k < to; k++) h0 = mixedSingle(h0, words[k]);
  return mixed(mixed(mixed(h0, h1), h2), h3);
}

/** Writes the hashes of as many dense rows as compiled loops take, and returns how many. */
function compiledHashes(words: Int32Array, width: number, into: Int32Array): number {
  const inFours = width - (width % 4);
  if (inFours === 0) return 0;
  const size = { width, together: TOGETHER, room: (rows: number) => 4 * rows };
  return forEachLentBlock(words, size, ({ loops, room }, bytes, first) => {
    loops.hashes(bytes, 4 * width, 4 * inFours, room.byteOffset);
    for (let row = first, at = 0; at < bytes / width; row++, at += 4) {
      let hash = room[at];
      for (let k = row * width + inFours; k < (row + 1) * width; k++) hash = mixedSingle(hash, words[k]);
      into[row] = mixed(mixed(mixed(hash, room[at + 1]), room[at + 2]), room[at + 3]);
    }
  });
}

/** A hash of the numbers of each row, of sparse ones with their columns: 0 and -0 are equal. */
function rowHashes(features: Features): Int32Array {
  const { data, size } = isSparse(features)
    ? { data: features.value, size: features.rows }
    : { data: features.data, size: features.shape[0] };
  const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  const wide = data instanceof Float64Array ? 2 : 1;
  const hashes = new Int32Array(size);
  const width = isSparse(features) ? 0 : rowSize(features);
  const done = wide === 1 && !isSparse(features) ? compiledHashes(words, width, hashes) : 0;
  for (let row = done; row < size; row++) {
    const [from, to] = isSparse(features)
      ? [features.start[row], features.start[row + 1]]
      : [row * width, (row + 1) * width];
    let hash = BASIS;
    if (isSparse(features)) for (let k = from; k < to; k++) hash = mixed(hash, features.index[k]);
    if (wide === 1) hash = mixedSingles(hash, words, from, to);
    else {
      for (let k = 2 * from; k < 2 * to; k += 2) {
        const high = words[k + 1];
        hash = mixed(mixed(hash, words[k]), high === NEGATIVE_ZERO && words[k] === 0 ? 0 : high);
      }
    }
    hashes[row] = hash;
  }
  return hashes;
}

function equalRows(features: Features, a: number, b: number): boolean {
  if (isSparse(features)) {
    const { start, index, value } = features;
    const length = start[a + 1] - start[a];
    if (length !== start[b + 1] - start[b]) return false;
    for (let i = 0; i < length; i++) {
      if (index[start[a] + i] !== index[start[b] + i] || value[start[a] + i] !== value[start[b] + i]) return false;
    }
    return true;
  }
  const width = rowSize(features);
  for (let i = 0; i < width; i++) if (features.data[a * width + i] !== features.data[b * width + i]) return false;
  return true;
}
