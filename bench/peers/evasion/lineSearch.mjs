// Is the line-search attack stronger and faster than SecML's, on the paper's ten classifiers?
// node lineSearch.mjs FOLDER_OF_MODELS [all|time|strength] [points] [rounds]; models by fit.py, Python with SecML in
// CAROM_BENCH_PYTHON.
//
// Both attack the same models at the same points in turn, on one thread. Both start at the points alone; the last
// table, of strength, has our second start as well, and SecML under both of its grids. Scores of where they end are
// ours.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { craftEvasion, dataset, l2, margin, openModel, runtimeFrom, sliceRows } from "@carom/core";
import { readNpy } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { conditions, median, printTable } from "../../paired.mjs";
import { readArrays, readClassifier } from "./models.mjs";
import { startPeer } from "./peer.mjs";

const [folder, what = "all", count = "50", rounds = "3"] = process.argv.slice(2);
const [timedPoints, strengthPoints] = [Number(count), 20];
const epsilons = [1, 2, 5];
const families = ["svm-linear", "logistic", "ridge", "svm-rbf", "mlp"];
const names = families.flatMap((family) => [`${family}-high`, `${family}-low`]);

const points = readArrays(folder, "points");
const take = (/** @type {number} */ n) => ({ x: sliceRows(points.x, 0, n), labels: points.y.data.slice(0, n) });
const pool = dataset({
  features: sliceRows(points.x, 1000, points.x.shape[0]),
  labels: Array.from(points.y.data.subarray(1000)),
  domain: [0, 1],
});
const mean = (/** @type {ArrayLike<number>} */ values) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

const runtime = runtimeFrom(ort);
const peer = await startPeer("secml_attack.py", [folder]);
const scratch = mkdtempSync(join(tmpdir(), "carom-bench-"));
console.log(conditions(peer.versions));

