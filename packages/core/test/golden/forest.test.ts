// Random forests against scikit-learn's on three data sets: the mean test error over seeds is the same.

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type Dataset, takeRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { forest } from "../../src/learners/forest.ts";
import { argMax } from "../../src/models/losses.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { mean, standardError } from "../../src/stats/describe.ts";
import type { Tensor } from "../../src/tensor.ts";
import { mnist89 } from "../mnist.ts";
import { optdigits, wdbc } from "../uci.ts";

interface Case {
  readonly data: "mnist89" | "optdigits" | "wdbc";
  readonly step: number;
  readonly trees: number;
  readonly depth: number | null;
  readonly errors: readonly number[];
}

const file = new URL("../../../../fixtures/learners/forest.golden.json", import.meta.url);
const { cases }: { cases: readonly Case[] } = JSON.parse(readFileSync(file, "utf8"));
const runtime = runtimeFrom(ort);
const SEEDS = 10;

/** Training and test rows as fixtures/learners/forest.py takes them. */
function parts({ data, step }: Case): readonly [Dataset, Dataset] | undefined {
  const every = (from: Dataset, start: number) =>
    takeRows(
      from,
      Int32Array.from(from.labels.keys()).filter((row) => row % step === start),
    );
  if (data === "wdbc") {
    const all = wdbc();
    return all && [every(all, 0), every(all, 1)];
  }
  const both = data === "mnist89" ? mnist89() : optdigits();
  return both && [every(both.train, 0), both.test];
}

describe.each(cases)("forest of $trees trees, depth $depth, on $data", (golden) => {
  const data = parts(golden);
  test.skipIf(!data)("errs as often as scikit-learn's, within 3 standard errors", async () => {
    const [train, tested] = data!;
    const errors: number[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const { trees, depth } = golden;
      const { model } = await fit(forest, train, { runtime, seed, stream: "golden", options: { trees, depth } });
      const opened = await openModel(runtime, model);
      const { features, labels } = tested;
      const predicted = argMax(await opened.scores(features as Tensor));
      errors.push(predicted.filter((label, i) => label !== labels[i]).length / labels.length);
      await opened.close();
    }
    const spread = Math.hypot(standardError(errors)!, standardError(golden.errors)!);
    expect(Math.abs(mean(errors)! - mean(golden.errors)!)).toBeLessThan(3 * spread);
  });
});
