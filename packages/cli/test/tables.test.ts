// Writes the tables in docs/ from the registries, or holds them to be up to date.
//
// After a change of a registry: npx vitest run packages/cli/test/tables.test.ts -u

import { readdirSync, readFileSync } from "node:fs";
import { InputError, learners } from "@carom/core";
import { OPSET } from "@carom/core/onnx";
import { outputFiles, tables } from "@carom/core/report";
import { expect, it } from "vitest";
import { CLASSICAL, classical } from "../../core/src/onnx/classical/index.ts";
import { microsoft } from "../../core/src/onnx/microsoft/index.ts";
import { zeroGradient } from "../../core/src/onnx/operator.ts";
import { operators } from "../../core/src/onnx/ops/index.ts";
import { quantizing } from "../../core/src/onnx/quantizing.ts";
import { rewrites } from "../../core/src/onnx/rewrites/index.ts";
import { upgrade } from "../../core/src/onnx/upgrade.ts";
import { learnerTable } from "../src/ui/learnerTable.ts";
import { markdownTable as table } from "./markdownTable.ts";

const docs = (name: string) => new URL(`../../../docs/${name}`, import.meta.url).pathname;
const generated = "<!-- Written by packages/cli/test/tables.test.ts from the registry. -->\n";

/** The opsets that `upgrade` takes. */
function readableOpsets(): number[] {
  const graph = { name: "", nodes: [], initializers: new Map(), inputs: [], outputs: [] };
  return Array.from({ length: 40 }, (_, version) => version).filter((version) => {
    try {
      upgrade({ graph, opsets: { "": version }, metadata: {} } as unknown as Parameters<typeof upgrade>[0]);
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  });
}

function operatorsPage(): string {
  const opsets = readableOpsets();
  const range = `${opsets[0]} to ${opsets.at(-1)}`;
  const rows = Object.entries(operators).map(([name, { gradient }]) => [
    name,
    quantizing.has(name) ? "straight through" : gradient === zeroGradient ? "zero" : "rule",
    range,
  ]);
  const writtenOut = Object.entries(rewrites)
    .filter(([name]) => !(name in operators) && !name.includes("."))
    .map(([name, { since = opsets[0], until = opsets.at(-1) }]) => [
      name,
      quantizing.has(name) ? "straight through" : "written out",
      `${since} to ${until}`,
    ]);
  rows.push(...writtenOut);
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${generated}
# Operators

A model whose operators are all in this table can be differentiated. A model with others can still be a target: its
scores are asked for, its gradients are not, and whoever asks for one is told which node stands in the way.

Models of opset ${range} are read; those of other opsets than ${OPSET} are brought to opset ${OPSET} first. _Rule_ means
that gradients flow through the operator. _Zero_ means that its output is constant almost everywhere or is no real number,
so that none do. _Written out_ means that the operator is replaced by operators of opset ${OPSET} first. _Straight through_ means that
gradients flow as if the operator did not round, though what it computes has steps, and that none flow where numbers leave
its range (Bengio, Léonard and Courville, 2013). Shapes may depend on the number of rows; every other size must be known.

${table(["operator", "gradient", "opsets"], ...rows)}

## Classical operators

Operators of the domain \`ai.onnx.ml\`, which scikit-learn's exporter skl2onnx writes, are written out in standard operators
before a model is differentiated; its scores are those of the file. Each is compared with ONNX Runtime's own.

${classicalTable()}

## The runtime's own operators

Operators of the domain \`com.microsoft\`, into which ONNX Runtime and its tools fuse others, are written out too:
${Object.keys(microsoft)
  .map((name) => `\`${name}\``)
  .join(", ")}.

## Held against others

Values, gradients by inputs and weights, and Hessian products of random layers agree with PyTorch 2.15's autograd
(\`bench/layers.mjs\`, seed 17): of 8000 layers of 18 families one did not, a convolution whose automatic margins fall below
zero, which the runtime rounds in a way of its own; files have those margins written out since. The tolerance is 1e-4 of the
norm in float32, 1e-9 in float64. Random small networks that PyTorch exports are held in the same way (\`bench/nets.mjs\`).

Of 1,000 further layers (seed 4117) one did not, a Resize to the nearest pixel: the runtime takes what is less than 1e-6 off
half-way for half-way, which it is for Carom since. Of 100 further networks (seed 417) none, 7 of them not exported.

Of the backend tests of ONNX 1.23.2 (\`bench/backendSuite.mjs\`) none is wrong or ends in a fault, and 1158 are right: 897 in
value and in gradient, by differences in float64, 252 that have nothing to differentiate, and 9 that lie at a kink. 793 are
refused with a reason, most for element types of few bits or opsets that the runtime does not take yet, 9 are refused by the
runtime itself, 3 are right in value and not in our reference, and 61 are too large for that. In two, which shrink images
with aligned corners, the runtime's own value is another than that of the tests, and gradients are those of the runtime's.

## Exporters

Scores and loss gradients of these networks, exported with few channels and random weights, are compared with PyTorch's
autograd in the tests (\`fixtures/onnx/export.py\`).

${exportersTable()}

Scores and loss gradients of these models of scikit-learn, exported with skl2onnx, are compared with differences of
scikit-learn's own scores in float64 (\`fixtures/onnx/sklearn_export.py\`).

${sklearnTable()}
`;
}

