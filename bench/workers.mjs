// How well does a study use two workers, and what do planning and store add to the tasks themselves?
// Usage: node bench/workers.mjs [study file]. Without a file: 3 repetitions of 6 surrogates against 6 targets, on the
// digits that come along (a run of seconds, of which much is starting up), or where CAROM_DATA has MNIST 8/9, at the
// paper's sizes.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { studyFiles } from "@carom/core/report";
import { execute, planStudy, readStudy, startPlan } from "@carom/core/study";
import { parseHTML } from "linkedom";
import { loadDataset } from "../packages/cli/dist/host/data.js";
import { startPool } from "../packages/cli/dist/host/pool.js";
import { diskStore, prepareStore } from "../packages/cli/dist/host/store.js";
import { loadStudy } from "../packages/cli/dist/host/studyFile.js";
import { median, printTable } from "./paired.mjs";

const rounds = Number(process.env.CAROM_BENCH_ROUNDS ?? 3);
const scratch = mkdtempSync(join(tmpdir(), "carom-bench-"));

/**
 * One finished task. @typedef {{ task: import("@carom/core/study").Task, worker: number, start: number, end: number,
 * clock: number, processor: number, store: number }} Row
 */

const seconds = () => performance.now() / 1000;
const processorSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function studyFile() {
  if (process.argv[2]) return process.argv[2];
  const mnist = (/** @type {string} */ part) => `${process.env.CAROM_DATA}/mnist/mnist89-train-${part}-ubyte.gz`;
  const large = process.env.CAROM_DATA !== undefined && existsSync(mnist("images-idx3"));
  const models = ["svm-linear", large ? "svm-rbf" : "logistic", "mlp"].flatMap((learner) =>
    ["high", "low"].map((each) => ({
      learner,
      ...(large ? { preset: `mnist89-evasion/${each}` } : { complexity: each }),
    })),
  );
  const file = join(scratch, "study.json");
  const study = {
    name: "workers",
    repetitions: 3,
    data: { train: large ? `${mnist("images-idx3")},${mnist("labels-idx1")}` : "digits" },
    split: large ? { target: 0.45, surrogate: 0.45, attacked: 0.1 } : { target: 0.36, surrogate: 0.36, attacked: 0.28 },
    surrogates: models,
    targets: models,
    attack: { epsilons: large ? [0.5, 1, 2, 5] : [0.5, 1, 2] },
    ...(large && { points: 1000 }),
  };
  writeFileSync(file, JSON.stringify(study));
  return file;
}

/** What `carom study` does, on a fresh store, with a timeline of all tasks. */
async function run(/** @type {string} */ file, /** @type {number} */ count) {
  const folder = mkdtempSync(join(scratch, "store-"));
  const [from, own] = [seconds(), processorSeconds()];
  const study = await loadStudy(file);
  const { dataset, contentHash } = await loadDataset(study.data.train, {});
  const plan = startPlan();
  const keys = planStudy(plan, study, { train: { part: plan.data(dataset), dataset } });
  await prepareStore(folder);
  const store = diskStore(folder);
  const planned = seconds();
  const planning = processorSeconds() - own;
  /** @type {Row[]} */
  const rows = [];
  /** @type {Map<string, import("../packages/cli/dist/host/worker.js").TaskTime>} */
  const times = new Map();
  const pool = startPool({
    place: { folder },
    count,
    onWarning: console.error,
    onTime: (task, time) => times.set(task.key, time),
  });
  const places = Array.from({ length: count }, () => false);
  await execute(
    plan,
    keys.flatMap(({ wanted }) => wanted),
    store,
    {
      ...pool,
      async run(task, onProgress) {
        const worker = places.indexOf(false);
        places[worker] = true;
        const start = seconds();
        await pool.run(task, onProgress);
        places[worker] = false;
        rows.push({ task, worker, start, end: seconds(), ...times.get(task.key) });
      },
    },
  );
  pool.close();
  const executed = seconds();
  const scheduling = processorSeconds() - own - planning;
  const result = await readStudy(store, keys, study, { train: contentHash });
  studyFiles(result, [], { started: new Date(), seconds: 0 }, parseHTML("<!doctype html><html></html>").document);
  const end = seconds();
  const main = processorSeconds() - own;
  const storing = sum(rows.map((row) => row.store));
  rmSync(folder, { recursive: true });
  return {
    plan,
    rows,
    wanted: keys.flatMap(({ wanted }) => wanted),
    wall: end - from,
    before: planned - from,
    after: end - executed,
    executing: executed - planned,
    main,
    alone: main - scheduling,
    planning: planning + scheduling,
    storing,
    result: JSON.stringify(result),
  };
}

/**
 * How long the plan would take on cores of which nobody else has a share: the same scheduler, on a clock that is only
 * advanced by the processor time of tasks.
 */
