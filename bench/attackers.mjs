// Which attackers pay: the error that each brings to the targets of a study, and the gradients that it takes, side by side.
//
//   node bench/attackers.mjs STUDY.yaml     a study file with attackers and ensembles; the first attacker is what others are held to

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [file] = process.argv.slice(2);
const out = join(mkdtempSync(join(tmpdir(), "carom-attackers-")), "run");
execFileSync("node", ["packages/cli/bin/carom.js", "study", file, "--out", out], {
  stdio: ["ignore", "ignore", "inherit"],
});
const { attackers, study, transferRates, repetitions } = JSON.parse(readFileSync(join(out, "metrics.json"), "utf8"));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sources = [...new Set(transferRates.map(({ surrogate }) => surrogate))];
console.log(
  [
    "surrogate",
    "attacker",
    ...study.attack.epsilons.map((e) => `error at ${e}`),
    "gradients per point",
    "gain in points of 100",
  ].join("\t"),
);
for (const surrogate of sources) {
  const rates = (attacker) =>
    study.attack.epsilons.map(
      (epsilon) =>
        transferRates.find((r) => r.surrogate === surrogate && r.attacker === attacker && r.epsilon === epsilon).rate,
    );
  const first = mean(rates(attackers[0].name));
  for (const { name } of attackers) {
    const cells = repetitions.flatMap((r) => r.cells.filter((c) => c.surrogate === surrogate && c.attacker === name));
    const gain = 100 * (mean(rates(name)) - first);
    console.log(
      [
        surrogate,
        name,
        ...rates(name).map((r) => r.toFixed(3)),
        mean(cells.map((c) => c.cost.gradients)).toFixed(0),
        gain.toFixed(1),
      ].join("\t"),
    );
  }
}
