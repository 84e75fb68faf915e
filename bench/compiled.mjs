// Input gradients and fixed steps of PGD beside PyTorch as it is and compiled (torch.compile, which needs a C++
// compiler): later calls in turn, and first calls.
//
//   npm run build && node bench/compiled.mjs [cores] [rows to measure, a regular expression]
//
// The projection of L2 on ball and box is exact on our side and one after the other on theirs, as in other libraries.
// On several cores the peer has as many threads, and we as many processes, as `--workers` has.

import { startWorkers } from "./asWorkers.mjs";
import { conditions, interleave, printTable, startPeer, threadCounts } from "./paired.mjs";

const wanted = new RegExp(process.argv[3] ?? "");
const rows = [];
let versions = {};
for (const cores of threadCounts) {
  const workers = startWorkers("compiledWorker.mjs", cores);
  const peer = await startPeer("networks.py", cores);
  versions = peer.versions;
  for (const [job, network, batch] of [
    ["inputGradient", "mlp", 100],
    ["inputGradient", "mlp", 1000],
    ["inputGradient", "cnn", 100],
    ["pgd-linf", "mlp", 1000],
    ["pgd-l2", "mlp", 1000],
  ]) {
    const label = `${job}, ${network}, ${batch} rows, ${cores} core${cores > 1 ? "s" : ""}`;
    if (!wanted.test(label)) continue;
    const sides = [
      (n) => workers.time(`${job}:${network}:${batch}`, n),
      (n) => peer.time(`${job}:${network}:${batch}`, n),
      (n) => peer.time(`${job}Compiled:${network}:${batch}`, n),
    ];
    const first = [];
    for (const side of sides) first.push((await side(1)).wall[0]);
    const [ours, eager, compiled] = await interleave(sides);
    const times = [ours, eager, compiled].map(({ seconds }) => (1000 * seconds).toPrecision(3));
    const ratios = [eager, compiled].flatMap(({ wall, cpu }) => [wall.toFixed(2), cpu.toFixed(2)]);
    rows.push([label, ...times, ...ratios, ...first.map((seconds) => (1000 * seconds).toFixed(0))]);
    console.log(rows.at(-1).join("  "));
  }
  workers.close();
  peer.close();
}
console.log("\nMilliseconds of later calls; PyTorch / Carom by the clock and by processor time; first calls");
console.log(conditions(versions));
printTable(
  ["", "Carom", "eager", "compiled", "/ eager", "by CPU", "/ compiled", "by CPU", "first", "eager", "compiled"],
  rows,
);
