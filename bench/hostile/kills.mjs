// Random kills: does a command that was ended at any moment, or lost a worker, give the same bytes when it is started
// again, do nothing twice that was finished, and leave neither files nor processes behind? And does one that a signal
// ended say at most a sentence, and end with that signal's status? (Linux) Half of the kills wait for so many finished
// tasks, so that they fall into computing however busy the machine is; the others for a time.
//   node bench/hostile/kills.mjs [count = 100] [seed = 0] [commands, with commas between]

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { modelFromBytes, openModel, runtimeFrom, stream, tensor } from "@carom/core";
import * as ort from "onnxruntime-node";
import { makeSound } from "./inputs.mjs";
import { pick } from "./words.mjs";

const [count = 100, seed = 0] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4]?.split(",");
const folder = mkdtempSync(join(tmpdir(), "carom-kills-"));
const sound = await makeSound(folder);
for (const each of ["work", "tmp"]) mkdirSync(join(folder, each));
const main = fileURLToPath(new URL("../../packages/cli/bin/carom.js", import.meta.url));
const [data, model, other] = ["good.npz", "model.onnx", "other.onnx"].map((name) => join(folder, name));
writeFileSync(other, sound.models[2]);

const opened = await openModel(runtimeFrom(ort), modelFromBytes(new Uint8Array(sound.models[0])));
/** Rows that the service was asked about, in order. @type {string[]} */
let asked = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  if (request.url !== "/invocations") return response.end("\n");
  const rows = JSON.parse(body).inputs ?? JSON.parse(body).instances;
  asked.push(...rows.map((/** @type {number[]} */ row) => JSON.stringify(row)));
  const scores = await opened.scores(tensor("float32", [rows.length, 6], Float32Array.from(rows.flat())));
  const predictions = rows.map((/** @type {unknown} */ _, /** @type {number} */ i) =>
    Array.from(scores.data.slice(2 * i, 2 * i + 2)),
  );
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ predictions }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

const study = join(folder, "study.yaml");
writeFileSync(
  study,
  `name: small\nrepetitions: 1\npoints: 6\ndata: { train: good.npz }\nsplit: { target: 0.4, surrogate: 0.3, attacked: 0.3 }
surrogates:\n  - { learner: logistic }\n  - { learner: ridge }\ntargets:\n  - { learner: logistic }\nattack: { norm: l2, epsilons: [0.3] }\n`,
);
const quiet = ["--quiet", "--workers", "2"];
/** What is asked, and where the answer is; on standard output alone where that is absent. */
/** @type {Record<string, { args: string[], out?: string }>} */
const commands = {
  audit: {
    args: ["audit", "--target", model, "--data", data, "--points", "6", "--epsilon", "0.3", ...quiet],
    out: "run",
  },
  study: { args: ["study", study, ...quiet], out: "run" },
  poison: {
    args: [
      "poison",
      "ridge",
      "--train",
      data,
      "--validation",
      data,
      "--test",
      data,
      "--allow-overlap",
      "--points",
      "1,2",
      ...quiet,
    ],
    out: "points.npz",
  },
  evade: { args: ["evade", "--model", model, "--data", data, "--epsilon", "0.3", "--quiet"], out: "points.npz" },
  judge: { args: ["judge", "--target", model, "--clean", data, "--attacked", data, "--quiet"] },
  explain: {
    args: ["explain", "--surrogate", other, "--target", model, "--data", data, "--epsilon", "0.3", ...quiet],
  },
  pdf: { args: ["pdf", join(folder, "work/run"), "--quiet"], out: "pdf" },
  service: {
    args: [
      "audit",
      "--target",
      `http://127.0.0.1:${port}`,
      "--protocol",
      "mlflow",
      "--data",
      data,
      "--points",
      "6",
      "--epsilon",
      "0.3",
      "--max-queries",
      "2000",
      ...quiet,
    ],
    out: "run",
  },
};

const LOOK_MS = 5;

