// What a task is given: how keys name it, that it comes back from a worker's message as it was, and that nobody casts
// it.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { boxPoints } from "../../../test/linearWorld.ts";
import { takeRows } from "../../data/dataset.ts";
import { jsonCodec } from "./codec.ts";
import { startPlan } from "./plan.ts";
import { keyDocument, partAt, type Ref, type Split, sent, valuesOf } from "./reference.ts";

const codec = jsonCodec<string>("text");
const ref = (key: string): Ref<string> => ({ key, codec });
const split: Ref<Split> = { key: "s", codec: jsonCodec("split") };

test("keys name references by their fields, in lists by ids, and keep what is plain among the parameters", () => {
  const whole = { ...startPlan().data(boxPoints(1, 4, 2)), data: { key: "d", codec: jsonCodec<never>("dataset") } };
  const inputs = {
    attacked: partAt(whole, split, 1, 2),
    pool: whole,
    craft: ref("c"),
    others: [
      { id: "a", craft: ref("ca") },
      { id: "b", craft: ref("cb") },
    ],
    models: [{ id: "m", role: "target", look: ref("lm"), blocks: [ref("b0"), ref("b1")] }],
    judged: [{ id: ["m", "t"], judge: ref("j") }],
    blocks: [ref("b0")],
    none: [],
  };
  expect(keyDocument({ seed: 0, some: undefined }, inputs, { blocks: "block" })).toEqual({
    parameters: {
      seed: 0,
      "attacked:part": 1,
      others: ["a", "b"],
      models: [{ id: "m", role: "target", blocks: 2 }],
      judged: [["m", "t"]],
      blocks: 1,
      none: [],
    },
    inputs: {
      ...{ attacked: "d", "attacked:split": "s", pool: "d", craft: "c", "craft:a": "ca", "craft:b": "cb" },
      ...{ "look:m": "lm", "block:m:0": "b0", "block:m:1": "b1", "judge:m:t": "j", "block:0": "b0" },
    },
  });
});

test("a worker sees values in place of references and rows in place of parts, all else as it was given", async () => {
  const data = boxPoints(1, 6, 2);
  const whole = startPlan().data(data);
  const stored: Readonly<Record<string, unknown>> = { [whole.data.key]: data, s: [[5], [0, 2]] };
  const read = async ({ key }: { key: string }) => stored[key] ?? `value of ${key}`;
  const given = { x: { ...ref("x"), learner: "mlp" }, rows: partAt(whole, split, 1, 2), all: whole };
  const values = await valuesOf(JSON.parse(JSON.stringify(sent(given))), read);
  expect(values).toEqual({ x: "value of x", rows: takeRows(data, [0, 2]), all: data });
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), fc.array(fc.string()), async (plain, keys) => {
      const found = await valuesOf(JSON.parse(JSON.stringify(sent({ plain, list: keys.map(ref) }))), read);
      expect(found).toEqual({
        plain: JSON.parse(JSON.stringify(plain)),
        list: keys.map((key) => stored[key] ?? `value of ${key}`),
      });
    }),
  );
});

test("what artifacts hold is taken on trust in codecs alone", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/^engine\/(artifact|codec)\.ts$/.test(file),
  );
  expect(sources.length).toBeGreaterThan(40);
  const rest = sources.map((file) => {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    return {
      file,
      text: text.replaceAll(/const \w+Codec\b[\s\S]*?^};$/gm, "").replaceAll(/^\s*(\/\/|\/?\*|import\b).*$/gm, ""),
    };
  });
  expect(rest.filter(({ text }) => /\barrays\b|\bjson as\b/.test(text)).map(({ file }) => file)).toEqual([]);
  const casts = rest.filter(({ file, text }) => file.startsWith("tasks/") && / as (?!const\b)/.test(text));
  expect(casts.map(({ file }) => file)).toEqual([]);
});
