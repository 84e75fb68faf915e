// The user's own files in a real browser, held against the same questions asked of ONNX Runtime in Node.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  argMax,
  type Dataset,
  dataset,
  denseRows,
  errorRate,
  fit,
  learnerByName,
  runtimeFrom,
  stream,
  takeRows,
  tensor,
} from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { withShape } from "@carom/core/models";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { packed } from "../digits.ts";
import { digitsFrom } from "../src/digits.ts";
import { attackOwn, type OwnAnswer } from "../src/own/attack.ts";
import { readOwnImages } from "../src/own/images.ts";
import { type OwnFile, openOwnModel, readOwnData } from "../src/own/read.ts";
import { partsOf } from "../src/question/models.ts";
import { builtPage, isHere, violationsIn } from "./builtPage.ts";
import { attack, difference, give, saved, settled } from "./ownFiles.ts";

const open = builtPage();
const runtime = runtimeFrom(ort);
const fixture = (path: string) => readFileSync(new URL(`../../../fixtures/onnx/${path}`, import.meta.url));

const networks = new Map<string, ReturnType<typeof trainedNetwork>>();

/** A network trained on digits, once, and digits that it has not seen. */
function network(name: string, draw: number): ReturnType<typeof trainedNetwork> {
  const key = `${name}${draw}`;
  networks.set(key, networks.get(key) ?? trainedNetwork(name, draw));
  return networks.get(key)!;
}

async function trainedNetwork(name: string, draw: number): Promise<readonly [model: OwnFile, data: OwnFile]> {
  const { surrogate, attacked } = partsOf(digitsFrom(packed()), 0);
  const shape = name === "cnn" ? [1, 28, 28] : [784];
  const layers = [{ conv: 4, kernel: 3, stride: 2 }, { pool: 2 }, { dense: 8 }];
  const options = { epochs: 4, ...(name === "cnn" && { layers }) };
  const { model } = await fit(learnerByName(name), withShape(surrogate, shape, name), {
    runtime,
    seed: draw,
    stream: name,
    options,
  });
  const data = takeRows(
    withShape(attacked, shape, name),
    Int32Array.from({ length: 12 }, (_, i) => i),
  );
  const x = denseRows(data);
  const bytes = writeNpz({
    x,
    y: tensor(
      "int64",
      [12],
      Array.from(data.labels, (y) => y + 8),
    ),
  });
  return [
    { name: `${name}${draw}.onnx`, bytes: model.bytes },
    { name: "digits.npz", bytes },
  ];
}

/** A machine of scikit-learn's, and rows of flowers' sizes with the classes that it gives them. */
async function machine(): Promise<readonly [model: OwnFile, data: OwnFile]> {
  const model = { name: "svc.onnx", bytes: new Uint8Array(fixture("sklearn/svcRbf3.zipmap18.onnx")) };
  const random = stream(0, "lab", "flowers");
  const numbers = Array.from({ length: 30 }, () =>
    [4.3, 2, 1, 0.1].map((low, j) => low + [3.6, 2.4, 5.9, 2.4][j] * random.uniform()),
  );
  const x = tensor("float32", [30, 4], numbers.flat());
  const { opened } = await openOwnModel(runtime, model, undefined);
  const labels = argMax(await opened.scores(x));
  const lines = numbers.map((row, i) => [...row.map(Math.fround), labels[i]].join(","));
  return [model, { name: "flowers.csv", bytes: new TextEncoder().encode(["a,b,c,d,class", ...lines].join("\n")) }];
}

/** The rows of grey images as bytes, each with the name of its class, classes one after the other. */
function pictures(data: Dataset) {
  const order = Array.from(data.labels.keys()).sort((a, b) => data.labels[a] - data.labels[b]);
  const sorted = takeRows(data, Int32Array.from(order));
  const [, height, width] = data.featureShape;
  const bytes = Uint8Array.from(denseRows(sorted).data as Float32Array, (value) => Math.round(255 * value));
  const images = Array.from(sorted.labels, (label, i) => ({
    label: data.classNames[label],
    name: `${100 + i}`,
    ...{ width, height, data: bytes.subarray(i * height * width, (i + 1) * height * width) },
  }));
  return { sorted, images };
}

type Picture = ReturnType<typeof pictures>["images"][number];

