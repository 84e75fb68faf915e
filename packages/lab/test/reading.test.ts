// How the user's own files are read: what the fields of the page say, and folders that are dropped as the desktop does.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  tensor,
} from "@carom/core";
import { encode as encodePng } from "fast-png";
import * as ort from "onnxruntime-node";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { readOwnImages } from "../src/own/images.ts";
import { type OwnFile, openOwnModel } from "../src/own/read.ts";
import { builtPage, isHere, violationsIn } from "./builtPage.ts";
import { attack, difference, drop, give, saved, settled, told } from "./ownFiles.ts";

const open = builtPage();
const runtime = runtimeFrom(ort);
const bytes = (text: string) => new TextEncoder().encode(text);

/** Rows of two numbers in three classes, apart from each other, and a model of them. */
async function classified(): Promise<{ readonly data: Dataset; readonly model: OwnFile }> {
  const random = stream(0, "lab", "classified");
  const labels = Array.from({ length: 60 }, (_, i) => i % 3);
  const numbers = labels.flatMap((label) => [label + 0.2 * random.normal(), (label % 2) + 0.2 * random.normal()]);
  const features = tensor("float32", [60, 2], numbers);
  const data = dataset({ features, labels, classNames: ["0", "1", "2"], domain: [-1, 3] });
  const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "classified" });
  return { data, model: { name: "classified.onnx", bytes: model.bytes } };
}

const field = (page: Page, name: string) => page.locator(".own").getByLabel(name, { exact: true });

async function write(page: Page, name: string, text: string): Promise<void> {
  await field(page, name).fill(text);
  await field(page, name).press("Enter");
  await settled(page);
}

const note = (page: Page) => page.locator(".own > .note").textContent();

