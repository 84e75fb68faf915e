// Masks by name, and kinds that the rows are not of.

import { dataset } from "@carom/core";
import { readCsv } from "@carom/core/data";
import { expect, it } from "vitest";
import { threatOf } from "./threat.ts";

const text =
  "age,pay,job,city,class\n" +
  `${Array.from({ length: 12 }, (_, i) => `${i},${i}.5,${["a", "b", "c"][i % 3]},${["x", "y"][i % 2]},${i % 2}\n`).join("")}`;
const data = dataset(readCsv(new TextEncoder().encode(text), "t.csv"));
const of = async (options: { mask?: string; fixed?: string[]; kind?: string }) =>
  threatOf(data, { norm: "l2", ...options });
const named = (flags: Uint8Array | undefined) => data.featureNames!.filter((_, j) => flags![j] === 1);

it("names what may change, what stays, or both; a column of words as a whole", async () => {
  expect((await of({})).changeable).toBeUndefined();
  expect(named((await of({ mask: "age,job" })).changeable)).toEqual(["age", "job=a", "job=b", "job=c"]);
  expect(named((await of({ fixed: ["age", "job"] })).changeable)).toEqual(["pay", "city=x", "city=y"]);
  expect(named((await of({ mask: "age, pay", fixed: ["age"] })).changeable)).toEqual(["pay"]);
});

it.each([
  [{ mask: "aeg" }, /unknown column in --mask: "aeg".*did you mean "age"/],
  [{ fixed: ["jobs"] }, /unknown column in --fixed: "jobs".*did you mean "job"/],
  [
    { kind: "integer" },
    /features for --kind: expected integers, got 0\.5 in "pay"; say what each column is in a features file/,
  ],
  [{ kind: "binary" }, /binary ones, each 0 or 1, got 0\.5 in "pay", 2 in "age"/],
])("%j is refused in one sentence", async (options, sentence) => {
  await expect(of(options)).rejects.toThrow(sentence);
});