const asPng = ({ width, height, data }: Picture) => encodePng({ width, height, data, channels: 1, depth: 8 });

function asJpeg({ width, height, data }: Picture): Uint8Array {
  const rgba = Uint8Array.from({ length: 4 * data.length }, (_, i) => (i % 4 === 3 ? 255 : data[i >> 2]));
  return new Uint8Array(encodeJpeg({ width, height, data: rgba }, 90).data);
}

/** What Node finds with ONNX Runtime. */
async function found(files: readonly OwnFile[], data: OwnFile): Promise<OwnAnswer> {
  return foundOn(files, (await readOwnData(data, {}, files)).data);
}

async function foundOn(files: readonly OwnFile[], data: Dataset): Promise<OwnAnswer> {
  const models = await Promise.all(files.map((file) => openOwnModel(runtime, file, data)));
  return attackOwn(models[0], models.at(-1)!, { norm: "l2", attack: "pgd" }, async () => {});
}

/** Attacks by steps of fixed sizes: their way, unlike a line search's, depends on no last bit. */
const fixedSteps = { attack: "pgd" };

describe.skipIf(!isHere)("the user's own files", { timeout: 180_000 }, () => {
  test.each([
    ["an MLP", () => network("mlp", 0)],
    ["a CNN", () => network("cnn", 0)],
    ["a support vector machine of scikit-learn's", machine],
  ])("%s: scores, gradients and points are those of Node", async (_, make) => {
    const [model, data] = await make();
    const expected = await found([model], data);
    const { page, complaints } = await open();
    await give(page, [model]);
    await page.locator(".facts li").waitFor({ timeout: 120_000 });
    const choice = page.locator(".own label").filter({ hasText: /^Attack / });
    await choice.locator("select").selectOption("pgd");
    await give(page, [data]);
    await attack(page).waitFor({ timeout: 120_000 });
    await attack(page).getByRole("slider").press("End");
    const seen = await saved(page, /Save scores/);
    const points = await saved(page, /Save points/);
    const { budgets } = expected.answer;
    expect(difference(seen.scores_surrogate.data as Float64Array, budgets[0].surrogate.scores)).toBeLessThan(1e-5);
    expect(difference(seen.gradient_surrogate.data as Float64Array, expected.gradients.surrogate)).toBeLessThan(1e-5);
    expect([...(points.epsilon.data as Float64Array)]).toEqual(Array(points.x.shape[0]).fill(budgets.at(-1)!.epsilon));
    const moved = difference(budgets.at(-1)!.points, budgets[0].points);
    expect(moved).toBeGreaterThan(0.05);
    expect(difference(points.x.data as Float32Array, budgets.at(-1)!.points)).toBeLessThan(1e-5);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("two models are compared, as the command line's questions are answered", async () => {
    const [[first, data], [second]] = [await network("mlp", 1), await network("mlp", 2)];
    const expected = await found([first, second], data);
    const { page } = await open({ width: 390, own: fixedSteps });
    await give(page, [first, second, data]);
    await attack(page).waitFor({ timeout: 120_000 });
    await attack(page).getByRole("slider").press("End");
    const { errors } = expected.answer.budgets.at(-1)!;
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const text = await attack(page).textContent();
    expect(text).toContain(`mlp1.onnx gets ${percent(errors.surrogate)} wrong`);
    expect(text).toContain(`mlp2.onnx ${percent(errors.target)}`);
    expect(text).toContain(Number(expected.answer.alignment.toPrecision(3)).toString());
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.close();
  });

  test("a folder of PNG files in sub-folders is the array of their pixels", async () => {
    const [model, data] = await network("cnn", 0);
    const { sorted, images } = pictures((await readOwnData(data, {}, [model])).data);
    const folder = mkdtempSync(join(tmpdir(), "carom-lab-pictures-"));
    const put = (path: string, bytes: Uint8Array) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    };
    put(model.name, model.bytes);
    for (const each of images) put(`${each.label}/${each.name}.png`, asPng(each));
    expect(new Set(images.map(({ label }) => label))).toEqual(new Set(["8", "9"]));
    const expected = await foundOn([model], sorted);
    const { page, complaints } = await open({ own: fixedSteps });
    const chooser = page.locator("input[webkitdirectory]");
    await chooser.setInputFiles(folder);
    await attack(page).waitFor({ timeout: 120_000 });
    await attack(page).getByRole("slider").press("End");
    expect(await page.locator(".own > .note").textContent()).toContain(`${images.length} rows`);
    const seen = await saved(page, /Save scores/);
    const points = await saved(page, /Save points/);
    const { budgets } = expected.answer;
    expect(difference(seen.scores_surrogate.data as Float64Array, budgets[0].surrogate.scores)).toBeLessThan(1e-5);
    expect(difference(seen.gradient_surrogate.data as Float64Array, expected.gradients.surrogate)).toBeLessThan(1e-5);
    expect(difference(points.x.data as Float32Array, budgets.at(-1)!.points)).toBeLessThan(1e-5);
    // One of another size is one sentence.
    const { width, height } = images[0];
    const other = { ...images[0], width: width / 2, height: 2 * height };
    put("9/other.png", asPng(other));
    await chooser.setInputFiles(folder);
    const told = page.locator(".own [role=alert]");
    await told.waitFor();
    await settled(page);
    expect(await told.allTextContents()).toEqual([
      expect.stringMatching(
        /^invalid image 9\/other.png: expected the size of the first, 8\/100.png: .* 14 x 56; resize/,
      ),
    ]);
    expect(complaints).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true });
  });

  test("images of both kinds beside labels.csv are what the core reads in Node", async () => {
    const [model, data] = await network("cnn", 0);
    const { images } = pictures((await readOwnData(data, {}, [model])).data);
    const files = images.map((each, i) =>
      i % 2 === 0
        ? { name: `${each.name}.png`, bytes: asPng(each) }
        : { name: `${each.name}.jpg`, bytes: asJpeg(each) },
    );
    const lines = images.map(({ name, label }) => `${name},${label}`);
    const list = { name: "labels.csv", bytes: new TextEncoder().encode(["filename,label", ...lines].join("\n")) };
    const read = await readOwnImages([...files, list], {});
    // Of what JPEG lost there is little.
    const pixels = Float32Array.from(images.flatMap((each) => Array.from(each.data, (byte) => byte / 255)));
    const off = (denseRows(read.data).data as Float32Array).map((value, i) => Math.abs(value - pixels[i]));
    expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThan(0.02);
    const expected = await foundOn([model], read.data);
    const { page, complaints } = await open({ own: fixedSteps });
    await give(page, [model, ...files, list]);
    await attack(page).waitFor({ timeout: 120_000 });
    const seen = await saved(page, /Save scores/);
    const { scores } = expected.answer.budgets[0].surrogate;
    expect(difference(seen.scores_surrogate.data as Float64Array, scores)).toBeLessThan(1e-5);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(["forest3", "gradientBoosting3"])(
    "%s of scikit-learn's is judged by transfer, from a surrogate trained or chosen",
    async (name) => {
      const forest = { name: `${name}.onnx`, bytes: new Uint8Array(fixture(`classifiers/${name}.onnx`)) };
      const { opened } = await openOwnModel(runtime, forest, undefined);
      const random = stream(0, "lab", "rows", name);
      const size = opened.inputShape[0];
      const x = tensor(
        "float32",
        [300, size],
        Array.from({ length: 300 * size }, () => 4 * random.uniform() - 2),
      );
      const labels = argMax(await opened.scores(x));
      const bytes = writeNpz({ x, y: tensor("int64", [300], Array.from(labels)) });
      const { page, complaints } = await open();
      await give(page, [forest, { name: "rows.npz", bytes }]);
      await attack(page).waitFor({ timeout: 120_000 });
      const facts = page.locator(".facts li");
      expect(await facts.first().textContent()).toMatch(/without gradients.*No gradients: .*TreeEnsemble/);
      expect(await facts.last().textContent()).toContain("trained in this page on 200 rows, that are not attacked");
      expect(await attack(page).textContent()).toContain(`svm-rbf, trained here attacks ${forest.name}`);
      expect(await page.getByRole("region", { name: /^Why, of the rows/ }).textContent()).toContain(
        "got decision trees, whose scores are constant",
      );
      await page.getByRole("combobox", { name: /^Attacked/ }).selectOption("logistic, trained here");
      await attack(page).getByText("logistic, trained here attacks").waitFor({ timeout: 60_000 });
      await settled(page);
      await attack(page).getByRole("slider").press("End");
      const seen = await saved(page, /Save scores/);
      // What the forest says of the clean rows and of the points is what ONNX Runtime says of them.
      const clean = takeRows(
        dataset({ features: x, labels }),
        Int32Array.from(seen.index.data as BigInt64Array, Number),
      );
      const { data: expected } = await opened.scores(denseRows(clean));
      expect(difference(seen.scores_target.data as Float64Array, Float64Array.from(expected))).toBeLessThan(1e-5);
      const points = await saved(page, /Save points/);
      const wrong = errorRate(argMax(await opened.scores(points.x)), clean.labels).estimate;
      expect(wrong).toBeGreaterThan(0.1);
      expect(await attack(page).textContent()).toContain(`${forest.name} ${Math.round(100 * wrong)} % (0 % without)`);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test("what is hostile, damaged or unknown is refused in a sentence, and the next file is taken", async () => {
    const [model, data] = await machine();
    const { page, complaints } = await open();
    const refused = async (file: OwnFile) => {
      await give(page, [file]);
      await page.locator(".own [role=alert]").waitFor();
      await settled(page);
      return page.locator(".own [role=alert]").textContent();
    };
    const bytes = (text: string) => new TextEncoder().encode(text);
    const sentence = /^(missing|invalid|unknown|unsupported) .*: expected .*, got .*; ./;
    const random = stream(1, "lab", "hostile");
    const damaged = Array.from({ length: 6 }, (_, i) => {
      const copy = model.bytes.slice();
      for (let k = 0; k < 4; k++) copy[random.integer(copy.length)] = random.integer(256);
      return { name: `damaged${i}.onnx`, bytes: copy.subarray(0, Math.floor(copy.length * (0.5 + 0.1 * i))) };
    });
    for (const file of [
      { name: "notes.md", bytes: bytes("# nothing") },
      { name: "text.onnx", bytes: bytes("this is no model") },
      { name: "empty.onnx", bytes: new Uint8Array(0) },
      { name: "cut.csv.gz", bytes: new Uint8Array(gzipSync(data.bytes)).subarray(0, 60) },
      { name: "broken.npz", bytes: bytes("PK but not really") },
      { name: "bomb.npz", bytes: new Uint8Array(1000).fill(0x50) },
      ...damaged.slice(0, 5),
    ]) {
      expect(await refused(file), file.name).toMatch(sentence);
    }
    await give(page, [model, data]);
    await attack(page).waitFor({ timeout: 120_000 });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("what a refusal names stands on the page, and mends it", async () => {
    const [model, data] = await machine();
    const [head, ...lines] = new TextDecoder().decode(data.bytes).split("\n");
    const labelFirst = (line: string) => [line.split(",")[4], ...line.split(",").slice(0, 4)].join(",");
    const table = [labelFirst(head).replace("class", "kind"), ...lines.map(labelFirst)].join("\n");
    const { page, complaints } = await open();
    await give(page, [model, { name: "flowers.csv", bytes: new TextEncoder().encode(table) }]);
    const told = page.locator(".own [role=alert]");
    await told.waitFor();
    await settled(page);
    expect(await told.textContent()).toMatch(/; .*"Labels in"/);
    expect(await told.textContent()).not.toContain("--");
    const field = page.getByRole("textbox", { name: "Labels in" });
    await field.fill("kind");
    await field.press("Enter");
    await attack(page).waitFor({ timeout: 120_000 });
    expect(await told.count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("neither the page nor its workers can send anything anywhere else", async () => {
    let heard = 0;
    const stranger = createServer((_, response) => {
      heard++;
      response.setHeader("access-control-allow-origin", "*");
      response.end("yes");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`;
    const { page } = await open();
    const [model, data] = await machine();
    await give(page, [model, data]);
    await attack(page).waitFor({ timeout: 120_000 });
    const send = (to: string) =>
      fetch(to).then(
        () => "sent",
        () => "refused",
      );
    expect(page.workers().length).toBe(2);
    expect(await page.evaluate(send, url)).toBe("refused");
    for (const worker of page.workers()) expect(await worker.evaluate(send, url)).toBe("refused");
    expect(heard).toBe(0);
    // It is the policy that refuses: a page of another origin without one reaches the same address.
    await page.goto(url.replace("127.0.0.1", "localhost"));
    expect(await page.evaluate(send, url)).toBe("sent");
    await page.close();
    stranger.close();
  });
});
