// Attackers of an audit: which suit, what a plan makes of them, and that nobody named changes no key.

import { describe, expect, it } from "vitest";
import { boxPoints } from "../../../test/linearWorld.ts";
import { attackerName } from "../../attacks/attacker.ts";
import { gradientsPerSample } from "../../attacks/attackerCost.ts";
import { attackerNamed } from "../../attacks/attackerNames.ts";
import { startPlan } from "../engine/plan.ts";
import { taskKey } from "../engine/task.ts";
import type { AuditAttacker, NamedAttacker } from "../namedAttacker.ts";
import { TARGET } from "../names.ts";
import { craft } from "../tasks/craft.ts";
import { defaultAttackers, familiesLeftOut, standInOf, suitable, withRivals } from "./attackers.ts";
import { familyDependence } from "./familyDependence.ts";
import { mostQueries, planAudit } from "./plan.ts";
import type { AuditQuestion } from "./question.ts";
import { standingsOf } from "./standing.ts";

const data = boxPoints(1, 40, 4);
const surrogates = [
  { learner: "svm-linear", complexity: "low" },
  { learner: "mlp", complexity: "low" },
  { learner: "mlp", complexity: "high" },
] as const;
const named = (...names: string[]) => names.map((name) => ({ name, how: attackerNamed(name) }));
const chosen = (...names: string[]) =>
  suitable(withRivals(named(...names)), surrogates.map(standInOf), data, { norm: "l2" });

function planned(attackers?: readonly AuditAttacker[]) {
  const plan = startPlan();
  const question: AuditQuestion = {
    seed: 4,
    norm: "l2",
    epsilons: [0.5, 1],
    surrogates,
    ...(attackers && { attackers }),
    asked: { dataHash: "", targetHash: "", box: [0, 1], attackerKnows: [], defaults: [], warnings: [] },
  };
  const training = plan.data(data);
  const target = { learner: "mlp", options: { widths: [4] }, training, label: TARGET };
  const keys = planAudit(plan, question, { target, training, attacked: training });
  return { plan, keys, training };
}

describe("a plan", () => {
  it("that names nobody has the keys of crafts that know of no attackers", () => {
    const { plan, keys, training } = planned();
    const fit = plan.tasks.find(({ label }) => label === "training svm-linear_L")!;
    const inputs = { attacked: training.data.key, pool: training.data.key, model: fit.key };
    expect(keys.crafts.get("svm-linear_L")!.craft.key).toBe(
      taskKey("craft", craft.version, { norm: "l2", epsilons: [0.5, 1], seed: 4 }, inputs),
    );
  });

  it("with attackers has all tasks of one without, but the metrics of all together", () => {
    const keysOf = (attackers?: readonly AuditAttacker[]) =>
      planned(attackers).plan.tasks.flatMap(({ kind, key }) => (kind === "transfer" ? [] : [key]));
    const more = keysOf(chosen("ensemble", "vmi").attackers);
    expect(more).toEqual(expect.arrayContaining(keysOf()));
    expect(more.length).toBeGreaterThan(keysOf().length);
  });

  it("sets models side by side before anything is crafted", () => {
    const { tasks } = planned(chosen("ensemble", "vmi").attackers).plan;
    const byKey = new Map(tasks.map((task) => [task.key, task]));
    const kindsBefore = (key: string): string[] =>
      Object.values(byKey.get(key)?.inputs ?? {}).flatMap((input) => [
        ...(byKey.get(input) ? [byKey.get(input)!.kind] : []),
        ...kindsBefore(input),
      ]);
    const [pairs, ...others] = tasks.filter(({ kind }) => kind === "pair");
    expect(others).toEqual([]);
    expect(new Set(kindsBefore(pairs.key))).toEqual(new Set(["look", "fit"]));
  });
});

it("boosters are left out where scores are affine, which is told, and stand beside momentum of as many gradients", () => {
  const { attackers, leftOut } = chosen("vmi");
  expect(attackers.map(({ on }) => on)).toEqual([
    ["mlp_L", "mlp_H"],
    ["mlp_L", "mlp_H"],
  ]);
  expect(leftOut).toEqual([expect.stringMatching(/^attacker vmi leaves out svm-linear_L: .*affine/)]);
  const [booster, rival] = attackers;
  expect(rival.beside).toBe("vmi");
  expect(gradientsPerSample(rival.how)).toBe(gradientsPerSample(booster.how));
});

