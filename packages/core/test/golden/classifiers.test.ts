// Classifiers of every family that skl2onnx converts: errors and kinds of scores against scikit-learn,
// fixtures/onnx/classifiers.py.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkModel } from "../../src/models/checks.ts";
import { argMax } from "../../src/models/losses.ts";
import { modelFromBytes } from "../../src/models/model.ts";
import type { ModelWarning } from "../../src/models/modelWarning.ts";
import { openModel } from "../../src/models/open.ts";
import { tensor } from "../../src/tensor.ts";
import { runtime } from "../linearWorld.ts";

interface Golden {
  readonly rows: Readonly<
    Record<string, { readonly x: readonly (readonly number[])[]; readonly y: readonly number[] }>
  >;
  readonly models: Readonly<Record<string, { rows: string; wrong: number; probabilities: boolean }>>;
}

const folder = new URL("../../../../fixtures/onnx/classifiers/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8"));

/** Opens a file on its rows: its error, what it is read as, and what is suspicious of it. */
async function judge(name: string) {
  const { rows, wrong, probabilities } = golden.models[name];
  const { x, y } = golden.rows[rows];
  const features = tensor("float32", [x.length, x[0].length], x.flat());
  const labels = Int32Array.from(y);
  const model = await openModel(runtime, modelFromBytes(readFileSync(new URL(`${name}.onnx`, folder))), features);
  const predicted = argMax(await model.scores(features));
  // Gradients are held against differences elsewhere, and take long to compile.
  const warnings = (await checkModel({ ...model, differentiable: undefined }, features, labels)).map(
    ({ check }) => check,
  );
  await model.close();
  const count = predicted.reduce((sum, label, i) => sum + (label === labels[i] ? 0 : 1), 0);
  return { error: count, expected: wrong, isRead: model.probabilities === probabilities, warnings };
}

/**
 * Files whose highest score is not what scikit-learn predicts, and what tells so: labels by votes where scores are of
 * probabilities or sums, clipped scores that are equal, and values of machines that the converter divides by their sum.
 */
const others: Readonly<Record<string, ModelWarning["check"]>> = {
  sgd_modified_huber3: "ties",
  svc3: "labels",
  svcOvo3: "labels",
  "svcProbability2.zipmap": "labels",
  svcProbability3: "labels",
  nuSVC3: "labels",
  nuSVCOvo3: "labels",
  "oneVsRestSVC2.zipmap": "kind",
  oneVsRestSVC3: "labels",
};

describe("scores as skl2onnx writes them", () => {
  test("every file has numbers, and every number a file", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".onnx"));
    expect(files.map((file) => file.replace(".onnx", "")).sort()).toEqual(Object.keys(golden.models).sort());
  });

  test.each(Object.keys(golden.models))("%s errs as scikit-learn does, or it is told why not", async (name) => {
    const { error, expected, isRead, warnings } = await judge(name);
    expect(isRead).toBe(true);
    if (others[name] === undefined) expect(error).toBe(expected);
    else {
      expect(error).not.toBe(expected);
      expect(warnings).toContain(others[name]);
    }
  });
});
