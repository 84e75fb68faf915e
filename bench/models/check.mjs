// Measures scores and gradients of the model files that make.py made: node check.mjs FOLDER [BEGINNING OF NAMES]
//
// Scores must be those of the tool that made the file. Where that tool gives gradients itself, a gradient is right
// where it is that of the tool in float64, but for what rounding does, at a row or at one of two points beside it: at a
// kink, such as two equal maxima, rounding chooses the side, and points nearby lie at none. Elsewhere it is right where
// it is the slope of the loss: along itself, and along the parts of itself that belong to random halves of the
// features, central differences of the file's own scores or, where a kink lies on one side, those of the other, give
// the same within two per cent, at one of several steps. All happens in a process of its own, since the runtime may end
// it. results.json holds what was found.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { InputError, openModel, stream, tensor } from "@carom/core";
import { kindsOf } from "@carom/core/models";
import { loadModel } from "../../packages/cli/dist/host/modelFile.js";
import { nodeRuntime } from "../../packages/cli/dist/host/runtime.js";

const [folder, beginning = "", ...these] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));

/** Changes of the loss that steps are made for: differences of larger ones see curvature, of smaller ones rounding. */
const CHANGES = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];
/** Probabilities this small lose their digits, and slopes this small vanish in the rounding of losses. */
const LEAST = 1e-12;
const FLAT = 1e-5;
const HALVES = 4;
const TOLERANCE = 0.02;
/**
 * How far a gradient may be from another tool's in float64, relative to its norm: so much, or so many times what
 * float32 alone makes of it there, since another order of sums rounds otherwise, and may end on the other side of a
 * kink.
 */
const ROUNDED = 1e-4;
const ROUNDINGS = 20;
/**
 * How far scores may be from the original's, as a share of the largest: both may compute in float32, in another order.
 */
const SCORES = 2e-3;

/** The cross-entropy of each row, in float64. */
function losses({ data, shape: [rows, classes] }, labels, probabilities) {
  return Array.from({ length: rows }, (_, i) => {
    const row = Array.from(data.subarray(i * classes, (i + 1) * classes));
    if (probabilities) return -Math.log(Math.max(1e-30, row[labels[i]]));
    const most = Math.max(...row);
    return most + Math.log(row.reduce((sum, s) => sum + Math.exp(s - most), 0)) - row[labels[i]];
  });
}

/**
 * The class with the second largest score of each row, whose loss is not flat, or that with the largest where no other
 * counts.
 */
function runnersUp({ data, shape: [rows, classes] }, probabilities) {
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = Array.from(data.subarray(i * classes, (i + 1) * classes));
    const order = row.map((_, k) => k).sort((a, b) => row[b] - row[a]);
    return probabilities && row[order[1]] < LEAST ? order[0] : order[1];
  });
}

/**
 * The largest disagreement between slopes along the gradient, or parts of it, and differences; each at its best step.
 */