it("what costs as much shares one rival, and what costs no more than momentum has none", () => {
  const names = (...attackers: string[]) => withRivals(named(...attackers)).map(({ name }) => name);
  expect(names("vmi", "gra")).toEqual(["vmi", "mi with 210 gradients", "gra"]);
  expect(names("ni+ensemble", "svre")).toEqual(["ni+ensemble", "svre"]);
  const [booster, rival] = withRivals(named("vmi+svre"));
  expect(gradientsPerSample(rival.how)).toBe(gradientsPerSample(booster.how));
});

it("an image booster on flat rows and an ensemble of one are left out with the reason", () => {
  expect(chosen("sia").leftOut[0]).toMatch(/attacker sia is left out: .*images/);
  const alone = suitable(named("ensemble"), surrogates.slice(0, 1).map(standInOf), data, { norm: "l2" });
  expect(alone).toEqual({ attackers: [], leftOut: ["attacker ensemble is left out: there is one surrogate."] });
});

it("among all, who asks for very many rows is left out with their number, and kept where it is named", () => {
  const wide = { ...data, featureShape: [784] };
  const standIns = surrogates.map(standInOf);
  const among = (isAll: boolean, from: Pick<typeof data, "domain" | "featureShape"> = wide) =>
    suitable(named("beam", "evolution", "pgn"), standIns, from, { norm: "l2" }, { isAll });
  // Three lengths of 784 features in each of 50 rounds.
  expect(among(true).leftOut.filter((why) => why.includes("left out"))).toEqual([
    expect.stringMatching(/^attacker beam is left out: it asks for about 120,000 rows of scores and gradients/),
  ]);
  expect(among(true).attackers.map(({ name }) => name)).toEqual(["evolution", "pgn"]);
  // On affine scores the optimum is known, so who searches it is tried where it is named alone.
  expect(among(true).attackers[0].on).toEqual(["mlp_L", "mlp_H"]);
  expect(among(false).attackers[1].on).toEqual(["svm-linear_L", "mlp_L", "mlp_H"]);
  expect(among(true).leftOut).toContainEqual(
    expect.stringMatching(/^attacker evolution leaves out svm-linear_L: .*its strongest attack is the optimum/),
  );
  for (const kept of [among(false), among(true, data)]) {
    expect(kept.attackers.map(({ name }) => name)).toEqual(["beam", "evolution", "pgn"]);
  }
});

it("names are parts of the registries in any order, each kind once", () => {
  expect(attackerName(attackerNamed("vmi+ni+svre"))).toBe("vmi+ni+svre");
  expect(attackerNamed("apgd+meanLoss")).toEqual({ attack: { name: "apgd" }, ensemble: "meanLoss" });
  expect(() => attackerNamed("apgd+pgd")).toThrow(/beside another/);
  expect(() => attackerNamed("vmj")).toThrow(/did you mean "vmi"/);
});

it("by default attackers suit the shape of the points, whatever it is, and none costs more than steps with momentum", () => {
  for (const shape of [[4], [2, 2], [1, 2, 2]]) {
    const shaped = { ...data, featureShape: shape };
    const byDefault = named(...defaultAttackers(shape));
    const { attackers, leftOut } = suitable(byDefault, surrogates.map(standInOf), shaped, { norm: "l2" });
    expect(leftOut).toEqual([]);
    expect(attackers.map(({ name }) => name)).toEqual(defaultAttackers(shape));
    expect(withRivals(byDefault)).toEqual(byDefault);
  }
  expect(defaultAttackers([4])).not.toContain("ti");
});

it("a service is asked about every kind of points", () => {
  const { attackers } = chosen("ensemble", "vmi");
  // Three surrogates, the ensemble, and two perceptrons by vmi and by its rival, at two budgets; and clean points.
  expect(mostQueries(10, { surrogates: 3, attackers, epsilons: 2 })).toBe(10 * (1 + 2 * (3 + 1 + 2 + 2)));
});

