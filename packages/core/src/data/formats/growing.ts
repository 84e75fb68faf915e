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
 * An empty array that grows. As many numbers as are expected at most stay where they are pushed: of their place only
 * what is written takes memory. Beyond them, it grows block by block, so that nothing is copied before it is asked for:
 * an array that doubles leaves as much again behind, which is in memory until somebody collects it.
 */
export function growingArray<T extends Numbers>(type: { new (length: number): T }, expected = 0): GrowingArray<T> {
  let full: T[] = [];
  let before = 0;
  let block = placeFor(type, Math.max(FIRST, expected));
  let length = 0;
  return {
    push(value) {
      if (length === block.length) {
        full.push(block);
        before += length;
        block = new type(Math.min(2 * before, MOST));
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

/** Room for so many numbers, or for the first where a machine promises no more than it has. */
function placeFor<T extends Numbers>(type: { new (length: number): T }, length: number): T {
  try {
    return new type(length);
  } catch {
    return new type(FIRST);
  }
}