async function disagreement(open, x, gradient, labels) {
  const [rows] = x.shape;
  const size = x.data.length / rows;
  const here = losses(await open.scores(x), labels, open.probabilities);
  const units = unitsOf(x.data, size);
  let worst = 0;
  for (let half = 0; half <= HALVES; half++) {
    const random = stream(1, "half", half);
    const mask = Array.from({ length: size }, () => half === 0 || random.uniform() < 0.5);
    // The gradient by features in their own units.
    const part = gradient.data.map((value, i) => (mask[i % size] ? value * units[i % size] : 0));
    const slopes = Array.from({ length: rows }, (_, i) =>
      Math.hypot(...chunks(part.subarray(i * size, (i + 1) * size))),
    );
    const errors = slopes.map((slope) => (slope < FLAT ? 0 : Number.POSITIVE_INFINITY));
    for (const change of CHANGES) {
      if (Math.max(...errors) < TOLERANCE / 10) break;
      // A direction of length 1 for each row, times the step that changes its loss so much.
      const at = async (sign) => {
        const moved = x.data.map((value, i) => {
          const slope = slopes[Math.floor(i / size)];
          return slope === 0 ? value : value + (sign * units[i % size] * part[i] * change) / slope ** 2;
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
          step += (((ahead.moved[j] - behind.moved[j]) / units[j % size]) * part[j]) / slopes[i];
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

/** The size of each feature: the largest value that the rows have of it, or of any where all are 0. */
function unitsOf(values, size) {
  const largest = new Float64Array(size);
  values.forEach((value, i) => {
    largest[i % size] = Math.max(largest[i % size], Math.abs(value));
  });
  const most = largest.reduce((a, b) => Math.max(a, b), 0) || 1;
  return largest.map((value) => value || most);
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

/** The numbers in a file. */
function numbersIn(name, Numbers) {
  const bytes = readFileSync(join(folder, name));
  return new Numbers(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/**
 * The largest distance of a gradient from that of the tool that made the file, relative to its norm: of each row the
 * least of the distances at the row and at the two points beside it.
 */
async function distanceOfGradients({ differentiable }, name, { shape, labels }) {
  const expected = numbersIn(`${name}.gradient`, Float64Array);
  const points = tensor("float32", [labels.length, ...shape.slice(1)], numbersIn(`${name}.points`, Float32Array));
  const { gradient } = await differentiable.inputGradient("crossEntropy", points, Int32Array.from(labels));
  const size = points.data.length / labels.length;
  const away = labels.map((_, i) => {
    const own = expected.subarray(i * size, (i + 1) * size);
    const between = own.map((value, j) => value - gradient.data[i * size + j]);
    return Math.hypot(...chunks(between)) / Math.max(1e-300, Math.hypot(...chunks(own)));
  });
  const [rows] = shape;
  const least = Array.from({ length: rows }, (_, i) => Math.min(away[i], away[i + rows], away[i + 2 * rows]));
  return Math.max(...least);
}

/** The largest distance of scores from those of the original, as a share of the largest. */
function distance({ data }, expected) {
  const wanted = expected.flat();
  if (wanted.length !== data.length) return Number.POSITIVE_INFINITY;
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]) / largest), 0);
}

async function examine(name) {
  const { shape, expected, options, labels: known, rounding } = manifest[name];
  const { model, front } = await loadModel(join(folder, `${name}.onnx`), options);
  let x = tensor("float32", shape, numbersIn(`${name}.rows`, Float32Array));
  if (front) x = await (await openModel(nodeRuntime(), front)).scores(x);
  const open = await openModel(nodeRuntime(), model, x);
  const scores = await open.scores(x);
  const away = expected ? distance(scores, expected) : undefined;
  const about = { scores: away };
  // The columns that a file gives are taken as they are: an exporter may have written another function into it.
  const isOurs = open.model.reading?.columns !== "classes" || open.model.scores !== open.model.reading.scores;
  if (away > SCORES && isOurs) {
    return { ...about, verdict: "other scores", reason: `${Array.from(scores.data.slice(0, 6))}` };
  }
  if (!open.differentiable) return { ...about, verdict: "scores only", reason: open.notDifferentiable };
  const labels = known ? Int32Array.from(known.slice(0, shape[0])) : runnersUp(scores, open.probabilities);
  const { gradient } = await open.differentiable.inputGradient("crossEntropy", x, labels);
  // Whole numbers are moved as if they were real, or left: scores change in steps, so only the other features are
  // compared.
  const parts = open.model.parts?.map((part) => (part.type.startsWith("float") ? part : { ...part, kind: "fixed" }));
  const kinds = parts && kindsOf(parts);
  if (kinds?.every((kind) => kind !== "real")) return { ...about, verdict: "past the rounding" };
  for (let i = 0; kinds && i < gradient.data.length; i++) {
    if (kinds[i % kinds.length] !== "real") gradient.data[i] = 0;
  }
  if (gradient.data.some((value) => !Number.isFinite(value))) return { ...about, verdict: "not finite" };
  if (known && !front) {
    const error = await distanceOfGradients(open, name, manifest[name]);
    if (error > 0) {
      await open.close();
      const isRight = error < Math.max(ROUNDED, ROUNDINGS * rounding);
      return { ...about, verdict: isRight ? "right" : "wrong", error, by: "tool" };
    }
  }
  if (gradient.data.every((value) => value === 0)) {
    return { ...about, verdict: (await isFlat(open, x, labels)) ? "zero" : "wrong" };
  }
  const error = await disagreement(open, x, gradient, labels);
  await open.close();
  return { ...about, verdict: error < TOLERANCE ? "right" : "wrong", error, by: "differences" };
}

const path = join(folder, "results.json");

/** Examines files one after the other, a line of JSON for each. */
async function examineAll(names) {
  for (const name of names) {
    const started = performance.now();
    let found;
    try {
      found = await examine(name);
    } catch (error) {
      const isRefused = error instanceof InputError;
      const reason = isRefused ? error.message : String(error.stack).slice(0, 600);
      found = { verdict: isRefused ? "refused" : "fault", reason };
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    console.log(JSON.stringify({ name, ...found, seconds }));
  }
}

/**
 * Has another process examine files; what ends that process is found of the file that it was at, and another goes on.
 */
async function superviseAll(names) {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const left = [...names];
  while (left.length > 0) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), folder, "--these", ...left], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const note = ({ name, ...found }) => {
      results[name] = found;
      left.splice(left.indexOf(name), 1);
      const more = found.error?.toPrecision(2) ?? found.reason?.replaceAll("\n", " ").slice(0, 220) ?? "";
      console.log(name, found.verdict, found.scores?.toPrecision(2) ?? "", more);
      writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
    };
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) note(JSON.parse(line));
    const [code, signal] = await ended;
    if (left.length > 0) note({ name: left[0], verdict: "crash", reason: `${signal ?? code}` });
  }
}

if (beginning === "--these") await examineAll(these);
else {
  const own = Object.keys(manifest).filter((each) => each.startsWith(beginning));
  await superviseAll(own);
}
