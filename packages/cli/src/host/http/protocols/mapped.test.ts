// Mapping files: what they may say, and what is said of those that are wrong.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@carom/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/run.ts";
import { loadMapping, mapped } from "./mapped.ts";
import type { RowFields } from "./rowFields.ts";

const folder = temporaryFolder();
const url = new URL("http://host/api");
const rows = tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
const valid = "url: http://host/api\nrequest: { data: $rows }\nscores: items.*.p\n";

async function mapping(text: string, fields?: RowFields) {
  const path = join(folder, "api.yaml");
  writeFileSync(path, text);
  return mapped(await loadMapping(path), url, "target", fields);
}

afterEach(() => void vi.unstubAllEnvs());

describe("a mapping", () => {
  it("puts rows where they belong, and variables of the environment", async () => {
    vi.stubEnv("CAROM_MAPPING_KEY", "a-key-of-mine");
    const text = "url: u\nrequest: { auth: { key: $CAROM_MAPPING_KEY }, list: [1, { data: $rows }] }\nlabels: result\n";
    expect((await mapping(text)).body(rows)).toEqual({
      auth: { key: "a-key-of-mine" },
      list: [
        1,
        {
          data: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
      ],
    });
    vi.unstubAllEnvs();
    await expect(mapping(text)).rejects.toThrow(/missing environment variable CAROM_MAPPING_KEY/);
  });

  it("gives one row in each request where it says $row, and the shape that rows have", async () => {
    const single = await mapping("url: u\nrequest: { point: $row }\nscores: out\n");
    expect(single.mostRows).toBe(1);
    expect(single.body(tensor("float32", [1, 2, 2], [1, 2, 3, 4]))).toEqual({
      point: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(single.answers({ out: [0.25, 0.75] }, 1)).toEqual([[0.25, 0.75]]);
    expect(single.answers({ out: 0.75 }, 1)).toEqual([[0.75]]);
  });

  it("gives the columns of one row by name, a column of words as the word", async () => {
    const groups = [{ name: "job", columns: [1, 2], values: ["clerk", "cook"] }];
    const fields = { names: ["age", "job=clerk", "job=cook", "pay rate"], groups };
    const text = 'url: u\nrequest: { in: [{ age: $row.age, pay: "$row.pay rate", job: $row.job }] }\nscores: out\n';
    const named = await mapping(text, fields);
    expect(named.mostRows).toBe(1);
    expect(named.body(tensor("float32", [1, 4], [30, 0.25, 0.5, 7]))).toEqual({
      in: [{ age: 30, pay: 7, job: "cook" }],
    });
    await expect(mapping(text)).rejects.toThrow(
      /"\$row\.age" of the mapping file: expected data whose columns have names/,
    );
    const other = mapping("url: u\nrequest: { a: $row.aeg }\nscores: out\n", fields);
    await expect(other).rejects.toThrow(
      /unknown column in the mapping file: "aeg": expected one of age, job, pay rate.*did you mean "age"/,
    );
  });

  it("finds scores, scores by class, and labels", async () => {
    const scores = await mapping(valid);
    expect(scores.answers({ items: [{ p: [0.1, 0.9] }, { p: [1, 0] }] }, 2)).toEqual([
      [0.1, 0.9],
      [1, 0],
    ]);
    const byClass = await mapping(valid);
    expect(byClass.answers({ items: [{ p: { dog: 0.9, cat: 0.1 } }, { p: { cat: 1, dog: 0 } }] }, 2)).toEqual([
      { dog: 0.9, cat: 0.1 },
      { cat: 1, dog: 0 },
    ]);
    const labels = await mapping("url: u\nrequest: $rows\nlabels: 0.class.names\n");
    expect(labels.answers([{ class: { names: ["a", 7] } }], 2)).toEqual(["a", [7]]);
    expect([scores.form, labels.form]).toEqual(["scores", "labels"]);
  });

  it("takes the labels that stand beside scores, wherever the way to the scores goes through a list of them", async () => {
    const entry = (tag: string, score: number) => ({ score, tag });
    const document = {
      items: [
        [entry("dog", 0.9), entry("cat", 0.1)],
        [entry("cat", 0.6), entry("dog", 0.4)],
      ],
    };
    const wanted = [
      { dog: 0.9, cat: 0.1 },
      { cat: 0.6, dog: 0.4 },
    ];
    for (const way of ["items.*.*.score", "items.*", "items"]) {
      const { answers } = await mapping(`url: u\nrequest: $rows\nscores: "${way}"\n`);
      expect(answers(document, 2)).toEqual(wanted);
    }
    const { answers } = await mapping('url: u\nrequest: $row\nscores: "items.1.*.score"\n');
    expect(answers(document, 1)).toEqual(wanted.slice(1));
    // Nothing beside the scores that could be a label.
    const bare = { items: [[{ score: 0.9 }, { score: 0.1 }]] };
    expect((await mapping('url: u\nrequest: $rows\nscores: "items.*.*.score"\n')).answers(bare, 1)).toEqual([
      [0.9, 0.1],
    ]);
  });

  it("whose way leads nowhere, or to something else, is told in one sentence", async () => {
    const scores = await mapping(valid);
    expect(() => scores.answers({ items: [{ q: 1 }, { q: 2 }] }, 2)).toThrow(
      /expected something at "items.\*.p", got nothing/,
    );
    expect(() => scores.answers({ items: [{ p: [1, 0] }] }, 2)).toThrow(
      /expected one answer for each of 2 rows, got 1 answers/,
    );
    expect(() => scores.answers({ items: [{ p: [1, "x"] }, { p: [0, 1] }] }, 2)).toThrow(
      /expected scores that are numbers, got "x"/,
    );
    expect(() => scores.answers({ items: [{ p: { cat: [1] } }, { p: {} }] }, 2)).toThrow(/expected scores, one number/);
  });

  it.each([
    ["no address", valid.replace("url:", "# "), /missing "url" of mapping file/],
    [
      "no place for rows",
      valid.replace("$rows", "rows"),
      /invalid "request" of mapping file .*"\$rows" where the rows go/,
    ],
    ["no way to answers", valid.replace("scores:", "# "), /missing "scores"/],
    ["two ways", `${valid}labels: a\n`, /invalid "scores"/],
    ["one class", `${valid}classes: [a]\n`, /invalid "classes".*two names or more/],
    ["a class that is no name", `${valid}classes: [{ toString: 1 }, b]\n`, /invalid "classes".*two names or more/],
    ["a name that is misspelt", `${valid}class: [a, b]\n`, /unknown key .*did you mean "classes"/],
    ["no YAML", "url: [", /invalid mapping file .*: expected names and values in YAML or JSON/],
    ["a list", "- 1\n", /invalid mapping file/],
  ])("with %s", async (_, text, sentence) => {
    await expect(mapping(text)).rejects.toThrow(sentence);
  });
});
