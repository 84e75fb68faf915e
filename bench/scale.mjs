// An audit of many points: makes data and a target, audits it, and prints what each process took in memory and what was
// written. (Linux)
//   node bench/scale.mjs [points = 10000] [features = 784] [surrogates = all, or learners with commas between]
//     [target's learner = mlp] [rows to learn from = points] [further options of carom audit]
//
// Two classes of normal rows in [0, 1], a few per cent of which no model can tell apart; five budgets.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stream, tensor } from "@carom/core";
import { writeNpy } from "@carom/core/data";
import { Zip, ZipPassThrough } from "fflate";

const [points = "10000", features = "784", surrogates = "all", target = "mlp", learned = points, ...options] =
  process.argv.slice(2);
const width = Number(features);
const main = fileURLToPath(new URL("../packages/cli/bin/carom.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "carom-scale-"));
const at = (/** @type {string} */ name) => join(folder, name);
const seed = 1;
const ENDING = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
/** Rows that are drawn at a time. */
const BLOCK = 1000;
/** What tells the classes apart, in standard deviations of the noise along the line between them. */
const DISTANCE = 4;

/** Writes rows and labels to a .npz file, some at a time. @param {string} name @param {number} rows */
async function make(name, rows) {
  const file = createWriteStream(at(name));
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    file.write(piece);
  });
  const x = new ZipPassThrough("x.npy");
  zip.add(x);
  // The header says the shape, whatever comes behind it.
  x.push(headerOf(rows));
  const random = stream(seed, name);
  const labels = new Int32Array(rows);
  const direction = Float32Array.from({ length: width }, (_, j) => Math.sign(Math.sin(j + 1)) / Math.sqrt(width));
  const deviation = 0.15;
  for (let from = 0; from < rows; from += BLOCK) {
    const block = new Float32Array(Math.min(BLOCK, rows - from) * width);
    for (let i = 0; i < block.length; i++) {
      const row = from + Math.floor(i / width);
      labels[row] = row % 2;
      const mean = 0.5 + ((row % 2) - 0.5) * DISTANCE * deviation * direction[i % width];
      block[i] = Math.min(1, Math.max(0, mean + deviation * random.normal()));
    }
    x.push(new Uint8Array(block.buffer), from + BLOCK >= rows);
    if (file.writableNeedDrain) await once(file, "drain");
  }
  const y = new ZipPassThrough("y.npy");
  zip.add(y);
  y.push(writeNpy(tensor("int32", [rows], labels)), true);
  zip.end();
  file.end();
  await once(file, "close");
}

/** The beginning of a .npy file of float32 rows. @param {number} rows */
function headerOf(rows) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${width}), }`;
  const length = 64 * Math.ceil((10 + text.length + 1) / 64);
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, (length - 10) & 255, (length - 10) >> 8]),
    Buffer.from(`${text.padEnd(length - 11)}\n`),
  ]);
}

/**
 * A process and those that it started: what each runs and its peak in MB.
 * @param {number} pid
 * @returns {[number, string, number][]}
 */
function processesOf(pid) {
  try {
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
    const what = readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .find((part) => part.endsWith(".js"));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return [[pid, what?.split("/").at(-1) ?? "", peak], ...children.flatMap((each) => processesOf(Number(each)))];
  } catch {
    return [];
  }
}

/** Runs a command; returns its seconds and the peak of each of its processes. @param {string[]} args */
async function carom(args) {
  const started = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, CAROM_STORE: at("store"), XDG_CACHE_HOME: folder },
    stdio: ["ignore", "inherit", "inherit"],
  });
  /** @type {Map<number, { what: string, peak: number }>} */
  const seen = new Map();
  const look = () => {
    for (const [pid, what, peak] of processesOf(child.pid ?? 0)) if (peak > 0) seen.set(pid, { what, peak });
  };
  const timer = setInterval(look, 100);
  // It goes with this process.
  const end = () => child.kill() && process.exit(1);
  for (const signal of ENDING) process.on(signal, end);
  const [status] = await once(child, "close");
  for (const signal of ENDING) process.off(signal, end);
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  console.log(`\ncarom ${args[0]}: status ${status}, ${seconds.toFixed(0)} s`);
  for (const { what, peak } of seen.values()) console.log(`  ${what.padEnd(12)} ${peak.toFixed(0).padStart(6)} MB`);
  return status;
}

console.log(`${points} points of ${features} features, ${learned} rows to learn from; load ${loadavg()[0].toFixed(1)}`);
await make("attacked.npz", Number(points));
await make("learned.npz", Number(learned));
const box = ["--box", "0,1"];
const first = await carom(["fit", target, "--data", at("learned.npz"), ...box, "--out", at("target.onnx"), "--quiet"]);
const unit = Math.sqrt(width) / 28;
const budgets = [0.1, 0.2, 0.5, 1, 2].map((share) => (share * unit).toPrecision(3)).join(",");
const audited = ["--target", at("target.onnx"), "--data", at("attacked.npz"), "--train", at("learned.npz"), ...box];
const asked = ["--epsilon", budgets, ...(surrogates === "all" ? [] : ["--surrogates", surrogates])];
const status = first || (await carom(["audit", ...audited, ...asked, "--out", at("run"), ...options]));
for (const place of ["run", "store"].filter((name) => existsSync(at(name)))) {
  for (const name of readdirSync(at(place), { recursive: true, encoding: "utf8" })) {
    const { size } = statSync(join(at(place), name));
    if (place === "run" || size > 1e8) console.log(`${place}/${name}`.padEnd(80), `${(size / 1e6).toFixed(1)} MB`);
  }
}
if (process.env.KEEP) console.log(`kept in ${folder}`);
else rmSync(folder, { recursive: true });
process.exitCode = status;
