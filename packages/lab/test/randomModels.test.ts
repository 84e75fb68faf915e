// Models of random shapes and scikit-learn's, dropped on a worker of the page's, held against ONNX Runtime in Node.

import { readFileSync } from "node:fs";
import { argMax, type Dataset, dataset, denseRows, runtimeFrom, sizeOf, stream, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import type { JSHandle, Page } from "playwright-core";
import { expect, test } from "vitest";
import { attackOwn, type OwnChoices } from "../src/own/attack.ts";
import type { OwnAsked, OwnTold } from "../src/own/messages.ts";
import { type OwnFile, openOwnModel } from "../src/own/read.ts";
import { builtPage, isHere } from "./builtPage.ts";
import { randomNetwork } from "./randomModels.ts";

const open = builtPage();
const runtime = runtimeFrom(ort);
const ROWS = 6;
const NEAR = 1e-5;

/** What of an answer is compared. */
interface Numbers {
  readonly scores: readonly number[];
  readonly gradients: readonly number[];
  /** Points [N, d] at each budget. */
  readonly points: readonly (readonly number[])[];
}

async function inNode(file: OwnFile, data: Dataset, choices: OwnChoices): Promise<Numbers> {
  const model = await openOwnModel(runtime, file, data);
  const { answer, gradients } = await attackOwn(model, model, choices, async () => {});
  return {
    scores: [...answer.budgets[0].surrogate.scores],
    gradients: [...gradients.surrogate],
    points: answer.budgets.map(({ points }) => [...points]),
  };
}

/** A worker for the user's files, as the page starts it. */
const workerOf = (page: Page, url: string): Promise<JSHandle<Worker>> =>
  page.evaluateHandle(async (url) => {
    const script = await (await fetch(url)).text();
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return new Worker(address, { type: "module" });
  }, url);

/** Drops files on the worker; those that had their names before make way. */
function inPage(worker: JSHandle<Worker>, number: number, given: readonly OwnFile[], settings: OwnChoices) {
  const added = given.map(({ name, bytes }) => ({ name, bytes: [...bytes] }));
  return worker.evaluate(
    (worker, { number, added, settings }) => {
      const files = added.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }));
      const asked: OwnAsked = { about: "files", number, added: files, settings: { ...settings, written: {} } };
      return new Promise<Numbers>((resolve, reject) => {
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.onmessage = ({ data }: MessageEvent<OwnTold>) => {
          if ("fault" in data) reject(new Error(data.fault));
          if (!("answer" in data) || data.number !== number) return;
          const { answer, gradients } = data.answer;
          resolve({
            scores: [...answer.budgets[0].surrogate.scores],
            gradients: [...gradients.surrogate],
            points: answer.budgets.map(({ points }) => [...points]),
          });
        };
        worker.postMessage(asked);
      });
    },
    { number, added, settings },
  );
}

/** The largest difference, relative to the largest number. */
function difference(a: readonly number[], b: readonly number[]): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0) / largest;
}

/** The rows whose points are elsewhere at some budget. */
function rowsApart(a: Numbers, b: Numbers): number {
  const width = b.points[0].length / ROWS;
  return Array.from({ length: ROWS }, (_, i) => i).filter((i) =>
    b.points.some((points, k) => {
      const of = (all: readonly number[]) => all.slice(i * width, (i + 1) * width);
      return difference(of(a.points[k]), of(points)) > NEAR;
    }),
  ).length;
}

const fixture = (path: string): OwnFile => ({
  name: path.replace("/", "-"),
  bytes: new Uint8Array(readFileSync(new URL(`../../../fixtures/onnx/${path}`, import.meta.url))),
});

const models = (): readonly OwnFile[] => [
  ...Array.from({ length: 10 }, (_, i) => randomNetwork("MLP", i)),
  ...Array.from({ length: 10 }, (_, i) => randomNetwork("CNN", i)),
  ...["svcRbf2.plain18", "svcRbf3.zipmap18", "svcPoly3.plain13", "svcSigmoid2.zipmap17", "logistic3.plain15"].map(
    (name) => fixture(`sklearn/${name}.onnx`),
  ),
  ...["linearSVC3", "scaledSVC2.zipmap", "nuSVC3", "gaussianNB3", "mlp3"].map((name) =>
    fixture(`classifiers/${name}.onnx`),
  ),
];

test.skipIf(!isHere)(
  "scores, gradients and points of models of any shape are those of Node",
  async () => {
    const { page, asked } = await open();
    const [first] = models();
    await page
      .getByLabel("Choose files")
      .setInputFiles([{ name: first.name, mimeType: "", buffer: Buffer.from(first.bytes) }]);
    await page.locator(".facts li").waitFor({ timeout: 120_000 });
    const url = asked.filter((address) => /\/worker[^/]*\.js$/.test(address)).at(-1)!;
    const worker = await workerOf(page, url);
    let [apart, rows] = [0, 0];
    for (const [i, file] of models().entries()) {
      const { opened } = await openOwnModel(runtime, file, undefined);
      const random = stream(0, "lab", "rows", file.name);
      const shape = [ROWS, ...opened.inputShape];
      const x = tensor(
        "float32",
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => 4 * random.uniform() - 2),
      );
      const labels = argMax(await opened.scores(x));
      // Every class has a row.
      const kinds = Math.max(2, ...labels.map((label) => label + 1));
      const given = Array.from(labels, (label, row) => (row < kinds ? row : label));
      const data = dataset({ features: x, labels: given });
      const bytes = writeNpz({ x: denseRows(data), y: tensor("int64", [ROWS], given) });
      const choices: OwnChoices = { norm: "l2", most: 0.5, attack: i % 2 === 0 ? "strongest" : "pgd" };
      const model = { ...file, name: "model.onnx" };
      const expected = await inNode(model, data, choices);
      const seen = await inPage(worker, i + 1, [model, { name: "rows.npz", bytes }], choices);
      expect(difference(seen.scores, expected.scores), file.name).toBeLessThan(NEAR);
      expect(difference(seen.gradients, expected.gradients), file.name).toBeLessThan(NEAR);
      expect(difference(expected.points.at(-1)!, expected.points[0]), file.name).toBeGreaterThan(0.01);
      rows += ROWS;
      apart += rowsApart(seen, expected);
    }
    // At a kink of a network the last bit decides which way a point goes, so one row in a hundred may go elsewhere.
    expect(apart).toBeLessThan(0.01 * rows);
    await page.close();
  },
  240_000,
);