/** A process and all below it that live. @param {number} pid @returns {number[]} */
function descendants(pid) {
  try {
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
    return [pid, ...below.flatMap(descendants)];
  } catch {
    return [];
  }
}
const lives = (/** @type {number} */ pid) =>
  existsSync(`/proc/${pid}`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/**
 * Runs a command in a place; so many milliseconds after so many tasks are finished, one of its processes gets a signal.
 */
async function run(
  /** @type {string} */ name,
  /** @type {string} */ place,
  /** @type {{ tasks: number, ms: number, signal: NodeJS.Signals, depth: number } | undefined} */ kill,
) {
  const { args, out } = commands[name];
  const env = { ...process.env, CAROM_STORE: join(place, "store"), CAROM_MEMORY: "2", TMPDIR: join(place, "tmp") };
  const started = performance.now();
  const child = spawn(process.execPath, [main, ...args, ...(out === undefined ? [] : ["--out", out])], {
    cwd: join(place, "work"),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (piece) => (stdout += piece));
  child.stderr.on("data", (piece) => (stderr += piece));
  let goesOn = true;
  const ended = new Promise((resolve) =>
    child.on("close", (code, signal) => {
      goesOn = false;
      resolve(signal ?? code);
    }),
  );
  /** @type {number[]} */
  let all = [];
  if (kill) {
    while (goesOn && Object.keys(artifactsOf(join(place, "store"))).length < kill.tasks) await after(LOOK_MS);
    await Promise.race([after(kill.ms), ended]);
    all = descendants(child.pid ?? 0);
    const victim = all[Math.min(kill.depth, all.length - 1)];
    if (victim !== undefined) process.kill(victim, kill.signal);
  }
  const status = await ended;
  const taken = performance.now() - started;
  for (let wait = 0; wait < 100 && all.some(lives); wait++) await after(100);
  // What is printed alone is compared as if it were a file.
  if (out === undefined && status === 0) writeFileSync(join(place, "work", "printed"), stdout);
  return { status, stdout, stderr, taken, strays: all.filter(lives) };
}

const hash = (/** @type {string} */ path) => createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12);
const filesIn = (/** @type {string} */ place) =>
  existsSync(place)
    ? readdirSync(place, { recursive: true, encoding: "utf8" })
        // What is being written may be gone by now.
        .filter((name) => statSync(join(place, name), { throwIfNoEntry: false })?.isFile())
        .sort()
    : [];
const contentOf = (/** @type {string} */ place) =>
  Object.fromEntries(filesIn(place).map((name) => [name, hash(join(place, name))]));
/** Artifacts of a store by the number of their file: one that is written again has another. */
const artifactsOf = (/** @type {string} */ place) =>
  Object.fromEntries(
    filesIn(place)
      .filter((name) => /[0-9a-f]{64}$/.test(name))
      .map((name) => [name, statSync(join(place, name), { throwIfNoEntry: false })?.ino]),
  );
const answeredIn = (/** @type {string} */ place) =>
  filesIn(join(place, "store/ledgers")).flatMap((name) =>
    readFileSync(join(place, "store/ledgers", name), "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"row"') && line.endsWith("}")),
  ).length;

let number = 0;
function newPlace() {
  const place = join(folder, String(number++));
  for (const each of ["work", "tmp"]) mkdirSync(join(place, each), { recursive: true });
  return place;
}

/**
 * What a command gives that is left alone: files that two runs have in common, what it prints, how long it takes, rows
 * it asks about.
 */
async function reference(/** @type {string} */ name) {
  asked = [];
  const [one, two] = [newPlace(), newPlace()];
  const first = await run(name, one, undefined);
  const rows = asked.length;
  const second = await run(name, two, undefined);
  if (first.status !== 0) throw new Error(first.stderr);
  const [a, b] = [contentOf(join(one, "work")), contentOf(join(two, "work"))];
  const stable = Object.keys(a).filter((file) => a[file] === b[file]);
  const others = Object.keys(a).filter((file) => a[file] !== b[file]);
  const tasks = Object.keys(artifactsOf(join(one, "store"))).length;
  console.log(
    `${name}: ${first.taken.toFixed(0)} ms, ${tasks} tasks, ${stable.length} files, and ${others.join(", ") || "none"} that hold times`,
  );
  for (const place of [one, two]) rmSync(place, { recursive: true });
  return {
    tasks,
    content: Object.fromEntries(stable.map((file) => [file, a[file]])),
    names: Object.keys(a),
    rows,
    taken: second.taken,
    said: second.stderr.split("\n"),
  };
}

console.log(`seed ${seed}, ${count} kills; node ${process.version}`);
const names = Object.keys(commands).filter((name) => !only || only.includes(name));
if (names.includes("pdf")) {
  const drawn = await run("study", folder, undefined);
  if (drawn.status !== 0) throw new Error(drawn.stderr);
}
const references = Object.fromEntries(
  await names.reduce(
    async (all, name) => [...(await all), [name, await reference(name)]],
    /** @type {Promise<any[]>} */ (Promise.resolve([])),
  ),
);
const tally = { kills: 0, early: 0, computing: 0, finished: 0, wrong: 0 };
for (let i = 0; i < count; i++) {
  const random = stream(seed, "kills", i);
  const name = names[i % names.length];
  const expected = references[name];
  const signal = pick(/** @type {const} */ (["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]), random);
  const isTimed = random.uniform() < 0.5 || expected.tasks === 0;
  const kill = {
    tasks: isTimed ? 0 : 1 + random.integer(expected.tasks),
    ms: random.uniform() * (isTimed ? 1.1 * expected.taken : expected.taken / expected.tasks),
    signal,
    depth: pick([0, 0, 1, 2, 3], random),
  };
  const place = newPlace();
  asked = [];
  const killed = await run(name, place, kill);
  const faults = killed.strays.map((pid) => `process ${pid} lives on`);
  const [before, answered, rowsBefore] = [artifactsOf(join(place, "store")), answeredIn(place), asked.length];
  const { out } = commands[name];
  const left = [...readdirSync(join(place, "work")).filter((file) => file !== out), ...filesIn(join(place, "tmp"))];
  if (killed.status !== 0 && signal !== "SIGKILL" && left.length > 0) faults.push(`left ${left}`);
  // One that came before Node ran a line of ours ends it by itself, which a shell tells as the same status.
  const usual = [0, 128 + constants.signals[signal], signal];
  if (kill.depth === 0 && signal !== "SIGKILL" && !usual.includes(killed.status))
    faults.push(`status ${killed.status}`);
  tally.kills++;
  // What has its output is done, though it may have been killed before it said so: a run of the same question is told
  // again, of a file is told that it is whole.
  const isDone = killed.status === 0 || (out !== undefined && existsSync(join(place, "work", out)));
  if (isDone) {
    tally.finished++;
    const again = await run(name, place, undefined);
    const isTold =
      out === undefined
        ? again.status === 0
        : out === "run"
          ? again.status === 0 && /answers this question already/.test(again.stderr) && again.stdout !== ""
          : again.status === 2 && /remove it .* it is whole, even where/.test(again.stderr);
    if (!isTold) faults.push(`again: ${again.status} ${again.stderr.slice(0, 400)}`);
  } else {
    const finished = Object.keys(before).length;
    if (finished === 0) tally.early++;
    else if (finished < expected.tasks) tally.computing++;
    // What it says where it is left alone it may have said already.
    const lines = killed.stderr.split("\n").filter((line) => line !== "" && !expected.said.includes(line));
    if (lines.length > 1 || !lines.every((line) => line.startsWith("carom: ") && !line.includes("fault of carom"))) {
      faults.push(`said ${JSON.stringify(killed.stderr.slice(0, 400))}`);
    }
    const resumed = await run(name, place, undefined);
    if (resumed.status !== 0) faults.push(`again: ${resumed.status} ${resumed.stderr.slice(0, 400)}`);
  }
  const now = artifactsOf(join(place, "store"));
  const again = Object.keys(before).filter((file) => now[file] !== before[file]);
  if (again.length > 0) faults.push(`${again.length} finished tasks done again`);
  if (name === "service" && asked.length - rowsBefore > expected.rows - answered)
    faults.push(`asked ${asked.length - rowsBefore} more, of ${expected.rows}, ${answered} were answered`);
  const content = contentOf(join(place, "work"));
  if (`${Object.keys(content)}` !== `${expected.names}`) faults.push(`files ${Object.keys(content)}`);
  for (const [file, digest] of Object.entries(expected.content))
    if (content[file] !== digest) faults.push(`${file} differs`);
  // What a killed command has left among temporary files is removed by the next that makes some.
  const partial = filesIn(place).filter((file) => /partial|\.lock/.test(file) && !(isDone && file.startsWith("tmp")));
  if (partial.length > 0) faults.push(`left ${partial}`);
  if (faults.length > 0) {
    tally.wrong++;
    console.log(JSON.stringify({ i, name, ...kill, status: killed.status, faults }));
  } else rmSync(place, { recursive: true });
}
console.table(tally);
server.close();
server.closeAllConnections();
await opened.close();
if (tally.wrong === 0) rmSync(folder, { recursive: true });
