// Studies whose points are to end in one class: whom they attack, and how success is counted.

import { describe, expect, it } from "vitest";
import { runtime } from "../../../test/linearWorld.ts";
import { type Dataset, dataset } from "../../data/dataset.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { execute } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore } from "../engine/store.ts";
import { planStudy } from "./plan.ts";
import { readStudy } from "./read.ts";
import type { StudyResult } from "./result.ts";
import { studySchema } from "./schema.ts";

const [n, d] = [240, 10];

/** Classes around means of their own, named a, b, ... */
function clouds(classes: number): Dataset {
  const random = stream(3, "clouds");
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const means = Array.from({ length: classes * d }, () => 0.35 + 0.3 * random.uniform());
  const value = (k: number) => means[labels[Math.floor(k / d)] * d + (k % d)] + 0.12 * random.normal();
  return dataset({
    features: tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, (_, k) => Math.min(1, Math.max(0, value(k)))),
    ),
    labels,
    classNames: ["a", "b", "c"].slice(0, classes),
    domain: [0, 1],
  });
}

async function studyOf(classes: number, attack: object, more: object = {}): Promise<StudyResult> {
  const study = studySchema.parse({
    name: "tiny",
    data: { train: "unused" },
    split: { target: 0.35, surrogate: 0.35, attacked: 0.3 },
    surrogates: [{ learner: "logistic" }],
    targets: [{ learner: "logistic" }, { learner: "mlp", options: { epochs: 20 } }],
    attack: { epsilons: [0.3, 1], ...attack },
    permutations: 99,
    ...more,
  });
  const data = clouds(classes);
  const plan = startPlan();
  const keys = planStudy(plan, study, { train: { part: plan.data(data), dataset: data, hash: "" } });
  const store = memoryStore();
  await execute(
    plan,
    keys.flatMap(({ transfer, costs }) => [transfer, ...costs]),
    store,
    inProcess(store, runtime),
  );
  return readStudy(store, keys, study, { train: "given" });
}

describe("a study whose points are sent to one class", () => {
  it("of two classes attacks the other one, and all that errs gets there", async () => {
    const [sent, any] = [await studyOf(2, { targetClass: "b" }), await studyOf(2, { class: "a" })];
    expect(any.repetitions[0].cells.every(({ targeted }) => targeted === undefined)).toBe(true);
    const cells = sent.repetitions[0].cells.map(({ targeted, ...cell }) => {
      expect(targeted).toEqual(cell.errorUnderAttack);
      return cell;
    });
    expect(cells).toEqual(any.repetitions[0].cells);
  });

  it("of three classes leaves out the points of that class, and sends more of the others there than it would without", async () => {
    const attackers = { attackers: [{ name: "first" }, { name: "logit", objective: "logit" }] };
    const { repetitions, attackers: named } = await studyOf(3, { targetClass: "c" }, attackers);
    const plain = await studyOf(3, {});
    const [{ cells }] = repetitions;
    expect(named?.map(({ name }) => name)).toEqual(["first", "logit"]);
    expect(cells.length).toBeGreaterThan(plain.repetitions[0].cells.length);
    for (const { targeted, errorUnderAttack } of cells) {
      expect(targeted!.n).toBe((2 * 0.3 * n) / 3);
      expect(targeted!.n).toBe(errorUnderAttack.n);
      expect(targeted!.count).toBeLessThanOrEqual(errorUnderAttack.count);
    }
    const own = cells.filter(({ surrogate, target, epsilon }) => surrogate === target && epsilon === 1);
    for (const { targeted } of own) expect(targeted!.estimate).toBeGreaterThan(0.9);
  });

  it.each<readonly [what: string, attack: object, sentence: RegExp]>([
    ["a class that does not exist", { targetClass: "d" }, /^unknown class of attack.targetClass "d"/],
    ["a class sent to itself", { class: "a", targetClass: "a" }, /^invalid attack.targetClass: expected another class/],
  ])("refuses %s", async (_, attack, sentence) => {
    await expect(studyOf(3, attack)).rejects.toThrow(sentence);
  });
});