async function schedule(
  /** @type {Awaited<ReturnType<typeof run>>} */ { plan, rows, wanted },
  /** @type {number} */ count,
) {
  const cost = new Map(rows.map(({ task, processor }) => [task.key, processor]));
  const done = new Set(plan.sources.keys());
  let now = 0;
  /** @type {{ end: number, finish(): void }[]} */
  const running = [];
  /** @type {import("@carom/core").Store} */
  const store = { has: async (key) => done.has(key), read: async () => undefined, write: async () => {} };
  const all = execute(plan, wanted, store, {
    count,
    run: ({ key }) =>
      new Promise((resolve) => {
        const finish = () => {
          done.add(key);
          resolve();
        };
        running.push({ end: now + cost.get(key), finish });
      }),
  });
  let over = false;
  all.finally(() => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    running.sort((a, b) => a.end - b.end);
    const first = running.shift();
    if (!first) continue;
    now = first.end;
    first.finish();
  }
  await all;
  return now;
}

/** Processor time until everything is loaded. */
const loading = processorSeconds();

const sum = (/** @type {readonly number[]} */ values) => values.reduce((total, value) => total + value, 0);

try {
  const file = studyFile();
  const table = [];
  /** @type {Record<string, number[]>} */
  const ratios = { clock: [], scheduled: [], work: [] };
  let last;
  for (let round = 0; round < rounds; round++) {
    const pair =
      round % 2 ? [await run(file, 2), await run(file, 1)].reverse() : [await run(file, 1), await run(file, 2)];
    if (pair[0].result !== pair[1].result) throw new Error("results differ with the number of workers");
    const ideal = [];
    for (const [i, side] of pair.entries()) {
      const { rows, wall, before, after, executing, main, alone } = side;
      const work = sum(rows.map(({ processor }) => processor));
      const busy = sum(rows.map(({ start, end }) => end - start));
      const inside = sum(rows.map(({ clock }) => clock));
      const time = await schedule(side, i + 1);
      // A worker loads what this process has loaded, before its first task.
      ideal.push(2 * loading + alone + time);
      table.push([
        `${i + 1}`,
        wall.toFixed(2),
        before.toFixed(2),
        after.toFixed(2),
        `${((100 * busy) / (i + 1) / executing).toFixed(0)} %`,
        `${((100 * (busy - inside)) / busy).toFixed(1)} %`,
        work.toFixed(2),
        main.toFixed(2),
        (time / (work / (i + 1))).toFixed(3),
      ]);
      last = side;
    }
    ratios.clock.push(pair[1].wall / pair[0].wall);
    ratios.scheduled.push(ideal[1] / ideal[0]);
    ratios.work.push(Number(table.at(-1)[6]) / Number(table.at(-2)[6]));
  }
  const heading = ["workers", "s", "before", "after", "busy", "between", "work s", "main s", "idle x"];
  printTable(heading, table);
  console.log("busy: share of the workers' time in tasks; between: share of that outside of the task itself");
  console.log("work: processor time of tasks; idle: schedule on free cores as a multiple of work / workers");
  console.log("scheduled: what two cores that nobody else uses would take, from processor times, loading included\n");
  for (const [name, values] of Object.entries(ratios))
    console.log(`two workers / one, ${name}: ${median(values).toFixed(3)}`);
  const perTask = (/** @type {number} */ value) => `${((1000 * value) / last.rows.length).toFixed(1)} ms`;
  console.log(
    `for each of ${last.rows.length} tasks: ${perTask(last.planning)} of processor time to plan and schedule, ` +
      `${perTask(last.storing)} by the clock in the store, which is part of the task's time`,
  );
  const kinds = new Map();
  for (const { task, processor, clock } of last.rows) {
    const row = kinds.get(task.kind) ?? { tasks: 0, processor: 0, clock: 0, estimated: 0, longest: 0 };
    kinds.set(task.kind, row);
    row.tasks++;
    row.processor += processor;
    row.clock += clock;
    row.estimated += task.seconds;
    row.longest = Math.max(row.longest, processor);
  }
  console.log();
  printTable(
    ["kind", "tasks", "processor s", "longest", "clock s", "estimated s"],
    [...kinds].map(([kind, { tasks, processor, clock, estimated, longest }]) => [
      kind,
      String(tasks),
      ...[processor, longest, clock, estimated].map((value) => value.toFixed(2)),
    ]),
  );
  if (process.env.CAROM_BENCH_TIMELINE) {
    const start = Math.min(...last.rows.map((row) => row.start));
    printTable(
      ["worker", "from", "to", "processor", "task"],
      last.rows.map(({ worker, start: from, end, processor, task }) => [
        String(worker),
        ...[from - start, end - start, processor].map((value) => value.toFixed(2)),
        task.label,
      ]),
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
