// Whole commands beside scikit-learn and PyTorch: from the start of a process to its end, files to files, imports
// included; by the clock, and processor time of all processes of a command.
// Usage: node bench/peers/commands.mjs MNIST PYTHON [ROWS [ROUNDS [CORES [TASKS]]]], such as
// /data/mnist python3 1000,5900 5 1,2 fit-logistic,evade; the command must be built.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable } from "../paired.mjs";

const [mnist, python, sizes = "1000,5900,11800", rounds = "5", cores = "1,2", chosen] = process.argv.slice(2);
const carom = [process.execPath, fileURLToPath(new URL("../../packages/cli/bin/carom.js", import.meta.url))];
const peer = [python, fileURLToPath(new URL("commands.py", import.meta.url))];
const folder = mkdtempSync(join(tmpdir(), "carom-commands-"));
const at = (/** @type {string} */ name) => join(folder, name);
const environment = { ...process.env, CAROM_STORE: at("store"), OMP_WAIT_POLICY: "passive" };

/**
 * The two sides of each task: arguments for a data file and an output.
 *
 * @type {Record<string, (data: string, out: string) => readonly (readonly string[])[]>}
 */
const tasks = {
  "fit-logistic": sidesOfFit("logistic", ["--set", "C=1"]),
  "fit-svm-rbf": sidesOfFit("svm-rbf", ["--set", "C=1", "--set", "gamma=0.01"]),
  "fit-forest": sidesOfFit("forest", []),
  score: (/** @type {string} */ data) => [
    ["score", "--model", at("net.onnx"), "--data", data, "--quiet"],
    ["score", at("net.pt"), data],
  ],
  evade: (/** @type {string} */ data, /** @type {string} */ out) => [
    [
      "evade",
      "--model",
      at("net.onnx"),
      "--data",
      data,
      "--attack",
      "pgd",
      "--epsilon",
      "1",
      "--out",
      `${out}.npz`,
      "--quiet",
    ],
    ["evade", at("net.pt"), data, `${out}.npz`],
  ],
};

/** @param {string} learner @param {readonly string[]} settings */
function sidesOfFit(learner, settings) {
  return (/** @type {string} */ data, /** @type {string} */ out) => [
    ["fit", learner, "--data", data, "--out", `${out}.onnx`, "--quiet", ...settings],
    ["fit", learner, data, `${out}.joblib`],
  ];
}

/** Seconds of a command by the clock and of the processor, on so many cores. */
function timed(/** @type {readonly string[]} */ command, /** @type {number} */ count) {
  const own = ["taskset", "-c", Array.from({ length: count }, (_, i) => i).join(","), ...command];
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >&2';
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", ...own], { encoding: "utf8", env: environment });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  const [clock, user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { clock, processor: user + system };
}

try {
  console.log(`${cpus()[0].model}, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`);
  const run = (/** @type {readonly string[]} */ [program, ...args]) =>
    execFileSync(program, args, { env: environment });
  for (const n of sizes.split(",")) run([...peer, "prepare", mnist, at(`${n}.npz`), n]);
  const learned = ["--data", at(`${sizes.split(",")[0]}.npz`), "--out", at("net.onnx"), "--set", "widths=[200,200]"];
  run([...carom, "fit", "mlp", ...learned, "--quiet"]);
  run([...peer, "net", at("net.onnx"), at("net.pt")]);
  /** @type {string[][]} */
  const table = [];
  for (const name of chosen?.split(",") ?? Object.keys(tasks)) {
    for (const n of sizes.split(",")) {
      for (const count of cores.split(",").map(Number)) {
        /** @type {{ clock: number, processor: number }[][]} */
        const times = [[], []];
        for (let round = 0; round < Number(rounds); round++) {
          for (const side of round % 2 ? [1, 0] : [0, 1]) {
            rmSync(at("store"), { recursive: true, force: true });
            const args = tasks[name](at(`${n}.npz`), at(`out-${name}-${n}-${count}-${round}-${side}`))[side];
            times[side].push(timed([...[carom, peer][side], ...args], count));
          }
        }
        const [own, theirs] = times.map((each) => ({
          clock: median(each.map(({ clock }) => clock)),
          processor: median(each.map(({ processor }) => processor)),
        }));
        const row = [own.clock, theirs.clock, theirs.clock / own.clock, own.processor, theirs.processor];
        const ratios = [...row, theirs.processor / own.processor].map((value) => value.toFixed(2));
        table.push([name, n, String(count), ...ratios]);
        // A run that is ended has printed what it measured.
        console.log(table[table.length - 1].join(" "));
      }
    }
  }
  printTable(["command", "n", "cores", "clock s", "peer", "peer / ours", "processor s", "peer", "peer / ours"], table);
  console.log(`load at the end ${loadavg()[0].toFixed(1)}; medians of ${rounds}, in turn, with an empty store`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
