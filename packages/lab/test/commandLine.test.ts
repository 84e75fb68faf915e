// The page and the command line, asked the same: who is misled at which budget.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { denseRows, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { afterAll, expect, test } from "vitest";
import { packed } from "../digits.ts";
import { digitsFrom } from "../src/digits.ts";
import { kernelRuntime } from "../src/kernels/runtime.ts";
import { attackOwn } from "../src/own/attack.ts";
import { openOwnModel, readOwnData } from "../src/own/read.ts";
import { answer, budgetsIn, craft } from "../src/question/answer.ts";
import { partsOf, train } from "../src/question/models.ts";
import { questionSchema } from "../src/question/question.ts";

const command = fileURLToPath(new URL("../../cli/bin/carom.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "carom-lab-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

function carom(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args, "--json", "--quiet"], {
    encoding: "utf8",
    env: { ...process.env, CAROM_STORE: at("store") },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("both say the same of the first sight, and of files dropped on the page", { timeout: 240_000 }, async () => {
  const question = questionSchema.parse({});
  const runtime = kernelRuntime();
  const parts = partsOf(digitsFrom(packed()), question.seed);
  const surrogate = await train(runtime, parts, "surrogate", question.surrogate, question);
  const target = await train(runtime, parts, "target", question.target, question);
  const points = await craft(budgetsIn(question), question.seed, parts.attacked, parts.surrogate, [surrogate]);
  const { budgets } = await answer(budgetsIn(question), parts.attacked, surrogate, target, points);

  for (const [name, { model }] of Object.entries({ surrogate, target })) {
    writeFileSync(at(`${name}.onnx`), model.bytes);
  }
  const { attacked } = parts;
  const y = tensor(
    "int64",
    [attacked.labels.length],
    [...attacked.labels].map((label) => Number(attacked.classNames[label])),
  );
  writeFileSync(at("digits.npz"), writeNpz({ x: denseRows(attacked), y }));
  for (const i of [2, 6, 12]) {
    const { epsilon, errors } = budgets[i];
    const adversarial = at(`attacked-${i}.npz`);
    const common = ["--model", at("surrogate.onnx"), "--data", at("digits.npz"), "--box", "0,1", "--norm", "l2"];
    const crafted = carom("evade", ...common, "--epsilon", String(epsilon), "--out", adversarial);
    expect(crafted.budgets[0].errorUnderAttack.estimate).toBe(errors.surrogate);
    const judged = carom("score", "--model", at("target.onnx"), "--data", adversarial);
    expect(judged.error.estimate).toBe(errors.target);
  }

  // The same files dropped on the page.
  const file = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(at(name))) });
  const { data } = await readOwnData(file("digits.npz"), {}, []);
  const [attackedModel, judge] = [
    await openOwnModel(runtime, file("surrogate.onnx"), data),
    await openOwnModel(runtime, file("target.onnx"), data),
  ];
  const most = 2;
  const own = await attackOwn(attackedModel, judge, { norm: "l2", most, attack: "pgd" }, async () => {});
  const given = ["--model", at("surrogate.onnx"), "--data", at("digits.npz"), "--norm", "l2", "--attack", "pgd"];
  const crafted = carom("evade", ...given, "--epsilon", String(most), "--out", at("own.npz"));
  const { errors } = own.answer.budgets.at(-1)!;
  expect(crafted.cleanError.estimate).toBe(attackedModel.facts.error);
  expect(crafted.budgets[0].errorUnderAttack.estimate).toBe(errors.surrogate);
  expect(carom("score", "--model", at("target.onnx"), "--data", at("own.npz")).error.estimate).toBe(errors.target);
  expect(errors.surrogate).toBeGreaterThan(attackedModel.facts.error!);
});
