// What a classifier gets of data, whole and where a cut is attacked.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataset, denseRows, stream, tensor } from "@carom/core";
import { GraphBuilder, modelOf, writeModel } from "@carom/core/onnx";
import { afterAll, expect, test } from "vitest";
import { openClassifier } from "./classifier.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-classifier-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [N, D, H, K] = [20, 5, 4, 3];
const FLOAT = 1;
const random = stream(0, "classifier");
const drawn = (rows: number, columns: number) => Array.from({ length: rows * columns }, () => random.normal());
const [first, second] = [drawn(D, H), drawn(H, K)];

/** Bytes x 2^-8 A, then tanh, then B: its file, and what it calls the value before tanh. */
function network(): { readonly path: string; readonly inner: string } {
  const g = new GraphBuilder();
  const x = g.node("Cast", [g.input("x", "uint8", ["N", D])], { to: { int: FLOAT } });
  const parts = g.node("Mul", [x, g.scalar(2 ** -8, x)]);
  const hidden = g.node("MatMul", [parts, g.constant(tensor("float32", [D, H], first))]);
  const scores = g.node("MatMul", [g.node("Tanh", [hidden]), g.constant(tensor("float32", [H, K], second))]);
  g.output(scores, "scores");
  const path = join(folder, "bytes.onnx");
  writeFileSync(path, writeModel(modelOf(g.graph())));
  return { path, inner: hidden };
}

test("a model of bytes gets the data's, and so does what stands before a value that is attacked", async () => {
  const { path, inner } = network();
  const bytes = Array.from({ length: N * D }, () => Math.floor(256 * random.uniform()));
  const expected = Array.from({ length: N }, (_, i) => {
    const hidden = Array.from({ length: H }, (_, h) =>
      Array.from({ length: D }, (_, j) => (bytes[i * D + j] / 256) * first[j * H + h]).reduce((a, b) => a + b),
    );
    return Array.from({ length: K }, (_, k) =>
      hidden.map((value, h) => Math.tanh(value) * second[h * K + k]).reduce((a, b) => a + b),
    );
  }).flat();
  const labels = Array.from({ length: N }, (_, i) => i % K);
  for (const meaning of ["unit", "raw", undefined] as const) {
    const features = tensor(meaning ? "uint8" : "float32", [N, D], bytes);
    const data = dataset({ features, labels, ...(meaning && { bytes: meaning }) });
    for (const options of [{}, { attackAt: inner }]) {
      const classifier = await openClassifier(path, options, data);
      const { data: found } = await classifier.opened.scores(denseRows(await classifier.fit(data)));
      expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at])))).toBeLessThan(1e-5);
      await classifier.opened.close();
    }
  }
});