function classicalTable(): string {
  const names = Object.keys(classical).map((name) => name.slice(CLASSICAL.length + 1));
  const rows = names.map((name) => [name, ["Binarizer", "OneHotEncoder"].includes(name) ? "zero" : "written out"]);
  rows.push(
    ["TreeEnsembleClassifier, TreeEnsembleRegressor", "none: scores only, since they are constant almost everywhere"],
    ["ZipMap", "left out: what it makes a dictionary of holds the scores"],
    ["LabelEncoder and others of labels", "left out with the labels"],
  );
  return table(["operator", "gradient"], ...rows);
}

/** The models of scikit-learn among the fixtures. */
function sklearnTable(): string {
  const folder = new URL("../../../fixtures/onnx/sklearn/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
  const rows = files.map((name) => {
    const [, model, classes, form, opset] = /^(\w+?)(\d)\.([a-z]+)(\d+)\./.exec(name)!;
    return [model, classes, form === "zipmap" ? "dictionary" : "tensor", opset];
  });
  return table(["model", "classes", "scores", "opset"], ...rows);
}

/** The networks among the fixtures, with the opsets in which each exporter wrote them. */
function exportersTable(): string {
  const folder = new URL("../../../fixtures/onnx/exported/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".onnx.gz"));
  const files = names.map((name) => /^(\w+)\.([a-z]+)(\d+)\./.exec(name)!.slice(1));
  const exporters = { script: "PyTorch, TorchScript: opsets", dynamo: "PyTorch, torch.export: opsets" };
  const rows = [...new Set(files.map(([network]) => network))].map((network) => [
    network,
    ...Object.keys(exporters).map((exporter) =>
      files
        .filter(([name, by]) => name === network && by === exporter)
        .map(([, , opset]) => opset)
        .join(", "),
    ),
  ]);
  return table(["network", ...Object.values(exporters)], ...rows);
}

function learnersPage(): string {
  const setting = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(", ") || "defaults";
  const sections = learnerTable().map((row) => {
    const abilities = Object.entries(row.capabilities).filter(([, can]) => can === true);
    const options = row.options.map(({ name, default: value, description }) => [
      name,
      JSON.stringify(value),
      description,
    ]);
    const { high, low } = row.complexities as { high: object; low: object };
    return `## ${row.name}

${capitalised(row.summary)}. High complexity: ${setting(high)}. Low complexity: ${setting(low)}.
Capabilities: ${abilities.map(([name]) => name).join(", ") || "none"}. Reference: ${row.reference}.

${table(["option", "default", "meaning"], ...options)}
`;
  });
  return `${generated}
# Learners

Each learner turns data into an ONNX model. High complexity means weakly regularised, low means strongly; an audit trains
both. What a learner minimises, and when it stops, is in [the method](method.md).

${sections.join("\n")}`;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

it.each(Object.keys(learners))(
  "docs/method.md says what %s minimises, how, until when, and whose idea it is",
  (name) => {
    const lines = readFileSync(docs("method.md"), "utf8").split("\n");
    // A formula's bars are escaped inside a table.
    const row = lines.find((line) => line.startsWith(`| \`${name}\` `))?.split(/(?<!\\)\|/) ?? [];
    const cells = row.slice(1, -1).map((cell) => cell.trim());
    expect(cells).toHaveLength(5);
    expect(cells.every((cell) => cell.length > 4)).toBe(true);
  },
);

it("docs/support.md lists the operators", async () => {
  await expect(operatorsPage()).toMatchFileSnapshot(docs("support.md"));
});

/** The data dictionary in Markdown. */
function outputPage(): string {
  const files = outputFiles.map(({ file, of, holds }) => [`\`${file}\``, of, holds]);
  const ofTables = outputFiles.flatMap(({ file, table: name }) =>
    name
      ? [
          `## ${file}`,
          table(["column", "holds"], ...Object.entries(tables[name]).map(([key, text]) => [`\`${key}\``, text])),
        ]
      : [],
  );
  return `${generated.replace("registry", "data dictionary")}
# What runs leave

A run is a folder of its own, whole or absent: \`--out\`, else a new one in \`./carom-runs\`. Equal questions give equal bytes,
\`manifest.json\` aside.

${table(["file", "of", "holds"], ...files)}

Tables are CSV with a header, in UTF-8; shares lie in 0 to 1. What was not measured, or does not exist, is empty. Texts that a
spreadsheet would take for a formula begin with an apostrophe.

${ofTables.join("\n\n")}

## Files of single verbs

${table(
  ["verb", "file", "holds"],
  ["`fit`", "`.onnx`", "the model: input `x`, output `scores`; classes and options in its metadata"],
  ["`score`", "`.npy`", "scores [N, K], a row for each row of the data"],
  [
    "`evade`",
    "`.npz`",
    "`x` crafted points, budget after budget; `y` their labels; `epsilon` budgets; `index` rows of the data, from 0",
  ],
  [
    "`poison`",
    "`.npz`",
    "`x` crafted points; `y` their labels; `start` where they began; `source` rows of `--train`, from 0; `loss` the validation loss after each",
  ],
)}
`;
}

it("docs/output.md describes every file and column", async () => {
  await expect(outputPage()).toMatchFileSnapshot(docs("output.md"));
});

it("docs/learners.md lists the learners", async () => {
  await expect(learnersPage()).toMatchFileSnapshot(docs("learners.md"));
});
