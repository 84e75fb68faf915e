// The page and the command line, asked the same: who is misled at which budget.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { denseRows, openModel, runtimeFrom, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { afterAll, expect, test } from "vitest";
import { packed } from "../digits.ts";
import { digitsFrom } from "../src/digits.ts";
import { kernelRuntime } from "../src/kernels/runtime.ts";
import { attackOwn } from "../src/own/attack.ts";
import { openOwnModel, readOwnData } from "../src/own/read.ts";
import { answer, budgetsIn, craft, lossGradients, pairOf } from "../src/question/answer.ts";
import { partsOf, train } from "../src/question/models.ts";
import { planeAt } from "../src/question/plane.ts";
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

  // A cell of the matrix, and the reasons: what `carom explain` says of the pair.
  const cell = await (await pairOf(attacked, surrogate, points))(target);
  const { size, alignment } = await answer(budgetsIn(question), attacked, surrogate, target, points);
  const middle = budgets[6];
  const pair = ["--surrogate", at("surrogate.onnx"), "--target", at("target.onnx"), "--data", at("digits.npz")];
  const explained = carom("explain", ...pair, "--box", "0,1", "--norm", "l2", "--epsilon", String(middle.epsilon));
  type Named = { readonly id?: string; readonly surrogate?: string; readonly target?: string };
  const found = explained.cells.find((each: Named) => each.surrogate === "surrogate" && each.target === "target");
  const facts = explained.models.find(({ id }: Named) => id === "target");
  const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);
  expect(cell.errors).toEqual(budgets.map(({ errors }) => errors.target));
  expect(found.errorUnderAttack.estimate).toBe(middle.errors.target);
  expect(cell.alignment).toBe(alignment);
  near(explained.pairs[0].alignment.estimate, alignment);
  near(facts.gradientSize.estimate, size);
  near(found.predictedIncrease, middle.rise.predicted);
  near(found.lossIncrease, middle.rise.observed);

  // The map of a digit and the way of its attack: what ONNX Runtime computes of the same files.
  const native = await Promise.all([surrogate, target].map(({ model }) => openModel(runtimeFrom(ort), model)));
  const [page, node] = await Promise.all(
    [[surrogate, target] as const, [native[0], native[1]] as const].map(async (models) => {
      const crafted = await craft(budgetsIn(question), question.seed, attacked, parts.surrogate, [models[0]]);
      const gradients = await Promise.all(models.map((model) => lossGradients(model, attacked)));
      const first = (data: ArrayLike<number>) => Float32Array.from(data).subarray(0, 784);
      const [own, theirs] = gradients.map((each) => first(each!.data));
      return planeAt(
        models,
        [own, theirs],
        attacked.labels[0],
        crafted.map(({ data }) => first(data)),
      );
    }),
  );
  const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  expect(apart(page.surrogate, node.surrogate)).toBeLessThan(1e-5 * Math.max(...node.surrogate));
  expect(apart(page.target, node.target)).toBeLessThan(1e-5 * Math.max(...node.target));
  expect(apart(page.path.flat(), node.path.flat())).toBeLessThan(1e-5 * node.reach);

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
