// Hostile inputs over all formats: does every command end with status 0, or with 2 and one sentence, soon and within
// memory? Inputs are mutations of sound ones and traps made by hand. Commands run in a child, one after another; what
// looks wrong there, and every fiftieth, runs again as a command of its own. "Soon" is processor time: a busy machine
// changes nothing.
//   node bench/hostile/fuzz.mjs [count = 5000] [seed = 0] [formats, with commas between, or traps]

import { fork, spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stream } from "@carom/core";
import { anyByte } from "./bytes.mjs";
import { answers, formatsIn } from "./inputs.mjs";
import { trapsIn } from "./traps.mjs";
import { pick } from "./words.mjs";

const [asked = 5000, seed = 0] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4]?.split(",");
/** Of one input: processor time and memory. */
const [MOST_SECONDS, MOST_MEGABYTES] = [5, 1200];
/** Commands that have taken so many seconds of the processor, or megabytes, are ended. */
const [PATIENCE_SECONDS, PATIENCE_MEGABYTES] = [12, 2500];
const WHOLE_EVERY = 50;

const folder = mkdtempSync(join(tmpdir(), "carom-hostile-"));
const [home, work, kept] = ["home", "work", "kept"].map((name) => join(folder, name));
for (const each of [home, work, kept]) mkdirSync(each);
const env = {
  ...process.env,
  HOME: home,
  TMPDIR: home,
  XDG_CACHE_HOME: home,
  CAROM_STORE: join(home, "store"),
  CAROM_DATA: home,
  // What a stranger's model may take by default is far more than one waits for here.
  CAROM_MEMORY: process.env.CAROM_MEMORY ?? "1",
  CAROM_MODEL_SECONDS: process.env.CAROM_MODEL_SECONDS ?? "4",
};

let documents = answers;
const server = createServer((request, response) => {
  const document = documents[/** @type {keyof typeof answers} */ (request.url ?? "")];
  const send = () =>
    response
      .writeHead(document ? 200 : 404, { "Content-Type": "application/json" })
      .end(JSON.stringify(document ?? {}));
  request.resume().on("end", send);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

const SENTENCE = /^carom: (missing|invalid|unknown|unsupported) [^\n]+: expected [^\n]*, got [^\n]*; [^\n]+\n$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]/;

/** What stands in a sentence by accident: values and words of a program. */
const OF_CODE = new RegExp(
  [
    // Of rows, NaN is told as what it is.
    String.raw`\b(undefined|NaN(?! (or infini|in row))|TypeError|RangeError|ReferenceError|Cannot read)\b`,
    String.raw`\[object |is not (a function|iterable|defined)|outside the bounds`,
    "Invalid (typed array|array|string) length",
  ].join("|"),
);
/** A sentence without what is the input's own: what is quoted, and the words of the command. */
const ownWords = (/** @type {string} */ sentence, /** @type {readonly string[]} */ args) =>
  args.reduce((rest, arg) => rest.replaceAll(arg, ""), sentence.replace(/"[^"]*"/g, '""'));

/**
 * What is wrong with an outcome.
 * @param {{ status: number | string, stdout: string, stderr: string, seconds: number, megabytes: number }} outcome
 * @param {readonly string[]} args
 */
function faultsOf({ status, stdout, stderr, seconds, megabytes }, args) {
  return [
    ...(status === 0 || status === 2 ? [] : [`status ${status}: ${stderr.slice(0, 1500)}`]),
    ...(status === 2 && !SENTENCE.test(stderr) ? [`no sentence: ${JSON.stringify(stderr.slice(0, 500))}`] : []),
    ...(OF_CODE.test(ownWords(stderr, args)) ? [`words of a program: ${JSON.stringify(stderr.slice(0, 500))}`] : []),
    ...(STEERING.test(stdout + stderr) ? ["what steers a terminal"] : []),
    ...(seconds > MOST_SECONDS ? [`${seconds.toFixed(1)} s`] : []),
    ...(megabytes > MOST_MEGABYTES ? [`${megabytes.toFixed(0)} MB`] : []),
  ];
}

/** @type {import("node:child_process").ChildProcess | undefined} */
let child;
/** The process group of a command that runs as users run it. @type {number | undefined} */
let group;
// What it has started goes with it.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    child?.kill("SIGKILL");
    if (group !== undefined) process.kill(-group, "SIGKILL");
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Runs a command in the child, which is another after one that ended or grew.
 * @param {string} id
 * @param {string[]} args
 */
async function inChild(id, args) {
  const script = fileURLToPath(new URL("verbs.mjs", import.meta.url));
  const running = (child ??= fork(script, [String(port)], {
    cwd: work,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  }));
  let native = "";
  const hear = (/** @type {Buffer} */ piece) => (native += piece);
  running.stderr?.on("data", hear);
  const outcome = await new Promise((resolve) => {
    const before = spentBy(running.pid);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks = Math.max(ticks, spentBy(running.pid) - before);
      if (isOver(running.pid, before)) running.kill("SIGKILL");
    }, 200);
    const done = (/** @type {object} */ found) => {
      clearInterval(timer);
      running.removeAllListeners("message").removeAllListeners("exit");
      resolve(found);
    };
    running.on("message", (/** @type {any} */ reply) => reply.id === id && done(reply));
    running.on("exit", (status, signal) => {
      child = undefined;
      done({
        status: signal ?? status,
        stdout: "",
        stderr: "",
        seconds: ticks / 100,
        megabytes: 0,
      });
    });
    running.send({ id, args });
  });
  running.stderr?.off("data", hear);
  if (child && outcome.megabytes > MOST_MEGABYTES / 2) {
    child.kill("SIGKILL");
    child = undefined;
  }
  return { ...outcome, stderr: outcome.stderr + native };
}

