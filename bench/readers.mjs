// Readers beside others: processor time and peak memory of `carom data info`, and of polars or numpy reading the same file.
// usage: node bench/readers.mjs [megabytes] [runs]; PYTHON names a Python with polars and numpy.
//
// Files are made in a temporary folder and removed. Time is of the processor, of the whole process tree, and holds what
// starting takes; memory is the peak of the largest process. Medians; on a machine that does other things, only ratios mean
// anything.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [megabytes, runs] = [Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 3)];
const python = process.env.PYTHON ?? "python3";
const main = fileURLToPath(new URL("../packages/cli/bin/carom.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "carom-readers-"));
const at = (name) => join(folder, name);

const make = `
import numpy as np, polars as pl, sys
megabytes, folder = float(sys.argv[1]), sys.argv[2] + "/"
random = np.random.default_rng(1)
def csv(name, rows, columns):
    x = random.random((rows, columns))
    table = {f"f{j}": x[:, j] for j in range(columns)}
    table["class"] = (x.mean(1) > 0.5).astype(int)
    pl.DataFrame(table).write_csv(folder + name)
# About 19 bytes a number.
csv("wide.csv", int(megabytes * 1e6 / 19 / 50), 50)
csv("tall.csv", int(megabytes * 1e6 / 19 / 5), 5)
rows = int(megabytes * 1e6 / 784 / 4)
y = random.integers(0, 10, rows)
pixels = random.integers(0, 256, (rows, 784)) * (random.random((10, 784)) < 0.25)[y]
x = (pixels / 255).astype("f4")
np.savez(folder + "stored.npz", x=x, y=y)
np.savez_compressed(folder + "deflated.npz", x=x, y=y)
`;
const polars = "import polars, sys; print(polars.read_csv(sys.argv[1]).shape)";
const numpy = "import numpy, sys; f = numpy.load(sys.argv[1]); print(f['x'].shape, f['y'].shape)";
const files = [
  ["wide.csv", "polars", polars],
  ["tall.csv", "polars", polars],
  ["stored.npz", "numpy", numpy],
  ["deflated.npz", "numpy", numpy],
];

/** Processor seconds and the peak of the largest process in MB, as GNU time has them for a process and its children. */
function measure(command, args) {
  return new Promise((resolve, reject) => {
    const report = at("time");
    const child = spawn("/usr/bin/time", ["-o", report, "-f", "%U %S %M", command, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("error", reject).on("close", (status) => {
      if (status !== 0) return reject(new Error(`${command} ${args.join(" ")} ended with ${status}`));
      const [user, system, kilobytes] = readFileSync(report, "utf8").trim().split(" ").map(Number);
      resolve({ seconds: user + system, megabytes: kilobytes / 1024 });
    });
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
async function medians(command, args) {
  const measured = [];
  for (let run = 0; run < runs; run++) measured.push(await measure(command, args));
  return { seconds: median(measured.map((m) => m.seconds)), megabytes: median(measured.map((m) => m.megabytes)) };
}

try {
  await measure(python, ["-c", make, String(megabytes), folder]);
  console.log(`files of ${megabytes} MB, medians of ${runs}, load ${loadavg()[0].toFixed(1)}\n`);
  console.log("| file | carom, s | MB | other | s | MB | time, ratio |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const [name, other, program] of files) {
    const ours = await medians(process.execPath, [main, "data", "info", at(name)]);
    const theirs = await medians(python, ["-c", program, at(name)]);
    const cells = [ours.seconds.toFixed(2), ours.megabytes.toFixed(0), other, theirs.seconds.toFixed(2)];
    const ratio = (ours.seconds / theirs.seconds).toFixed(1);
    console.log(`| ${name} | ${cells.join(" | ")} | ${theirs.megabytes.toFixed(0)} | ${ratio} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
