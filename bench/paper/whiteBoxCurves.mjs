// Do the white-box curves agree with Fig. 5 of Demontis et al. 2019, and is it farther to the border of L than of H?
// node whiteBoxCurves.mjs FOLDER_OF_IDX_FILES OUTPUT_FOLDER [repetitions] [test points]
//
// Ten repetitions, each of a fresh half of the 11,800 training digits and fresh test points; our defaults otherwise.
// After each it writes what there is to whiteBoxCurves.json and .svg.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  craftEvasion,
  dataset,
  denseRows,
  fit,
  l2,
  learnerByName,
  margin,
  minimumEpsilon,
  openModel,
  permutation,
  reshape,
  runtimeFrom,
  stratifiedSplit,
  stream,
  takeRows,
} from "@carom/core";
import { lineSearchAttack } from "@carom/core/attacks";
import { gunzip, readIdx } from "@carom/core/data";
import { mean, quantile, standardError } from "@carom/core/stats";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import * as ort from "onnxruntime-node";
import { printTable } from "../paired.mjs";
import { epsilons, errors as printed } from "./figure5.mjs";

const [source, output, repetitions = "10", count = "500"] = process.argv.slice(2);
mkdirSync(output, { recursive: true });
/** Points whose smallest epsilon is looked for in each repetition. */
const SEARCHED = 100;

function digits(/** @type {string} */ part) {
  const read = (/** @type {string} */ kind) =>
    readIdx(gunzip(readFileSync(join(source, `mnist89-${part}-${kind}-ubyte.gz`))));
  const images = read("images-idx3");
  return dataset({
    features: reshape(images, [images.shape[0], 784]),
    labels: Array.from(read("labels-idx1").data, Number),
  });
}

const runtime = runtimeFrom(ort);
const [train, test] = [digits("train"), digits("t10k")];
const names = Object.keys(printed);
/** By classifier: the error at epsilon 0 and at each epsilon, and the median smallest epsilon, one per repetition. */
const curves = Object.fromEntries(
  names.map((name) => [name, { clean: [], errors: epsilons.map(() => []), medians: [] }]),
);

async function measure(/** @type {string} */ name, /** @type {number} */ repetition) {
  const [half] = stratifiedSplit(train, [0.5, 0.5], stream(repetition, "half"));
  const own = takeRows(train, half);
  const order = permutation(stream(repetition, "test"), test.labels.length);
  const attacked = takeRows(test, order.slice(0, Number(count)));
  const [learner, level] = name.split(" ");
  const { complexities } = learnerByName(learner);
  const { model } = await fit(learnerByName(learner), own, {
    runtime,
    seed: repetition,
    label: name,
    options: complexities[level],
  });
  const opened = await openModel(runtime, model);
  const differentiable = opened.differentiable;
  const x = denseRows(attacked);
  const common = { x, labels: attacked.labels, threat: { norm: l2, domain: test.domain }, seed: repetition };
  const share = (/** @type {Float64Array} */ values) => values.filter((value) => value > 0).length / values.length;
  const results = await craftEvasion({ ...common, model, opened: differentiable, epsilons, pool: own });
  const curve = curves[name];
  curve.clean.push(share(margin(await opened.scores(x), attacked.labels)));
  results.forEach(({ objective }, e) => {
    curve.errors[e].push(share(objective));
  });
  const few = takeRows(
    attacked,
    Int32Array.from({ length: SEARCHED }, (_, i) => i),
  );
  const smallest = await minimumEpsilon({
    ...common,
    attack: lineSearchAttack(),
    models: [differentiable],
    x: denseRows(few),
    labels: few.labels,
    tolerance: 0.01,
  });
  curve.medians.push(quantile(Array.from(smallest.epsilon), 0.5));
  await opened.close();
}

function figure() {
  const rows = names.flatMap((name) => {
    const [family, level] = name.split(" ");
    return [0, ...epsilons].map((epsilon, i) => {
      const values = i === 0 ? curves[name].clean : curves[name].errors[i - 1];
      const error = 2 * (values.length > 1 ? standardError(values) : 0);
      return {
        family,
        level,
        epsilon,
        ours: mean(values),
        low: mean(values) - error,
        high: mean(values) + error,
        paper: i === 0 ? NaN : printed[name][i - 1],
      };
    });
  });
  const { document } = parseHTML("<html></html>");
  const families = [...new Set(rows.map(({ family }) => family))];
  const facet = { fx: "family", x: "epsilon", z: (/** @type {any} */ row) => row.family + row.level };
  const svg = Plot.plot({
    document,
    width: 1000,
    height: 260,
    marginTop: 40,
    marginBottom: 40,
    fx: { domain: families, label: null },
    x: { label: "epsilon (L2)" },
    y: {
      domain: [0, 1],
      label:
        "error under white-box attack, red high and blue low complexity; lines ours with two standard errors, " +
        "rings the paper's",
    },
    color: { domain: ["high", "low"], range: ["#b3261e", "#1f5fa8"], legend: false },
    style: { background: "white" },
    marks: [
      Plot.ruleY([0]),
      Plot.areaY(rows, { ...facet, y1: "low", y2: "high", fill: "level", fillOpacity: 0.2 }),
      Plot.line(rows, { ...facet, y: "ours", stroke: "level", strokeWidth: 1.5 }),
      Plot.dot(
        rows.filter(({ paper }) => paper >= 0),
        { ...facet, y: "paper", stroke: "level", r: 2.5 },
      ),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}

function report() {
  const upTo2 = epsilons.map((_, e) => e).filter((e) => epsilons[e] <= 2);
  const rows = names.map((name) => {
    const { clean, errors } = curves[name];
    const deviations = upTo2.map((e) => mean(errors[e]) - printed[name][e]);
    const allowed = upTo2.map((e) => (name.startsWith("mlp") ? 0.12 : Math.max(0.05, 2 * standardError(errors[e]))));
    const kept = deviations.every((deviation, e) => Math.abs(deviation) <= allowed[e]);
    return [
      name,
      mean(clean).toFixed(3),
      ...deviations.map((each) => (each >= 0 ? "+" : "") + each.toFixed(3)),
      kept ? "yes" : "NO",
    ];
  });
  console.log(
    `\nOurs less the paper's error, means of ${curves[names[0]].clean.length} repetitions on ${count} points`,
  );
  printTable(["classifier", "clean", ...upTo2.map((e) => String(epsilons[e])), "within"], rows);
  const above = upTo2
    .filter((e) => epsilons[e] >= 0.5)
    .every((e) => mean(curves["mlp high"].errors[e]) > mean(curves["mlp low"].errors[e]));
  console.log(`network of high complexity above that of low from 0.5 to 2: ${above ? "yes" : "NO"}`);
  for (const family of new Set(names.map((name) => name.split(" ")[0]))) {
    const [high, low] = ["high", "low"].map((level) => curves[`${family} ${level}`].medians);
    const wins = low.filter((value, i) => value > high[i]).length;
    console.log(
      `${family}: median smallest epsilon ${mean(high).toFixed(3)} high, ${mean(low).toFixed(3)} low; larger ` +
        `for low in ${wins} of ${low.length}`,
    );
  }
}

for (let repetition = 0; repetition < Number(repetitions); repetition++) {
  for (const name of names) await measure(name, repetition);
  writeFileSync(
    join(output, "whiteBoxCurves.json"),
    `${JSON.stringify({ epsilons, points: Number(count), curves }, null, 1)}\n`,
  );
  writeFileSync(join(output, "whiteBoxCurves.svg"), figure());
  console.error(`repetition ${repetition + 1} of ${repetitions}`);
}
report();