/** Runs the command as users do. @param {string[]} args */
async function whole(args) {
  const main = fileURLToPath(new URL("../../packages/cli/bin/carom.js", import.meta.url));
  const process_ = spawn(process.execPath, [main, ...args], {
    cwd: work,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  group = process_.pid;
  let [stdout, stderr, megabytes, ticks] = ["", "", 0, 0];
  process_.stdout.on("data", (piece) => (stdout += piece));
  process_.stderr.on("data", (piece) => (stderr += piece));
  const timer = setInterval(() => {
    const own = descendantsOf(process_.pid ?? 0);
    ticks = Math.max(ticks, spentBy(process_.pid));
    megabytes = Math.max(megabytes, ...own.map((each) => each.megabytes));
    if (isOver(process_.pid, 0)) process.kill(-(process_.pid ?? 0), "SIGKILL");
  }, 50);
  const status = await new Promise((resolve) => process_.on("close", (code, signal) => resolve(signal ?? code)));
  clearInterval(timer);
  group = undefined;
  return { status, stdout, stderr, seconds: ticks / 100, megabytes };
}

/**
 * A process and those that it started, with ticks of the processor and the largest memory (Linux).
 * @param {number} pid
 * @returns {{ spent: number, megabytes: number }[]}
 */
function descendantsOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return [
      { spent: Number(stat[11]) + Number(stat[12]), megabytes: Number(peak) / 1024 },
      ...children.flatMap((each) => descendantsOf(Number(each))),
    ];
  } catch {
    return [];
  }
}

/** Ticks of the processor that a process and those it started have taken. */
const spentBy = (/** @type {number | undefined} */ pid) =>
  descendantsOf(pid ?? 0).reduce((sum, { spent }) => sum + spent, 0);
const isOver = (/** @type {number | undefined} */ pid, /** @type {number} */ before) =>
  spentBy(pid) - before > 100 * PATIENCE_SECONDS ||
  descendantsOf(pid ?? 0).some(({ megabytes }) => megabytes > PATIENCE_MEGABYTES);