it("intervals widen with all that was tried, and the strongest may be any attacker", () => {
  const labels = new Int32Array(60);
  const judged = (surrogate: string, wrong: number, attacker?: string) => ({
    ...{ surrogate, epsilon: 1, labels, cleanLabels: labels },
    ...(attacker !== undefined && { attacker }),
    attackedLabels: labels.map((_, i) => (i < wrong ? 1 : 0)),
  });
  const alone = standingsOf("target", [judged("A", 20), judged("B", 10)], [1]);
  expect(alone.tried).toBeUndefined();
  const all = standingsOf("target", [judged("A", 20), judged("B", 10), judged("ensemble", 50, "vmi")], [1]);
  expect(all.ranking.map(({ surrogate }) => surrogate)).toEqual(["A", "B"]);
  expect(all.tried!.map(({ surrogate, attacker }) => [surrogate, attacker])).toEqual([
    ["ensemble", "vmi"],
    ["A", undefined],
    ["B", undefined],
  ]);
  expect(all.tried![1].isBehind).toBe(true);
  const width = ({ errors: [{ low, high }] }: { errors: readonly { low: number; high: number }[] }) => high - low;
  expect(width(all.ranking[0])).toBeGreaterThan(width(alone.ranking[0]));
});

describe("families left out of the ensemble one at a time", () => {
  const standIns = surrogates.map(standInOf);
  const all = familiesLeftOut(standIns);
  const { attackers, leftOut } = suitable(all, standIns, data, { norm: "l2" });

  it("are those of the surrogates, each without its own; of one surrogate that is left nothing is crafted", () => {
    expect(all.map(({ name }) => name)).toEqual(["ensemble", "ensemble without linear", "ensemble without network"]);
    expect(attackers.map(({ name, on }) => [name, on])).toEqual([
      ["ensemble", standIns.map(({ id }) => id)],
      ["ensemble without linear", ["mlp_L", "mlp_H"]],
    ]);
    expect(leftOut).toEqual([expect.stringMatching(/^attacker ensemble without network is left out: .*one surrogate/)]);
    expect(() => familiesLeftOut(standIns.slice(1))).toThrow(/expected surrogates of two families .* network family/);
  });

  it("without one that is not there is the whole ensemble: the same task, whatever it is called", () => {
    const trees = { ...all[0], name: "ensemble without trees", without: "trees" as const };
    const crafted = (each: NamedAttacker) => {
      const { attackers: kept } = suitable([each], standIns, data, { norm: "l2" });
      return planned(kept).keys.further.map(({ craft: made }) => made.key);
    };
    expect(crafted(trees)).toEqual(crafted(all[0]));
    expect(crafted(all[1])).not.toEqual(crafted(all[0]));
  });
});

describe("the family that transfer depends on", () => {
  const labels = new Int32Array(200);
  const judged = (attacker: string, wrong: number) => ({
    ...{ surrogate: "ensemble", attacker, target: TARGET, epsilon: 1, labels, cleanLabels: labels },
    ...{ lossBefore: undefined, lossAfter: undefined, size: new Float64Array(labels.length) },
    attackedLabels: labels.map((_, i) => (i < wrong ? 1 : 0)),
  });
  const without = (family: "linear" | "kernel") => ({
    ...{ name: `ensemble without ${family}`, how: attackerNamed("ensemble"), on: [], without: family },
  });
  const told = (linear: number, kernel: number) =>
    familyDependence(
      [{ name: "ensemble", how: attackerNamed("ensemble"), on: [] }, without("linear"), without("kernel")],
      [judged("ensemble", 120), judged("ensemble without linear", linear), judged("ensemble without kernel", kernel)],
    );

  it("is the one without which least is reached on the same points, where that is beyond chance", () => {
    expect(told(40, 118)).toMatch(
      /^Transfer to this model depends on the linear surrogates most: .* 20 % in place of 60 % at ε = 1, .*; of kernel no/,
    );
    expect(told(110, 60)).toMatch(/depends on the kernel surrogates most/);
    expect(told(119, 121)).toMatch(/none is needed, as no loss can be told from chance/);
    expect(familyDependence([], [judged("ensemble", 120)])).toBeUndefined();
  });
});
