// What is proposed holds of the rows it is proposed from, finds what was put in, and nothing that chance explains.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../data/dataset.ts";
import { readCsv } from "../data/formats/csv.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { checkRows } from "./checkRows.ts";
import { type FeatureProposal, proposeFeatures } from "./propose.ts";
import { resolveFeatures } from "./resolve.ts";
import { featureSchema } from "./schema.ts";

const N = 60;

/** A table with columns by name, of the type given. */
function table(columns: Readonly<Record<string, (row: number) => number>>, type: "float32" | "float64" = "float64") {
  const names = Object.keys(columns);
  const cells = Array.from({ length: N }, (_, i) => names.map((name) => columns[name](i))).flat();
  return dataset({
    features: tensor(type, [N, names.length], cells),
    labels: Array.from({ length: N }, (_, i) => i % 2),
    featureNames: names,
  });
}

/** Random numbers, the same each time a row is asked for. */
function column(seed: number, name: string, of: (uniform: number) => number): (row: number) => number {
  const random = stream(seed, name);
  const values = Array.from({ length: N }, () => of(random.uniform()));
  return (row) => values[row];
}

const asSchema = ({ columns, relations }: FeatureProposal) =>
  featureSchema.parse({
    columns: Object.fromEntries(columns.map(({ name, reason: _, ...rule }) => [name, rule])),
    relations: relations.map(({ text }) => text),
  });

describe("a proposed schema", () => {
  test("holds of its rows, with all relations, in either type", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("float32" as const, "float64" as const), (seed, type) => {
        const a = column(seed, "a", (u) => 1 + 9 * u);
        const b = column(seed, "b", (u) => 1 + 90 * u);
        const count = column(seed, "count", (u) => Math.floor(9 * u));
        const kind = column(seed, "kind", (u) => Math.floor(3 * u));
        const data = table(
          {
            a,
            b,
            count,
            total: (i) => a(i) + b(i),
            "pay rate": (i) => a(i) * b(i),
            most: (i) => b(i) + 5 * count(i),
            kind_x: (i) => Number(kind(i) === 0),
            kind_y: (i) => Number(kind(i) === 1),
            kind_z: (i) => Number(kind(i) === 2),
            always: () => 7,
          },
          type,
        );
        const proposal = proposeFeatures(data);
        const schema = asSchema(proposal);
        expect(checkRows(resolveFeatures(schema, data), data)).toEqual([]);
        const texts = proposal.relations.map(({ text }) => text);
        expect(texts).toEqual(expect.arrayContaining(["total == a + b", "`pay rate` == a * b", "b <= most"]));
        expect(schema.columns.kind).toMatchObject({ kind: "one-hot", of: ["kind_x", "kind_y", "kind_z"] });
        expect(schema.columns.count.kind).toBe("integer");
        expect(schema.columns.always).toMatchObject({ mutable: false, bounds: [7, 7] });
      }),
      { numRuns: 40 },
    );
  });

  test("has no relation between columns that are drawn by themselves", () => {
    const proposed = Array.from({ length: 200 }, (_, seed) => {
      const drawn = (name: string) => column(seed, name, (u) => Math.round(1000 * u) / 10);
      const names = ["a", "b", "c", "d", "e"];
      return proposeFeatures(table(Object.fromEntries(names.map((name) => [name, drawn(name)])))).relations.length;
    });
    expect(proposed.reduce((sum, count) => sum + count, 0)).toBe(0);
  });

  test("leaves out a comparison that bounds or two others tell, and a group of which a row has none", () => {
    const low = column(1, "low", (u) => u);
    const step = column(1, "step", (u) => u);
    const data = table({
      low,
      middle: (i) => low(i) + step(i),
      high: (i) => low(i) + step(i) + step(i),
      far: (i) => 100 + low(i) * step(i),
      g_a: (i) => Number(i % 3 === 0),
      g_b: (i) => Number(i % 3 === 1),
    });
    const { relations, columns } = proposeFeatures(data);
    const texts = relations.map(({ text }) => text);
    expect(texts).toContain("low <= middle");
    expect(texts).not.toContain("low <= high");
    expect(texts.filter((text) => text.includes("far"))).toEqual([]);
    expect(columns.map(({ kind }) => kind)).toEqual(["real", "real", "real", "real", "binary", "binary"]);
  });

  test("has a group for a column of words, and scales in the units of the values", () => {
    const lines = Array.from({ length: N }, (_, i) => `${["a", "b", "c"][i % 3]},${i}.5,${i % 2}\n`).join("");
    const data = dataset(readCsv(new TextEncoder().encode(`job,age,class\n${lines}`), "t.csv"));
    const [job, age] = proposeFeatures(data).columns;
    expect(job).toMatchObject({ name: "job", kind: "one-hot" });
    expect(job).not.toHaveProperty("of");
    const scaled = (by: number) => proposeFeatures(table({ x: (i) => by * i, y: (i) => i % 7 })).columns[0].scale!;
    expect(scaled(1000) / scaled(1)).toBeCloseTo(1000, 6);
    expect(age.bounds).toEqual([0.5, N - 0.5]);
  });
});
