// Typed arrays whose length is not known in advance.

type Numbers = Float32Array | Float64Array | Int32Array;

interface GrowingArray<T extends Numbers> {
  push(value: number): void;
  length(): number;
  /** What was pushed, in one piece. */
  array(): T;
}

/** Numbers in the first block, and in each when there are many. */
const [FIRST, MOST] = [2 ** 10, 2 ** 20];

/**
 * An empty array that grows block by block, so that nothing is copied before it is asked for: an array that doubles
 * leaves as much again behind, which is in memory until somebody collects it.
 */
export function growingArray<T extends Numbers>(type: { new (length: number): T }): GrowingArray<T> {
  let full: T[] = [];
  let before = 0;
  let block = new type(FIRST);
  let length = 0;
  return {
    push(value) {
      if (length === block.length) {
        full.push(block);
        before += length;
        block = new type(Math.min(2 * length, MOST));
        length = 0;
      }
      block[length++] = value;
    },
    length: () => before + length,
    array() {
      const last = block.subarray(0, length) as T;
      if (full.length === 0) return last;
      const joined = new type(before + length);
      let at = 0;
      for (const each of [...full, last]) {
        joined.set(each, at);
        at += each.length;
      }
      [full, before, block, length] = [[], 0, joined, joined.length];
      return joined;
    },
  };
}
