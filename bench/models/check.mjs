// Measures the gradients of the model files that make.py made: node check.mjs FOLDER [BEGINNING OF NAMES]
//
// A gradient is right where it is the slope of the loss: along itself, and along the parts of itself that belong to random
// halves of the features, central differences of the file's own scores or, where a kink lies on one
// side, those of the other, give the same within two per cent, at one of several steps. Each file is opened in a process of its own, since the runtime may end it. results.json holds what was found.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, modelFromBytes, openModel, stream, tensor } from "@carom/core";
import { nodeRuntime } from "../../packages/cli/dist/host/runtime.js";

const [folder, beginning = "", only] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));

/** Changes of the loss that steps are made for: differences of larger ones see curvature, of smaller ones rounding. */
const CHANGES = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];
/** Probabilities this small lose their digits, and slopes this small vanish in the rounding of losses. */
const LEAST = 1e-12;
const FLAT = 1e-5;
const HALVES = 4;
const TOLERANCE = 0.02;

/** The cross-entropy of each row, in float64. */
function losses({ data, shape: [rows, classes] }, labels, probabilities) {
  return Array.from({ length: rows }, (_, i) => {
    const row = Array.from(data.subarray(i * classes, (i + 1) * classes));
    if (probabilities) return -Math.log(Math.max(1e-30, row[labels[i]]));
    const most = Math.max(...row);
    return most + Math.log(row.reduce((sum, s) => sum + Math.exp(s - most), 0)) - row[labels[i]];
  });
}

/** The class with the second largest score of each row, whose loss is not flat, or that with the largest where no other counts. */
function runnersUp({ data, shape: [rows, classes] }, probabilities) {
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = Array.from(data.subarray(i * classes, (i + 1) * classes));
    const order = row.map((_, k) => k).sort((a, b) => row[b] - row[a]);
    return probabilities && row[order[1]] < LEAST ? order[0] : order[1];
  });
}

/** The largest disagreement between slopes along the gradient, or parts of it, and differences; each at its best step. */
async function disagreement(open, x, gradient, labels) {
  const [rows] = x.shape;
  const size = x.data.length / rows;
  const here = losses(await open.scores(x), labels, open.probabilities);
  let worst = 0;
  for (let half = 0; half <= HALVES; half++) {
    const random = stream(1, "half", half);
    const mask = Array.from({ length: size }, () => half === 0 || random.uniform() < 0.5);
    const part = gradient.data.map((value, i) => (mask[i % size] ? value : 0));
    const slopes = Array.from({ length: rows }, (_, i) =>
      Math.hypot(...chunks(part.subarray(i * size, (i + 1) * size))),
    );
    const errors = slopes.map((slope) => (slope < FLAT ? 0 : Number.POSITIVE_INFINITY));
    for (const change of CHANGES) {
      // A direction of length 1 for each row, times the step that changes its loss so much.
      const at = async (sign) => {
        const moved = x.data.map((value, i) => {
          const slope = slopes[Math.floor(i / size)];
          return slope === 0 ? value : value + (sign * part[i] * change) / slope ** 2;
        });
        return {
          moved,
          loss: losses(await open.scores(tensor("float32", x.shape, moved)), labels, open.probabilities),
        };
      };
      const [ahead, behind] = [await at(1), await at(-1)];
      for (let i = 0; i < rows; i++) {
        if (errors[i] === 0) continue;
        // What the step became in float32, along the direction.
        let step = 0;
        for (let j = i * size; j < (i + 1) * size; j++)
          step += ((ahead.moved[j] - behind.moved[j]) * part[j]) / slopes[i];
        // Where a kink lies on one side, the other side tells.
        const [up, down] = [ahead.loss[i] - here[i], here[i] - behind.loss[i]];
        for (const rise of [(up + down) / 2, up, down]) {
          errors[i] = Math.min(errors[i], Math.abs((2 * rise) / step / slopes[i] - 1));
        }
      }
    }
    worst = Math.max(worst, ...errors);
  }
  return worst;
}

/** Whether the loss stays as it is within some small random step of each row. */
async function isFlat(open, x, labels) {
  const at = async (z) => losses(await open.scores(tensor("float32", x.shape, z)), labels, open.probabilities);
  const here = await at(x.data);
  const random = stream(1, "flat");
  for (let i = 0; i < 8; i++) {
    const there = await at(x.data.map((value) => value + 1e-4 * (2 * random.uniform() - 1)));
    if (there.every((loss, row) => loss === here[row])) return true;
  }
  return false;
}

/** Norms of pieces, since a function takes only so many arguments. */
function chunks(values) {
  const norms = [];
  for (let from = 0; from < values.length; from += 1000) norms.push(Math.hypot(...values.subarray(from, from + 1000)));
  return norms;
}

async function examine(name) {
  const bytes = readFileSync(join(folder, `${name}.onnx`));
  const { shape } = manifest[name];
  const rows = readFileSync(join(folder, `${name}.rows`));
  const x = tensor(
    "float32",
    shape,
    new Float32Array(rows.buffer.slice(rows.byteOffset, rows.byteOffset + rows.length)),
  );
  const model = modelFromBytes(bytes);
  const about = { opset: model.onnx?.opsets[""] };
  const open = await openModel(nodeRuntime(), model);
  const scores = await open.scores(x);
  if (!open.differentiable) return { ...about, verdict: "scores only", reason: open.notDifferentiable };
  const labels = runnersUp(scores, open.probabilities);
  const { gradient } = await open.differentiable.inputGradient("crossEntropy", x, labels);
  if (gradient.data.some((value) => !Number.isFinite(value))) return { ...about, verdict: "not finite" };
  if (gradient.data.every((value) => value === 0)) {
    return { ...about, verdict: (await isFlat(open, x, labels)) ? "zero" : "wrong" };
  }
  const error = await disagreement(open, x, gradient, labels);
  return { ...about, verdict: error < TOLERANCE ? "right" : "wrong", error };
}

if (only) {
  try {
    console.log(JSON.stringify(await examine(only)));
  } catch (error) {
    const verdict = error instanceof InputError ? "refused" : "fault";
    console.log(
      JSON.stringify({ verdict, reason: verdict === "fault" ? String(error.stack).slice(0, 600) : error.message }),
    );
  }
} else {
  const path = join(folder, "results.json");
  const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  for (const name of Object.keys(manifest).filter((each) => each.startsWith(beginning))) {
    const started = performance.now();
    const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder, beginning, name], {
      encoding: "utf8",
    });
    const line = run.stdout.trim().split("\n").at(-1);
    const found = line?.startsWith("{")
      ? JSON.parse(line)
      : { verdict: "crash", reason: `${run.signal ?? run.stderr.slice(-300)}` };
    results[name] = { ...found, seconds: Math.round((performance.now() - started) / 100) / 10 };
    console.log(
      name,
      found.verdict,
      found.error?.toPrecision(2) ?? found.reason?.replaceAll("\n", " ").slice(0, 220) ?? "",
    );
    writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  }
}
