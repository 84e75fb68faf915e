// Studies whose points are to end in one class: whom they attack, and how success is counted.

import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { clouds } from "../../../test/clouds.ts";
import { runtime } from "../../../test/linearWorld.ts";
import { studyFiles } from "../../report/studyFiles.ts";
import { execute } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore } from "../engine/store.ts";
import { planStudy } from "./plan.ts";
import { readStudy } from "./read.ts";
import type { StudyResult } from "./result.ts";
import { studySchema } from "./schema.ts";

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
      expect(targeted!.n).toBe((2 * 0.3 * 240) / 3);
      expect(targeted!.n).toBe(errorUnderAttack.n);
      expect(targeted!.count).toBeLessThanOrEqual(errorUnderAttack.count);
    }
    const own = cells.filter(({ surrogate, target, epsilon }) => surrogate === target && epsilon === 1);
    for (const { targeted } of own) expect(targeted!.estimate).toBeGreaterThan(0.9);
  });

  it("tells rates of those that get there, with the paper's name for them, in matrices and sentences", async () => {
    const result = await studyOf(3, { targetClass: "c" });
    for (const { surrogate, epsilon, rate } of result.transferRates) {
      const own = result.cells.filter((cell) => cell.surrogate === surrogate && cell.epsilon === epsilon);
      const shares = own.map(({ targeted }) => targeted!.estimate);
      expect(rate).toBeCloseTo(shares.reduce((sum, each) => sum + each, 0) / shares.length, 12);
    }
    const differ = result.cells.filter(
      ({ targeted, errorUnderAttack }) => targeted!.estimate < errorUnderAttack.estimate,
    );
    expect(differ.length).toBeGreaterThan(0);
    const { document } = parseHTML("<html><body></body></html>");
    const facts = { question: "", started: new Date(0), seconds: 0, runtimes: [], place: {} };
    const page = studyFiles(result, [], facts, document)["report.html"];
    expect(page).toContain("to end in class &quot;c&quot;; its own are left out");
    expect(page).toMatch(/make the targets take [\d.]+\u00a0% for &quot;c&quot; on average/);
    const [first] = result.transferRates.filter(({ epsilon }) => epsilon === 1);
    expect(page).toContain(`<td><b>${(100 * first.rate).toFixed(1)}</b></td>`);
  });

  it.each<readonly [what: string, attack: object, sentence: RegExp]>([
    ["a class that does not exist", { targetClass: "d" }, /^unknown class of attack.targetClass "d"/],
    ["a class sent to itself", { class: "a", targetClass: "a" }, /^invalid attack.targetClass: expected another class/],
  ])("refuses %s", async (_, attack, sentence) => {
    await expect(studyOf(3, attack)).rejects.toThrow(sentence);
  });
});
