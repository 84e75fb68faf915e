// Keeps what a study found: its claims, tables and figures as a page of docs/results.
//
// node bench/paper/results.mjs RUN_FOLDER "how it was run"

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [run, how = ""] = process.argv.slice(2);
if (run === undefined) throw new Error("give the folder of a run");
const results = fileURLToPath(new URL("../../docs/results/", import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(run, name), "utf8"));
const {
  study,
  explanation,
  claims = explanation?.claims ?? [],
  transferRates = [],
  comparison = [],
  entries = [],
  mean,
  attackerGains,
} = read("metrics.json");
const { seconds, node, platform, carom } = read("manifest.json");

const folder = join(results, study.name);
mkdirSync(folder, { recursive: true });
const drawn = join(run, "figures");
const figures = existsSync(drawn) ? readdirSync(drawn).filter((name) => name.endsWith(".svg")) : [];
for (const name of figures) copyFileSync(join(run, "figures", name), join(folder, name));
copyFileSync(join(run, "manifest.json"), join(folder, "manifest.json"));
if (comparison.length > 0) copyFileSync(join(run, "printed.csv"), join(folder, "printed.csv"));

const short = (value) => String(Number(value.toPrecision(3)));
const name = (id) => id.slice(id.indexOf("/") + 1);
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Transfer rates: surrogates by budgets or fractions. */
function rates() {
  if (transferRates.length === 0) return "";
  // Of the first attacker, where there are several: the others stand in a table of their own.
  const first = transferRates[0].attacker;
  const own = transferRates.filter(({ attacker }) => attacker === first);
  const levelOf = (rate) => rate.epsilon ?? rate.fraction;
  const levels = [...new Set(own.map(levelOf))];
  const ids = [...new Set(own.map(({ surrogate }) => surrogate))];
  const cell = (id, level) => own.find((rate) => rate.surrogate === id && levelOf(rate) === level).rate.toFixed(3);
  return `## Mean error of the targets${first === undefined ? "" : `, by ${first}`}\n\n${table(
    ["surrogate", ...levels.map(String)],
    ids.map((id) => [name(id), ...levels.map((level) => cell(id, level))]),
  )}\n`;
}

/** Attackers beside those of equal compute, and what alignment explains. */
function gained() {
  if (!attackerGains) return "";
  const range = ({ estimate, low, high }, digits, factor = 1) =>
    `${(factor * estimate).toFixed(digits)} (${(factor * low).toFixed(digits)} to ${(factor * high).toFixed(digits)})`;
  const rows = attackerGains.gains.map((each) => [
    ...[each.attacker, each.epsilon, Math.round(each.gradients), (100 * each.error).toFixed(1)],
    ...[
      `${each.against} (${Math.round(each.gradientsOfOther)})`,
      range(each.gain, 1, 100),
      each.p?.toPrecision(2) ?? "-",
    ],
    ...[each.alignment?.toFixed(3) ?? "-", each.alignmentGain ? range(each.alignmentGain, 3) : "-"],
  ]);
  const head = ["attacker", "ε", "gradients", "error, %", "against (gradients)", "gain, points in 100", "Holm's p"];
  const explained = attackerGains.explained.map(
    ({ epsilon, correlation, rankCorrelation, n }) =>
      `At ε = ${epsilon}, over ${n} cases of an attacker, a surrogate and a target, gains of alignment and of error ` +
      `have Pearson's correlation ${range(correlation, 2)}: alignment accounts for ` +
      `${Math.round(100 * correlation.estimate ** 2)} % of the variance of gains. Of ranks (Spearman) it is ` +
      `${range(rankCorrelation, 2)}.`,
  );
  return `## At equal compute\n\n${table(
    [...head, "alignment", "gain of alignment"],
    rows.map((row) => row.map(String)),
  )}\n\n${explained.join("\n\n")}\n`;
}

function swept() {
  if (!mean) return "";
  const rows = mean.models.map(({ value, cleanError, errorUnderAttack, size }) =>
    [
      value,
      cleanError.estimate.toFixed(4),
      errorUnderAttack.estimate.toFixed(4),
      size ? short(size.estimate) : "-",
    ].map(String),
  );
  return (
    `## Values of ${mean.asked.option}\n\n` +
    `${table([mean.asked.option, "clean error", "under attack", "S"], rows)}\n`
  );
}

function compared() {
  if (comparison.length === 0) return "";
  const rows = comparison.map(({ quantity, of, ours, printed, tolerance, within }) => [
    quantity,
    of,
    short(ours),
    short(printed),
    tolerance === undefined ? "-" : short(tolerance),
    within === undefined ? "-" : within ? "yes" : "no",
  ]);
  const judged = comparison.filter(({ within }) => within !== undefined);
  const count = `${judged.filter(({ within }) => within).length} of ${judged.length} numbers with a tolerance are within it.`;
  return `## Beside the paper's printed numbers\n\n${judged.length > 0 ? count : "The paper says too little for tolerances."}\n\n${table(
    ["quantity", "of", "ours", "printed", "tolerance", "within"],
    rows,
  )}\n`;
}

/** Sign tests side by side. */
function tested() {
  if (entries.length === 0) return "";
  const rows = entries.map(({ study, learner, what, agreeing, of, p }) => [
    ...[study, learner, what, `${agreeing} of ${of}`],
    p === undefined ? "-" : p.toPrecision(2),
  ]);
  return `## Sign tests\n\nWhite-box: the model of high complexity errs more. Transfer: that of low complexity transfers better.\n\n${table(
    ["study", "learner", "what", "repetitions that agree", "p"],
    rows,
  )}\n`;
}

const claimed = claims.map(
  ({ id, claim, verdict, numbers }) =>
    `- **${id}, ${verdict}**: ${claim}.\n${numbers.map((line) => `  - ${line}`).join("\n")}`,
);
const count =
  study.repetitions === undefined ? "" : `${study.repetitions} repetition${study.repetitions === 1 ? "" : "s"}, `;
const sections = [
  !attackerGains && claimed.length > 0 && `## Claims of the paper\n\n${claimed.join("\n")}\n`,
  ...[rates(), gained(), swept(), compared(), tested()],
  figures.length > 0 &&
    "## Figures\n\n" +
      `${figures.map((file) => `![${file.replace(/\.svg$/, "").replaceAll("-", " ")}](${study.name}/${file})`).join("\n\n")}\n`,
];
const page = `# ${study.title ?? study.name}

\`carom study ${study.name}\`${how === "" ? "" : `, ${how}`}: ${count}${Math.round(seconds)} seconds
(Carom ${carom}, Node ${node}, ${platform}). The [manifest](${study.name}/manifest.json) has seed and hashes.

${sections.filter(Boolean).join("\n")}`;
writeFileSync(join(results, `${study.name}.md`), page);
console.log(join(results, `${study.name}.md`));
