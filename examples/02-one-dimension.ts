// Why attacks transfer, where all of it can be seen: one feature, a wiggly and a smooth surrogate, their losses drawn.

import * as carom from "@carom/core";
import { standaloneSvg, svgText } from "@carom/core/figures";
import { mean, variance } from "@carom/core/stats";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import * as ort from "onnxruntime-node";

const runtime = carom.runtimeFrom(ort);
const epsilon = 0.25;
const levels = { wiggly: { C: 100, gamma: 300 }, smooth: { C: 1, gamma: 4 } };
type Level = keyof typeof levels;

/** Sixty rows whose class turns from 0 to 1 about the middle, a tenth of them labelled wrong. */
function sample(name: string): carom.Dataset {
  const random = carom.stream(0, name);
  const x = Array.from({ length: 60 }, () => random.uniform());
  const labels = x.map((value) => Number(value + 0.05 * random.normal() > 0.5 !== random.uniform() < 0.1));
  return carom.dataset({ features: carom.tensor("float32", [60, 1], x), labels, domain: [0, 1] });
}

async function train(level: Level, name: string): Promise<carom.Model> {
  const options = { runtime, seed: 0, stream: name, options: levels[level] };
  return (await carom.fit(carom.learnerByName("svm-rbf"), sample(name), options)).model;
}

/** The loss that points suffer whose class is 0. */
async function lossOf(model: carom.Model, x: ArrayLike<number>): Promise<number[]> {
  const opened = await carom.openModel(runtime, model);
  const points = carom.tensor("float32", [x.length, 1], Float32Array.from(x));
  return [...carom.crossEntropy(await opened.scores(points), new Int32Array(x.length), false)];
}

/** Points of class 0, attacked on a model. */
async function attack(model: carom.Model, x: readonly number[]): Promise<number[]> {
  const opened = (await carom.openModel(runtime, model)).differentiable!;
  const [{ points }] = await carom.craftEvasion({
    model,
    opened,
    x: carom.tensor("float32", [x.length, 1], x),
    labels: new Int32Array(x.length),
    threat: { norm: carom.l2, domain: sample("pool").domain },
    epsilons: [epsilon],
    pool: sample("pool"),
    seed: 0,
  });
  return [...points.data];
}

const names = ["wiggly", "smooth"] as const;
const grid = Array.from({ length: 201 }, (_, i) => i / 200);
const starts = Array.from({ length: 40 }, (_, i) => 0.05 + i / 100);
/** A point errs where its loss is above that of two equal scores. */
const threshold = Math.log(2);

interface Attacked {
  readonly target: Level;
  readonly surrogate: Level;
  /** Losses of the two models on the grid. */
  readonly losses: Readonly<Record<"target" | "surrogate", readonly number[]>>;
  /** Where the points end, and the target's loss there and at the start. */
  readonly ends: readonly number[];
  readonly after: readonly number[];
  readonly before: readonly number[];
}
const attacked: Attacked[] = [];
for (const target of names) {
  const victim = await train(target, "target");
  for (const surrogate of names) {
    const model = await train(surrogate, "surrogate");
    const ends = await attack(model, starts);
    const losses = { target: await lossOf(victim, grid), surrogate: await lossOf(model, grid) };
    const [before, after] = [await lossOf(victim, starts), await lossOf(victim, ends)];
    attacked.push({ target, surrogate, losses, ends, after, before });
    const share = after.filter((each) => each > threshold).length / starts.length;
    console.log(`crafted on the ${surrogate} surrogate, ${share} of the points err on the ${target} target`);
  }
}
/** The first point that errs on both targets where it is crafted on the smooth surrogate, and on neither else. */
const shown = starts.findIndex((_, i) =>
  attacked.every(({ surrogate, after, before }) => {
    return before[i] < threshold && after[i] > threshold === (surrogate === "smooth");
  }),
);

const place = ({ target, surrogate }: Attacked) => ({ panel: `${target} target`, row: `${surrogate} surrogate` });
const curves = attacked.flatMap((each) =>
  (["surrogate", "target"] as const).flatMap((whose) =>
    grid.map((x, i) => ({ ...place(each), whose, x, loss: each.losses[whose][i] })),
  ),
);
const fates = attacked.map((each) => {
  return {
    ...place(each),
    from: starts[shown],
    before: each.before[shown],
    x: each.ends[shown],
    loss: each.after[shown],
  };
});

const bands: { panel: string; row: string; x: number; mean: number; low: number; high: number }[] = [];
for (const surrogate of names) {
  const sets = await Promise.all(
    Array.from({ length: 20 }, async (_, set) => lossOf(await train(surrogate, `training set ${set}`), grid)),
  );
  const variances: number[] = [];
  for (const [i, x] of grid.entries()) {
    const losses = sets.map((set) => set[i]);
    const average = mean(losses)!;
    const spread = Math.sqrt(variance(losses)!);
    variances.push(spread ** 2);
    const place = { panel: `${surrogate} surrogate`, row: "over 20 training sets" };
    bands.push({ ...place, x, mean: average, low: average - spread, high: average + spread });
  }
  console.log(`V of the ${surrogate} surrogate: ${mean(variances)!.toPrecision(2)}`);
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");
const look = { document: document as unknown as Document, width: 720, marginLeft: 44, x: { label: "x" }, fontSize: 12 };
const panels = {
  fx: { label: null, domain: names.map((name) => `${name} target`) },
  fy: { label: null, domain: names.map((name) => `${name} surrogate`) },
};
const colour = "#b3431b";
const stroke = ({ whose }: { whose: string }) => (whose === "target" ? "#1f1e1b" : "#e0b9a6");
const facet = { fx: "panel", fy: "row", x: "x" } as const;

/**
 * The target's loss of class 0 (dark), the surrogate's (pale), and where a point goes that is crafted on the latter.
 */
export const transferFigure = standaloneSvg(
  svgText(
    Plot.plot({
      ...look,
      ...panels,
      height: 420,
      marginRight: 110,
      y: { label: "loss", domain: [0, 2.6], clamp: true },
      marks: [
        Plot.frame({ stroke: "#dddbd5" }),
        Plot.ruleY([threshold], { strokeDasharray: "4 3", stroke: "#6b6a66" }),
        Plot.line(curves, { ...facet, y: "loss", z: "whose", stroke }),
        Plot.arrow(fates, { fx: "panel", fy: "row", x1: "from", y1: "before", x2: "x", y2: "loss", stroke: colour }),
        Plot.dot(fates, { fx: "panel", fy: "row", x: "from", y: "before", r: 3.5, stroke: colour, fill: "#ffffff" }),
        Plot.dot(fates, { ...facet, y: "loss", r: 4, fill: colour }),
      ],
    }) as SVGSVGElement,
  ),
);

/** The mean loss over training sets, one standard deviation about it shaded. */
export const variabilityFigure = standaloneSvg(
  svgText(
    Plot.plot({
      ...look,
      fx: { label: null, domain: names.map((name) => `${name} surrogate`) },
      height: 250,
      marginRight: 20,
      y: { label: "loss", domain: [-0.4, 2.6], clamp: true },
      marks: [
        Plot.frame({ stroke: "#dddbd5" }),
        Plot.areaY(bands, { fx: "panel", x: "x", y1: "low", y2: "high", fill: colour, fillOpacity: 0.22 }),
        Plot.line(bands, { fx: "panel", x: "x", y: "mean", stroke: "#1f1e1b" }),
      ],
    }) as SVGSVGElement,
  ),
);
