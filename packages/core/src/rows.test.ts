// Rows read and written some at a time are those that were there, in blocks that cover each once.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allRows, blocksOf, mapRows, roomInMemory, rowsOf } from "./rows.ts";
import { type Artifact, encodeArtifact, openArtifact } from "./study/engine/artifact.ts";
import { elementBytes, sizeOf, tensor } from "./tensor.ts";

describe("blocks", () => {
  it("cover every row once, in order, in whole calls of a million numbers at most, or in one", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 3_000_000 }),
      fc.integer({ min: 1, max: 1000 }),
    );
    fc.assert(
      fc.property(sizes, ([n, width, call]) => {
        const blocks = [...blocksOf([n, width], call)];
        expect(blocks.map(({ from }) => from)).toEqual([0, ...blocks.map(({ to }) => to)].slice(0, blocks.length));
        expect(blocks.at(-1)?.to ?? 0).toBe(n);
        const sizes = blocks.map(({ from, to }) => to - from);
        expect(sizes.every((rows) => rows > 0 && (rows <= call || rows * width <= 2 ** 20))).toBe(true);
        expect(sizes.slice(0, -1).every((rows) => rows % call === 0)).toBe(true);
      }),
    );
  });
});

describe("rows", () => {
  const x = tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]);

  it("come back from a room in whatever order they were written", async () => {
    const room = roomInMemory("float32", [3, 2]);
    for (const at of [2, 0, 1]) await room.write(at, await rowsOf(x).read(at, at + 1));
    expect(await allRows(room)).toEqual(x);
    expect(await room.read(1, 3)).toEqual(tensor("float32", [2, 2], [3, 4, 5, 6]));
  });

  it("are mapped where they are read", async () => {
    const halves = mapRows(rowsOf(x), (block) => ({ ...block, data: block.data.map((value) => value / 2) }));
    expect((await allRows(halves)).data).toEqual(new Float32Array([0.5, 1, 1.5, 2, 2.5, 3]));
  });

  it("of an artifact stay in its bytes where they are many, and come back as they were", async () => {
    const [n, d] = [1500, 1001];
    const large = tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, (_, i) => Math.sin(i)),
    );
    const given: Artifact = {
      json: { name: "ü" },
      arrays: { odd: tensor("uint8", [3], [1, 2, 3]), large, small: x, last: tensor("float64", [1], [0.5]) },
    };
    const bytes = encodeArtifact(given);
    let read = 0;
    const opened = await openArtifact(async (from, to) => {
      read += to - from;
      return bytes.slice(from, to);
    });
    expect(read).toBeLessThan(1000);
    const { large: rows, ...others } = opened.arrays;
    const { large: _, ...expected } = given.arrays;
    expect([opened.json, others]).toEqual([given.json, expected]);
    expect("data" in rows).toBe(false);
    expect((await rowsOf(rows).read(700, 703)).data).toEqual(large.data.slice(700 * d, 703 * d));
    const all = (await allRows(rows)).data as Float32Array;
    expect(all.length === large.data.length && all.every((value, i) => value === large.data[i])).toBe(true);
  });

  it("of an artifact are what was written, whatever is held, and small neighbours take one reading", async () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(600), async (all, held) => {
        const arrays = Object.fromEntries(
          all.map((shape, i) => {
            const type = (["float32", "uint8", "float64"] as const)[i % 3];
            return [
              `${i}`,
              tensor(
                type,
                shape,
                Array.from({ length: sizeOf(shape) }, (_, k) => (7 * k + i) % 251),
              ),
            ];
          }),
        );
        const bytes = encodeArtifact({ json: null, arrays });
        let readings = 0;
        const opened = await openArtifact(async (from, to) => {
          readings++;
          return bytes.slice(from, to);
        }, held);
        const isAlone = (i: number) => all[i].length > 1;
        const first = all.filter((_, i) => isAlone(i) || i === 0 || isAlone(i - 1));
        expect(readings).toBeLessThanOrEqual(2 + first.length);
        const read = Object.entries(opened.arrays).map(async ([name, rows]) => {
          expect("data" in rows).toBe(rows.shape.length === 1 || sizeOf(rows.shape) * elementBytes(rows.type) <= held);
          return [name, await allRows(rows)];
        });
        expect(Object.fromEntries(await Promise.all(read))).toEqual(arrays);
      }),
    );
  });
});
