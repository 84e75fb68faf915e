// Points kept as what they change of sparse rows: read back to the bit, in the smaller of two forms.

import fc from "fast-check";
import { expect, it } from "vitest";
import { dataset, denseRows } from "../../data/dataset.ts";
import { denseInOwnType, type SparseRows, sparseFromDense } from "../../data/sparse.ts";
import { stream } from "../../random.ts";
import { allRows, type Rows, roomInMemory } from "../../rows.ts";
import { allocate, elementBytes, type FloatType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import { type Artifact, decodeArtifact, encodeArtifact } from "../engine/artifact.ts";
import { isChanged, pointsRoom } from "./changedRows.ts";
import { type CraftOutcome, craftingCodec } from "./craftOutcome.ts";

const room = async <T extends Parameters<typeof roomInMemory>[0]>(type: T, shape: readonly number[]) =>
  roomInMemory(type, shape);

/** Values at which float32, zeros of either sign and what is no number could be told apart wrongly. */
const special = [0, -0, 1, -1, 0.1, 1e-45, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY];

/** Rows of which a share is not zero, and points that differ from them in a share of places. */
function example(seed: number, n: number, d: number, filled: number, moved: number, type: FloatType) {
  const random = stream(seed, "changes");
  const numbers = Float64Array.from({ length: n * d }, () => (random.uniform() < filled ? random.normal() : 0));
  const sparse = sparseFromDense(tensor("float64", [n, d], numbers));
  const data = dataset({ features: sparse, labels: Array.from({ length: n }, (_, i) => i), domain: [-100, 100] });
  const points = [0, 1].map(() => {
    const found = tensor(type, [n, d], allocate(type, n * d));
    found.data.set(numbers);
    for (let i = 0; i < found.data.length; i++) {
      if (random.uniform() >= moved) continue;
      found.data[i] = random.uniform() < 0.5 ? random.normal() : special[random.integer(special.length)];
    }
    return found;
  });
  return { data, points };
}

const cut = (x: Tensor<FloatType>, from: number, to: number) => {
  const width = sizeOf(x.shape.slice(1));
  return tensor(x.type, [to - from, ...x.shape.slice(1)], x.data.slice(from * width, to * width));
};

/** What crafting that comes so many rows at a time leaves. */
async function crafted({ data, points }: ReturnType<typeof example>, step: number): Promise<CraftOutcome> {
  const budgets = points.map(async (all) => {
    const [n] = all.shape;
    const kept = await pointsRoom(room, data, all);
    for (let from = 0; from < n; from += step) await kept.write(from, cut(all, from, Math.min(n, from + step)));
    return { points: kept.rows(), size: new Float64Array(n), queries: { scores: 0, gradients: 0 } };
  });
  return { budgets: await Promise.all(budgets), nonFinite: 0, facts: {} };
}

/** The bytes of an artifact, its rows read. */
async function bytesOf({ json, arrays }: Artifact): Promise<Uint8Array> {
  const read = Object.entries(arrays).map(async ([name, x]) => [name, await allRows(x)] as const);
  return encodeArtifact({ json, arrays: Object.fromEntries(await Promise.all(read)) });
}

const bits = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const cases = fc.record({
  seed: fc.nat(),
  n: fc.integer({ min: 1, max: 5 }),
  d: fc.integer({ min: 1, max: 60 }),
  filled: fc.constantFrom(0.05, 0.3, 1),
  moved: fc.constantFrom(0, 0.02, 0.4, 1),
  type: fc.constantFrom<FloatType>("float32", "float64"),
  step: fc.integer({ min: 1, max: 7 }),
});

it("what is read is what was crafted, to the bit, from any row to any other, dense and sparse", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, n, d, filled, moved, type, step }) => {
      const given = example(seed, n, d, filled, moved, type);
      const outcome = await crafted(given, step);
      const kept = await craftingCodec.decode(decodeArtifact(await bytesOf(craftingCodec.encode(outcome))));
      for (const { budgets } of [outcome, kept]) {
        for (const [i, { points }] of budgets.entries()) {
          for (let from = 0; from < n; from++) {
            for (let to = from; to <= n; to++) {
              const wanted = cut(given.points[i], from, to);
              const found = await points.read(from, to);
              expect([found.type, found.shape]).toEqual([type, wanted.shape]);
              expect(bits(found)).toEqual(bits(wanted));
              if (!points.sparse) continue;
              const sparse = await points.sparse(from, to);
              expect(ascends(sparse)).toBe(true);
              // What sparse rows leave out is 0, and so is what stands there.
              expect(bits(denseInOwnType(sparse))).toEqual(bits(wanted));
            }
          }
        }
      }
    }),
    { numRuns: 30 },
  );
});

const ascends = ({ rows, start, index }: SparseRows) =>
  Array.from({ length: rows }, (_, i) => index.subarray(start[i], start[i + 1])).every((own) =>
    own.every((column, k) => k === 0 || column > own[k - 1]),
  );

it("the form is the one of fewer bytes, the same however rows came", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, n, d, filled, moved, type, step }) => {
      const given = example(seed, n, d, filled, moved, type);
      const artifact = craftingCodec.encode(await crafted(given, step));
      const clean = denseRows(given.data);
      const rounded = tensor(type, clean.shape, allocate(type, clean.data.length));
      rounded.data.set(clean.data);
      const changes = given.points.map((x) => x.data.filter((value, i) => !Object.is(value, rounded.data[i])).length);
      const entry = 4 + elementBytes(type);
      const stored = (given.data.features as SparseRows).index.length;
      const asChanges = entry * (changes[0] + changes[1] + stored);
      const written = 2 * n * d * elementBytes(type);
      const expected = Math.min(asChanges, written);
      const isOfPoints = (name: string) => /^(points|index|value)/.test(name);
      const found = Object.entries(artifact.arrays).filter(([name]) => isOfPoints(name));
      expect(found.reduce((sum, [, x]) => sum + sizeOf(x.shape) * elementBytes(x.type), 0)).toBe(expected);
      expect(await bytesOf(craftingCodec.encode(await crafted(given, n)))).toEqual(await bytesOf(artifact));
    }),
    { numRuns: 60 },
  );
});

it("points of dense rows stay written out", async () => {
  const x = tensor("float32", [2, 3], [1, 0, 0, 0, 2, 0]);
  const kept = await pointsRoom(room, dataset({ features: x, labels: [0, 1] }), x);
  await kept.write(0, x);
  const rows: Rows = kept.rows();
  expect(isChanged(rows)).toBe(false);
  expect(await allRows(rows)).toEqual(x);
});