async function attackHere(
  /** @type {any} */ model,
  /** @type {number} */ epsilon,
  /** @type {number} */ n,
  /** @type {boolean} */ twoStarts,
) {
  const { x, labels } = take(n);
  const threat = { norm: l2, domain: pool.domain };
  const start = performance.now();
  const before = process.cpuUsage();
  const [result] = await craftEvasion({
    ...model,
    x,
    labels,
    threat,
    epsilons: [epsilon],
    seed: 0,
    ...(twoStarts && { pool }),
  });
  const { user, system } = process.cpuUsage(before);
  return { ...result, wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}

async function attackThere(/** @type {string} */ name, /** @type {any} */ model, /** @type {object} */ job) {
  const output = join(scratch, "points.npy");
  const seconds = await peer.ask({ model: name, doubleInit: false, output, ...job });
  const x = readNpy(readFileSync(output), "points");
  return { ...seconds, objective: margin(await model.opened.scores(x), points.y.data.subarray(0, x.shape[0])) };
}

const timing = [];
const strength = [];
const raw = [];
for (const name of what === "strength" ? [] : names) {
  const model = readClassifier(folder, name);
  const opened = (await openModel(runtime, model)).differentiable;
  const both = { model, opened };
  await attackHere(both, 1, timedPoints, true);
  for (const epsilon of epsilons) {
    const turns = [];
    for (let round = 0; round < Number(rounds); round++) {
      const there = await attackThere(name, both, { grid: "tutorial", epsilon, points: timedPoints });
      const here = await attackHere(both, epsilon, timedPoints, false);
      const two = await attackHere(both, epsilon, timedPoints, true);
      turns.push({ there, here, two });
    }
    const ratio = (/** @type {"here" | "two"} */ side, /** @type {"wall" | "processor"} */ clock) =>
      median(turns.map((turn) => turn.there[clock] / turn[side][clock]));
    const perPoint = (/** @type {"here" | "there" | "two"} */ side) =>
      (1000 * median(turns.map((turn) => turn[side].processor))) / timedPoints;
    const { here, there, two } = turns[0];
    const row = {
      name,
      epsilon,
      times: ratio("here", "processor"),
      wall: ratio("here", "wall"),
      twoStarts: ratio("two", "processor"),
      ms: perPoint("here"),
      msTwo: perPoint("two"),
      msSecml: perPoint("there"),
      objective: mean(here.objective),
      objectiveTwo: mean(two.objective),
      objectiveSecml: mean(there.objective),
      gradients: here.queries.gradients / timedPoints,
      scores: here.queries.scores / timedPoints,
    };
    raw.push(row);
    timing.push([
      name,
      String(epsilon),
      ...[row.objectiveSecml, row.objective, row.objectiveTwo].map((value) => value.toFixed(3)),
      ...[row.msSecml, row.ms, row.msTwo].map((value) => value.toFixed(2)),
      ...[row.times, row.wall, row.twoStarts].map((value) => value.toFixed(0)),
      row.gradients.toFixed(1),
      row.scores.toFixed(1),
    ]);
  }
  await opened.close();
}
if (timing.length > 0) {
  console.log(
    `\nTime on ${timedPoints} points, medians of ${rounds} rounds; SecML with its tutorial's grid, one start`,
  );
  printTable(
    [
      "model",
      "eps",
      "obj SecML",
      "ours",
      "2 starts",
      "ms/pt SecML",
      "ours",
      "2 starts",
      "times less CPU",
      "wall",
      "2 starts",
      "gradients",
      "scores",
    ],
    timing,
  );
  for (const family of names) {
    const own = raw.filter(({ name }) => name === family).map(({ times }) => times);
    console.log(`${family}: ${Math.min(...own).toFixed(0)} to ${Math.max(...own).toFixed(0)} times less`);
  }
  const geometric = (/** @type {"times" | "wall" | "twoStarts"} */ key) =>
    Math.exp(mean(raw.map((row) => Math.log(row[key]))));
  console.log(
    `geometric mean: ${geometric("times").toFixed(0)} CPU, ${geometric("wall").toFixed(0)} wall, ` +
      `${geometric("twoStarts").toFixed(0)} CPU with two starts`,
  );
}

if (what !== "time") {
  for (const name of names.slice(6)) {
    const model = readClassifier(folder, name);
    const opened = (await openModel(runtime, model)).differentiable;
    for (const epsilon of epsilons) {
      const grids = [];
      for (const grid of ["tutorial", "default"]) {
        grids.push(await attackThere(name, { opened }, { grid, epsilon, points: strengthPoints }));
      }
      const here = await attackHere({ model, opened }, epsilon, strengthPoints, true);
      const best = mean(grids[0].objective) > mean(grids[1].objective) ? grids[0] : grids[1];
      // The range of the score over the attacked points before the attack.
      const { x, labels } = take(strengthPoints);
      const clean = margin(await opened.scores(x), labels);
      const range = Math.max(...here.objective) - Math.min(...clean);
      const worst = Math.max(...here.objective.map((value, i) => best.objective[i] - value));
      raw.push({
        name,
        epsilon,
        strength: {
          tutorial: mean(grids[0].objective),
          default: mean(grids[1].objective),
          ours: mean(here.objective),
          worst,
          range,
          msDefault: (grids[1].processor / strengthPoints) * 1000,
        },
      });
      strength.push([
        name,
        String(epsilon),
        ...grids.map(({ objective }) => mean(objective).toFixed(4)),
        mean(here.objective).toFixed(4),
        `${((100 * worst) / range).toFixed(2)} %`,
      ]);
      console.log(strength.at(-1).join("  "));
    }
    await opened.close();
  }
  console.log(
    `\nStrength: mean objective on ${strengthPoints} points, and the worst point against SecML's better grid, ` +
      "in the score's range",
  );
  printTable(["model", "eps", "SecML tutorial", "SecML default", "ours", "worst point behind"], strength);
}
if (process.env.CAROM_BENCH_OUT) writeFileSync(process.env.CAROM_BENCH_OUT, JSON.stringify(raw, null, 1));
peer.close();
rmSync(scratch, { recursive: true });
