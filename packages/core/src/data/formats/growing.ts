// Typed arrays whose length is not known in advance.

type Numbers = Float32Array | Float64Array | Int32Array;

interface GrowingArray<T extends Numbers> {
  push(value: number): void;
  length(): number;
  /** What was pushed, in the memory that it is in. */
  array(): T;
}

/** An empty array that grows. */
export function growingArray<T extends Numbers>(type: { new (length: number): T }): GrowingArray<T> {
  let values = new type(1024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const longer = new type(2 * length);
        longer.set(values);
        values = longer;
      }
      values[length++] = value;
    },
    length: () => length,
    array: () => values.subarray(0, length) as T,
  };
}
