// Which attackers pay in an audit: what each does to the targets of a study beside what the simplest attacker does on
// the surrogate on which it does most, and the gradients that it takes.
//
//   node bench/attackers.mjs STUDY.yaml|metrics.json     files of bench/attackers, or the outcome of one
//
// For each target and budget of a repetition an attacker's error is that of all surrogates together, or the largest
// over single surrogates, as an audit's answer is. Gains over the first attacker on single surrogates are means over
// targets and budgets; intervals are Student's over repetitions, of 95 % for all lines at once (Bonferroni).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { studentInterval } from "@carom/core/stats";
import { printTable } from "./paired.mjs";

const [file] = process.argv.slice(2);

function outcomeOf(/** @type {string} */ path) {
  if (path.endsWith(".json")) return path;
  const out = join(mkdtempSync(join(tmpdir(), "carom-attackers-")), "run");
  execFileSync("node", ["packages/cli/bin/carom.js", "study", path, "--out", out], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(out, "metrics.json");
}

const { attackers, ensembles, study, repetitions } = JSON.parse(readFileSync(outcomeOf(file), "utf8"));
const mean = (/** @type {readonly number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const isTogether = (/** @type {string} */ surrogate) => ensembles.some(({ id }) => id === surrogate);
const isTarget = (/** @type {string} */ id) => id.startsWith("target/");

/** The cells of an attacker in a repetition, of single surrogates or of all together, for each target and budget. */
function cellsOf({ cells }, /** @type {string} */ attacker, /** @type {boolean} */ together) {
  const own = cells.filter(
    (cell) =>
      cell.attacker === attacker &&
      isTarget(cell.target) &&
      !isTarget(cell.surrogate) &&
      isTogether(cell.surrogate) === together,
  );
  /** @type {Map<string, typeof own>} */
  const groups = new Map();
  for (const cell of own) {
    const key = `${cell.target} ${cell.epsilon}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return groups;
}

const errorsOf = (repetition, attacker, together) =>
  Array.from(cellsOf(repetition, attacker, together).values(), (group) =>
    Math.max(...group.map(({ errorUnderAttack }) => errorUnderAttack.estimate)),
  );

const [{ name: simplest }] = attackers;
const sides = [false, true].flatMap((together) => attackers.map(({ name }) => ({ name, together })));
const known = sides.filter(({ name, together }) => errorsOf(repetitions[0], name, together).length > 0);
const errors = (/** @type {{ name: string, together: boolean }} */ { name, together }) =>
  repetitions.map((repetition) => mean(errorsOf(repetition, name, together)));
const first = errors({ name: simplest, together: false });
console.log(
  `${study.name}: ${study.attack.norm} ${study.attack.epsilons.join(", ")}, ${repetitions.length} repetitions ` +
    `of ${study.points} points`,
);
printTable(
  ["attacker", "on", "error, %", "gain in points", "interval", "gradients"],
  known.map((side) => {
    const own = errors(side);
    const gains = own.map((error, i) => 100 * (error - first[i]));
    const { low, high } = studentInterval(gains, 0.05 / (known.length - 1));
    const costs = repetitions.flatMap((repetition) =>
      [...cellsOf(repetition, side.name, side.together).values()].flat().map(({ cost }) => cost.gradients),
    );
    const isFirst = side.name === simplest && !side.together;
    return [
      side.name,
      side.together ? "all together" : "one of them",
      (100 * mean(own)).toFixed(1),
      isFirst ? "" : mean(gains).toFixed(1),
      isFirst ? "" : `${low.toFixed(1)} to ${high.toFixed(1)}`,
      mean(costs).toFixed(0),
    ];
  }),
);
