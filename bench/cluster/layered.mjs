// Plans of empty tasks, for benches.

/** Layers of tasks, each of which needs two of the layer before. @param {number} count @param {number} width */
export function layered(count, width) {
  // Tasks share the texts of their keys, as those of a plan do.
  const keys = Array.from({ length: count + 1 }, (_, i) => i.toString(16).padStart(64, "0"));
  const taskOf = (/** @type {number} */ i, /** @type {readonly number[]} */ needed) => ({
    ...{ key: keys[i], kind: "split", parameters: {}, given: {}, label: `task ${i}`, seconds: 1, bytes: 100 },
    inputs: Object.fromEntries(needed.map((each, j) => [String(j), keys[each]])),
  });
  const tasks = Array.from({ length: count }, (_, i) => {
    const [layer, at] = [Math.floor(i / width), i % width];
    return taskOf(i, layer === 0 ? [] : [at, (at + 1) % width].map((each) => (layer - 1) * width + each));
  });
  const lastOnes = Array.from({ length: Math.min(width, count) }, (_, j) => count - 1 - j);
  return { tasks: [...tasks, taskOf(count, lastOnes)], sources: new Map(), wanted: [{ key: keys[count] }] };
}