const formats = await formatsIn(join(folder, "sound"), port);
const shares = Object.entries(formats)
  .filter(([name]) => !only || only.includes(name))
  .flatMap(([name, { share }]) => new Array(share).fill(name));
const traps = only && !only.includes("traps") ? [] : trapsIn(join(folder, "traps"), join(folder, "sound"));
// Traps come first; where nothing else is asked for, there are no more than they.
const count = shares.length > 0 ? asked : Math.min(asked, traps.length);
console.log(
  `seed ${seed}, ${count} inputs, ${Math.min(count, traps.length)} of them traps; node ${process.version}; kept ` +
    `in ${folder}`,
);

/** Outputs that commands were asked for. */
function removeOutputs() {
  for (const place of [folder, join(folder, "traps"), join(folder, "sound")].filter((each) => existsSync(each))) {
    for (const each of readdirSync(place)) if (each.includes(".out.")) rmSync(join(place, each), { recursive: true });
  }
}

/** A mutation that looks for structure finds none where an earlier one has broken it. */
function mutatedBy(
  /** @type {import("./inputs.mjs").Mutation} */ mutate,
  /** @type {Buffer} */ bytes,
  /** @type {import("@carom/core").Stream} */ random,
) {
  try {
    return mutate(bytes, random);
  } catch {
    return anyByte(bytes, random);
  }
}

/** @type {Record<string, { inputs: number, done: number, refused: number, wrong: number }>} */
const tally = {};
const slots = 32;
for (let i = 0; i < count; i++) {
  const random = stream(seed, "hostile", i);
  const trap = traps[i];
  const name = trap ? "traps" : pick(shares, random);
  let args = trap?.args;
  let path = trap?.path ?? "";
  if (!args) {
    const { ending, sound, mutate, write, args: argsOf } = formats[name];
    const which = random.integer(sound.length);
    let bytes = sound[which];
    for (let times = random.uniform() < 0.7 ? 1 : 3; times > 0 && bytes.length > 0; times--)
      bytes = mutatedBy(mutate, bytes, random);
    path = join(folder, `case${i % slots}.${ending}`);
    if (write) write(path, bytes, which);
    else writeFileSync(path, bytes);
    args = argsOf(path, random, which);
    documents = name === "answers" ? { ...answers, ...Object.fromEntries([JSON.parse(bytes.toString())]) } : answers;
  }
  removeOutputs();
  const count_ = (tally[name] ??= { inputs: 0, done: 0, refused: 0, wrong: 0 });
  count_.inputs++;
  let outcome = await inChild(`${seed}-${i}`, args);
  let faults = faultsOf(outcome, args);
  if (args[0] !== "ask" && (faults.length > 0 || i % WHOLE_EVERY === 0)) {
    removeOutputs();
    outcome = await whole(args);
    faults = faultsOf(outcome, args);
  }
  const strays = readdirSync(work).concat(existsSync("/tmp/carom-was-here") ? ["/tmp/carom-was-here"] : []);
  if (strays.length > 0) faults.push(`wrote ${strays}`);
  for (const each of readdirSync(work)) rmSync(join(work, each), { recursive: true });
  const line = [i, name, args.slice(0, 2).join(" "), outcome.status, JSON.stringify(outcome.stderr.slice(0, 300))];
  appendFileSync(join(folder, "outcomes.tsv"), `${line.join("\t")}\n`);
  if (faults.length > 0) {
    count_.wrong++;
    const copy = join(kept, `${i}-${path.split("/").at(-1)}`);
    if (existsSync(path)) cpSync(path, copy, { recursive: true });
    console.log(JSON.stringify({ i, name, args: args.map((arg) => arg.replaceAll(path, copy)), faults }));
  } else if (outcome.status === 0) count_.done++;
  else count_.refused++;
}
console.log(
  `outside: ${
    readdirSync(home)
      .filter((name) => name !== "store")
      .join(", ") || "nothing"
  } in the home folder`,
);
console.table(tally);
child?.kill("SIGKILL");
server.close();
server.closeAllConnections();
