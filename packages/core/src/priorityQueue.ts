// A queue that gives the item of the highest priority first: a binary heap.

export interface PriorityQueue<T> {
  readonly size: number;
  add(item: T, priority: number): void;
  /** The item of the highest priority, which leaves the queue; of equal ones, that which was added first. */
  take(): T | undefined;
}

interface Entry<T> {
  readonly item: T;
  readonly priority: number;
  readonly turn: number;
}

export function priorityQueue<T>(): PriorityQueue<T> {
  const heap: Entry<T>[] = [];
  let turn = 0;
  const isBefore = (a: Entry<T>, b: Entry<T>) =>
    a.priority > b.priority || (a.priority === b.priority && a.turn < b.turn);
  return {
    get size() {
      return heap.length;
    },
    add(item, priority) {
      const entry = { item, priority, turn: turn++ };
      let at = heap.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(entry, heap[parent])) break;
        heap[at] = heap[parent];
        at = parent;
      }
      heap[at] = entry;
    },
    take() {
      const [first] = heap;
      const last = heap.pop();
      if (!first || !last || heap.length === 0) return first?.item;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
        if (!isBefore(heap[child], last)) break;
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return first.item;
    },
  };
}