describe.skipIf(!isHere)("how files are read", { timeout: 180_000 }, () => {
  test("what is refused names its field, and the field mends it: missing values, decimal mark, names on top", async () => {
    const { data, model } = await classified();
    const rows = Array.from(data.labels, (label, i) => {
      const [a, b] = denseRows(data).data.slice(2 * i, 2 * i + 2);
      return `${a.toFixed(3)};${i === 7 ? "" : b.toFixed(3)};${label}`.replaceAll(".", ",");
    });
    const { page, complaints } = await open({ width: 390 });
    await give(page, [model, { name: "rows.csv", bytes: bytes(["a;b;class", ...rows].join("\n")) }]);
    await told(page).waitFor();
    await settled(page);
    expect(await told(page).textContent()).toMatch(/"Missing values"/);
    expect(await told(page).textContent()).not.toContain("--");
    await write(page, "Missing values", "often");
    expect(await told(page).textContent()).toMatch(/^invalid field "Missing values": expected .* got "often"/);
    expect(await violationsIn(page)).toEqual([]);
    await write(page, "Missing values", "median");
    await attack(page).waitFor({ timeout: 120_000 });
    expect(await told(page).count()).toBe(0);
    expect(await note(page)).toMatch(
      /60 rows, 2 numeric columns.*decimal comma.*1 missing values filled with the median/,
    );
    await write(page, "Missing values", "drop");
    expect(await note(page)).toMatch(/59 rows.*1 rows with missing values left out/);
    const names = page.getByRole("combobox", { name: /^Names on top/ });
    await names.selectOption("no");
    await settled(page);
    // What stands on top is then a value, and no number.
    expect(await told(page).textContent()).toMatch(/^invalid .*expected .*; .*"(Columns of words|Labels in)"/);
    await names.selectOption("");
    await settled(page);
    await attack(page).waitFor({ timeout: 120_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await violationsIn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("classes in another order, and numbers in front of a model, are said in fields, as the command has options", async () => {
    const { data, model } = await classified();
    const x = denseRows(data);
    const [mean, deviation] = [3, 2];
    const named = ["setosa", "virginica", "versicolor"];
    const rows = Array.from(data.labels, (label, i) => {
      const given = [...x.data.slice(2 * i, 2 * i + 2)].map((value) => value * deviation + mean);
      return [...given, named[label]].join(",");
    });
    const table = { name: "rows.csv", bytes: bytes(["a,b,class", ...rows].join("\n")) };
    const { page, complaints } = await open();
    await give(page, [model, table]);
    await settled(page);
    await write(page, "Normalized by mean, deviation", `${mean},${deviation}`);
    await write(page, "Classes of the models", named.join(","));
    await attack(page).waitFor({ timeout: 120_000 });
    const wrong = errorRate(argMax(await (await openOwnModel(runtime, model, data)).opened.scores(x)), data.labels);
    expect(wrong.estimate).toBeLessThan(0.1);
    expect(await page.locator(".facts li").first().textContent()).toContain(
      `${(100 * wrong.estimate).toFixed(1)} % of the rows wrong`,
    );
    const seen = await saved(page, /Save scores/);
    const { data: expected } = await (await openOwnModel(runtime, model, undefined)).opened.scores(x);
    expect(difference(seen.scores_surrogate.data as Float64Array, expected)).toBeLessThan(1e-5);
    // In another order the model is wrong of nearly all rows of two classes.
    await write(page, "Classes of the models", "virginica,setosa,versicolor");
    const share = await page.locator(".facts li").first().textContent();
    expect(Number(/([\d.]+) % of the rows wrong/.exec(share!)![1])).toBeGreaterThan(60);
    await write(page, "Normalized by mean, deviation", "1,0");
    expect(await told(page).textContent()).toMatch(/^invalid field "Normalized by mean, deviation": expected/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a folder of images in colours, dropped with a model in it, is the array of their pixels", async () => {
    const size = 10;
    const random = stream(0, "lab", "colours");
    // Of one class red is more, of the other blue.
    const images = Array.from({ length: 12 }, (_, i) => {
      const label = i < 6 ? "blue" : "red";
      const pixels = Uint8Array.from({ length: 3 * size * size }, (_, j) => {
        const isMore = j % 3 === (label === "red" ? 0 : 2);
        return Math.floor(160 * random.uniform() + (isMore ? 60 : 0));
      });
      return { label, name: `${label}/${100 + i}.png`, pixels };
    });
    const files: OwnFile[] = images.map(({ name, pixels }) => ({
      name: name.split("/")[1],
      folder: `pictures/${name.split("/")[0]}`,
      bytes: encodePng({ width: size, height: size, data: pixels, channels: 3, depth: 8 }),
    }));
    const { data } = await readOwnImages(files, {});
    expect(data.featureShape).toEqual([3, size, size]);
    const layers = [{ conv: 4, kernel: 3, stride: 1 }, { pool: 2 }, { dense: 8 }];
    const learner = learnerByName("cnn");
    const { model } = await fit(learner, data, { runtime, seed: 0, stream: "c", options: { epochs: 6, layers } });
    const folder = mkdtempSync(join(tmpdir(), "carom-lab-colours-"));
    for (const file of [...files, { name: "colours.onnx", folder: "pictures", bytes: model.bytes }]) {
      mkdirSync(dirname(join(folder, file.folder!, file.name)), { recursive: true });
      writeFileSync(join(folder, file.folder!, file.name), file.bytes);
    }
    const { page, complaints } = await open();
    await drop(page, join(folder, "pictures"));
    await attack(page).waitFor({ timeout: 120_000 });
    await settled(page);
    expect(await note(page)).toContain(`12 rows, ${3 * size * size} features, 2 classes, images of 3 x 10 x 10`);
    const seen = await saved(page, /Save scores/);
    const { opened } = await openOwnModel(runtime, { name: "colours.onnx", bytes: model.bytes }, data);
    const { data: expected } = await opened.scores(denseRows(data));
    expect(difference(seen.scores_surrogate.data as Float64Array, expected)).toBeLessThan(1e-5);
    // The row that is shown is the first image, in its colours.
    await attack(page).getByRole("slider").press("Home");
    const shown = await attack(page)
      .locator(".large canvas")
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        return [...(canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data];
      });
    const [first] = images;
    const colours = shown.filter((_, i) => i % 4 < 3);
    expect(colours).toEqual([...first.pixels]);
    expect(complaints).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true });
  });

  test("a file that is dropped beside the place is not opened in place of the page", async () => {
    const { page, address } = await open();
    const folder = mkdtempSync(join(tmpdir(), "carom-lab-missed-"));
    writeFileSync(join(folder, "rows.csv"), "a,class\n1,x\n2,y\n");
    const session = await page.context().newCDPSession(page);
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      const data = { items: [], files: [join(folder, "rows.csv")], dragOperationsMask: 1 };
      await session.send("Input.dispatchDragEvent", { type, x: 100, y: 20, data });
    }
    await page.waitForTimeout(300);
    expect(page.url().startsWith(address)).toBe(true);
    expect(readFileSync(join(folder, "rows.csv"), "utf8")).toContain("class");
    await page.close();
    rmSync(folder, { recursive: true });
  });
});
