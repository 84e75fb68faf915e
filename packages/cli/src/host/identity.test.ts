// What data are known by: any choice that changes the reading gives another key, and no other spelling of it does.

import type { DataOptions } from "@carom/core/data";
import type { SingleStudy } from "@carom/core/kinds";
import { type PoisoningStudy, type Study, startPlan } from "@carom/core/study";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readings, table, write } from "../../test/dataReadings.ts";
import { loadDataset } from "./data.ts";
import { loadStudyData } from "./studyData.ts";

const identityOf = async (spec: string, options: DataOptions) => (await loadDataset(spec, options)).identity;
const keyOf = async (spec: string, options: DataOptions) =>
  startPlan().data((await loadDataset(spec, options)).dataset).data.key;

it.each(Object.entries(readings))("data are known by another key for each value of %s", async (_, each) => {
  const keys = await Promise.all(each.map(([spec, options]) => keyOf(spec, options)));
  expect(new Set(keys).size).toBe(each.length);
  const identities = await Promise.all(each.map(([spec, options]) => identityOf(spec, options)));
  expect(new Set(identities).size).toBe(each.length);
});

/** Options of the table, columns in all their spellings. */
const optionsOfTable = fc.record({
  label: fc.constantFrom(undefined, "y", "5", "last", "c"),
  drop: fc.option(
    fc.subarray(["a", "b", "1", "2"]).chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
    {
      nil: undefined,
    },
  ),
  missing: fc.constantFrom(0, -0.5, 12),
  box: fc.constantFrom<[number, number]>([-1, 12], [-3, 20]),
});

const meaningOf = ({ label, drop, missing, box }: DataOptions): string => {
  const dropped = new Set(drop?.map((name) => ({ 1: "a", 2: "b" })[name] ?? name));
  return JSON.stringify([label === "c", ...["a", "b"].map((name) => dropped.has(name)), missing, box]);
};

it("two readings have one key exactly where they mean the same", async () => {
  await fc.assert(
    fc.asyncProperty(optionsOfTable, optionsOfTable, async (one, other) => {
      const [key, otherKey] = await Promise.all([keyOf(table, one), keyOf(table, other)]);
      expect(key === otherKey).toBe(meaningOf(one) === meaningOf(other));
      const [identity, another] = await Promise.all([identityOf(table, one), identityOf(table, other)]);
      expect(identity === another).toBe(meaningOf(one) === meaningOf(other));
    }),
    { numRuns: 300 },
  );
});

type StudyFields = Study["data"] & PoisoningStudy["data"];

/** The key of a study's rows by the fields that say where they come from. */
async function studyKey(data: StudyFields): Promise<string> {
  const plan = startPlan();
  const { train, test } = (await loadStudyData(plan, { data } as SingleStudy)).data;
  return JSON.stringify([train.part.data.key, test?.part.data.key]);
}

const many = write(
  "many.csv",
  "a,b,c,y\n" +
    `${Array.from({ length: 12 }, (_, i) => `${i % 2},${(i >> 1) % 2},${Number(i > 3)},${["k", "l", "m"][i % 3]}`).join("\n")}\n`,
);
const fewer = write("fewer.csv", "a,b,c,y\n0,1,1,k\n1,0,1,l\n1,1,1,m\n0,0,1,k\n");

/** For each field of a study that is no option of the command, values of it that mean different rows. */
const fields: {
  readonly [Name in Exclude<keyof StudyFields, keyof DataOptions>]-?: readonly (StudyFields[Name] | undefined)[];
} = {
  train: [many, fewer],
  test: [undefined, many, fewer],
  classes: [undefined, ["k", "l"], ["l", "k"], ["l", "m"]],
  positive: [undefined, "k", "l"],
  binary: [undefined, true],
  scaling: [undefined, "columns", "none"],
  select: [undefined, 1, 2],
};

it.each(Object.entries(fields))(
  "rows of a study are known by another key for each value of %s",
  async (name, values) => {
    const two = name === "select" ? { classes: ["k", "l"] } : {};
    const keys = await Promise.all(
      values.map((value) => studyKey({ train: many, ...two, [name]: value } as StudyFields)),
    );
    expect(new Set(keys).size).toBe(values.length);
  },
);

it.each(Object.entries(readings))("rows of a study are known by another key for each value of %s", async (_, each) => {
  const keys = await Promise.all(each.map(([train, options]) => studyKey({ train, ...options } as StudyFields)));
  expect(new Set(keys).size).toBe(each.length);
});
