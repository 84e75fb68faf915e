// Writes docs/results/models.md from what check.mjs found: node table.mjs FOLDER...

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModel } from "@carom/core";

const folders = process.argv.slice(2);
const rows = folders.flatMap((folder) => {
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const manifest = read("manifest.json");
  return Object.entries(read("results.json"))
    .filter(([name]) => name in manifest)
    .map(([name, found]) => ({ name, ...manifest[name], ...found, ...contents(join(folder, `${name}.onnx`)) }));
});

/** The opset of a file and its operators, most frequent first. */
function contents(path) {
  try {
    const { graph, opsets } = readModel(readFileSync(path));
    const counts = new Map();
    for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([op]) => op);
    return { opset: opsets[""] ?? "", operators: names.slice(0, 4).join(", ") + (names.length > 4 ? ", ..." : "") };
  } catch {
    return { opset: "", operators: "" };
  }
}

const meaning = {
  right: "gradients right",
  zero: "constant: gradient 0",
  "past the rounding": "past a rounding",
  "scores only": "scores only",
  refused: "refused",
  crash: "ended by the runtime",
};

/** How far scores are from the original's. */
const away = ({ scores }) =>
  typeof scores !== "number" ? "" : scores < 0.002 ? "same" : `${(100 * scores).toPrecision(1)} % away`;

/** What a reason says, without the names of the file and what is the same in all. */
function short({ reason = "", error, by }) {
  if (error !== undefined)
    return by === "tool" ? `off by ${error.toExponential(0)}` : `${(100 * error).toPrecision(1)} %`;
  if (/TreeEnsemble/.test(reason)) return "ensembles of trees are constant almost everywhere";
  return reason.replaceAll("\n", " ").replaceAll("|", "\\|").split("; ")[0].slice(0, 160);
}

function table(head, body) {
  const cells = [head, ...body];
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((text, i) => text.padEnd(widths[i])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

const origins = [...new Set(rows.map(({ origin }) => origin))];
const verdicts = [...new Set([...Object.keys(meaning), ...rows.map(({ verdict }) => verdict)])];
const counted = origins.map((origin) => {
  const own = rows.filter((row) => row.origin === origin);
  return [
    origin,
    ...verdicts.map((verdict) => String(own.filter((row) => row.verdict === verdict).length)),
    String(own.length),
  ];
});
const total = [
  "all",
  ...verdicts.map((verdict) => String(rows.filter((row) => row.verdict === verdict).length)),
  String(rows.length),
];
const detail = rows.map((row) => [
  row.name,
  row.origin,
  String(row.opset ?? ""),
  row.operators,
  away(row),
  meaning[row.verdict] ?? row.verdict,
  short(row),
]);

writeFileSync(
  new URL("../../docs/results/models.md", import.meta.url),
  `# Gradients of real models

${rows.length} files of ${origins.length} origins, made by \`bench/models/make.py\` or found in packages, opened as they are, and measured
by \`bench/models/check.mjs\`. The gradient of the cross-entropy of each row's second class is _right_ where it is that of the tool
that made the file or, where there is none, the slope of the file's own scores:

- Files from PyTorch hold it against PyTorch's autograd in float64. _Off by_ is the distance relative to the gradient's norm, of the
  worst row. Right is 1e-4, or 20 times what float32 alone does to the same gradient in PyTorch. At a kink, such as two
  equal maxima of a pool, rounding chooses the side: of a row and two points beside it (moved by a thousandth) the nearest counts.
- Elsewhere, along the gradient and along the parts of it that belong to random halves of the features, differences of the
  scores that ONNX Runtime computes in float32 give the same within 2 %; the largest disagreement stands beside it, in per cent. Each
  slope keeps the best of six steps and of central and one-sided differences, in directions measured in units of each
  feature's size; slopes below 1e-5 are not compared; where the second class has a probability below 1e-12 the loss of the first is
  taken.

_Constant_ means that the gradient is 0 and scores do not change with small steps either. _Scores only_ means that the model can
be judged, and that its gradient is refused, with the reason; _refused_, that the file is not taken as it is, with the reason;
_ended by the runtime_, that ONNX Runtime itself ends the process on that file, here by a division. _Past a rounding_ means that
all inputs are whole numbers or bytes, past whose rounding gradients go straight, so that no difference can show them.

_Scores_ are the _same_ where they are those of the tool that made the file within 0.2 % of the largest, and blank where there is
no tool to ask; where they are away, the columns of the file were taken as they are, so that the exporter wrote another function
than the tool has. Token ids are attacked at the output of their embedding (\`--attack-at\`), and then compared by differences.
What an exporter refused has no row.

Files whose points beside the rows were not made are held at the rows alone, which is the stricter. Where the last column says
more than 1e-4, PyTorch's own gradient in float32 is as far from that in float64: .5 % in that ResNet-50, 3 % in GoogLeNet, whose
slopes are below 1e-5 with random weights.

${table(["origin", ...verdicts.map((verdict) => meaning[verdict] ?? verdict), "files"], [...counted, total])}

${table(["file", "origin", "opset", "operators", "scores", "found", "reason, or largest error"], detail)}
`,
);
