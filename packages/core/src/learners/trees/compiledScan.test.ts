// Trees of compiled scans against those of plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { dataset } from "../../data/dataset.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { growTree } from "./tree.ts";
import { treeColumns } from "./treeColumns.ts";
import { splitSearch } from "./treeSplit.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Columns that are constant, few and many values with ties, and continuous; weights whole or not, zeros among them. */
function problem(seed: number, n: number, columns: number, classes: number) {
  const random = stream(seed, "problem");
  const values = Array.from({ length: columns }, () => [1, 2, 30, 256, 257, 5000][random.integer(6)]);
  const x = Float32Array.from({ length: n * columns }, (_, at) => random.integer(values[at % columns]) / 7);
  const labels = Array.from({ length: n }, (_, row) =>
    row < classes || random.uniform() < 0.3 ? row % classes : Math.floor(7 * x[row * columns]) % classes,
  );
  const whole = random.uniform() < 0.5;
  const trees = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: n }, () => random.integer(3) * (whole ? 1 : random.uniform())),
  );
  const depth = random.uniform() < 0.5 ? Number.POSITIVE_INFINITY : random.integer(6);
  return { data: dataset({ features: tensor("float32", [n, columns], x), labels, domain: [0, 800] }), trees, depth };
}

it("compiled scans grow the trees that plain ones do, to the last bit", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 8, max: 600 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 2, max: 6 }),
      (seed, n, columns, classes) => {
        const { data, trees, depth } = problem(seed, n, columns, classes);
        const grown = () => {
          const search = splitSearch(treeColumns(data), data.labels, data.classNames.length);
          const random = stream(seed, "tree");
          const all = trees.map((weights) => growTree(search, weights, { depth, features: 3, random }));
          search.release();
          return all;
        };
        const compiled = grown();
        vi.stubGlobal("WebAssembly", undefined);
        const plain = grown();
        vi.unstubAllGlobals();
        expect(compiled).toEqual(plain);
      },
    ),
    { numRuns: 40 },
  );
});
