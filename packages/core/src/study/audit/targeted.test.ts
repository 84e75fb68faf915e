// Audits whose points are to end in one class: whom they attack, what counts as success, what they are compared with.

import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import { clouds } from "../../../test/clouds.ts";
import { runtime } from "../../../test/linearWorld.ts";
import { type Dataset, takeRows } from "../../data/dataset.ts";
import { splitHalves } from "../../data/split.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { stream } from "../../random.ts";
import { auditFiles } from "../../report/auditFiles.ts";
import { cellAt } from "../measured.ts";
import { TARGET } from "../names.ts";
import { type AuditInput, audit } from "./audit.ts";
import { compareAudits } from "./comparison.ts";
import { parseGateRule } from "./gateRule.ts";
import { increases, readCompared } from "./increase.ts";
import type { AuditOutput } from "./read.ts";
import { noiseErrors } from "./strongest.ts";

const epsilons = [0.2, 0.8];

async function auditOf(classes: number, more: Partial<AuditInput> = {}): Promise<AuditOutput> {
  const data = clouds(classes);
  const [training, attacked] = splitHalves(data, stream(0, "halves")).map((rows) => takeRows(data, rows));
  const learner = learnerByName("mlp");
  const { model: target } = await fit(learner, training, {
    runtime,
    seed: 0,
    stream: "target",
    options: { epochs: 20 },
  });
  const surrogates = [
    { learner: "logistic", complexity: "high" as const },
    { learner: "mlp", complexity: "low" as const },
  ];
  return audit({ runtime, target, training, attacked, surrogates, norm: "l2", epsilons, seed: 0, ...more });
}

const onlyClass = (data: Dataset, label: number) =>
  takeRows(
    data,
    Int32Array.from(data.labels.keys()).filter((i) => data.labels[i] === label),
  );

let sent: AuditOutput;
let other: AuditOutput;
let any: AuditOutput;

beforeAll(async () => {
  [sent, other] = [await auditOf(3, { targetClass: "c" }), await auditOf(3, { targetClass: "b" })];
  any = await auditOf(3);
}, 60_000);

describe("an audit whose points are sent to one class", () => {
  it("of two classes is one of the other class, and all that errs gets there", async () => {
    const halves = await auditOf(2, { targetClass: "b" });
    const data = clouds(2);
    const [, attacked] = splitHalves(data, stream(0, "halves")).map((rows) => takeRows(data, rows));
    const plain = await auditOf(2, { attacked: onlyClass(attacked, 0) });
    expect(halves.result.standings).toEqual(plain.result.standings);
    for (const [k, { targeted, ...cell }] of halves.result.cells.entries()) {
      expect(targeted).toEqual(cell.errorUnderAttack);
      expect(cell).toEqual(plain.result.cells[k]);
    }
  });

  it("leaves out the points of that class, and counts those that end in it", () => {
    const { result, samples } = sent;
    expect(result.asked.targetClass).toBe("c");
    for (const { labels, wanted } of samples) {
      expect(wanted).toBe(2);
      expect(labels).not.toContain(2);
      expect(labels).toHaveLength(result.asked.points);
    }
    expect(result.asked.points).toBe(80);
    const into = (labels: Int32Array) => labels.filter((label) => label === 2).length;
    for (const { surrogate, attacker, target, epsilon, attackedLabels, cleanLabels } of samples) {
      const cell = cellAt(result.cells, surrogate, target, epsilon, attacker)!;
      expect(cell.targeted).toMatchObject({ count: into(attackedLabels), n: 80 });
      const model = result.models.find(({ id }) => id === target)!;
      expect(model.cleanTargeted).toMatchObject({ count: into(cleanLabels), n: 80 });
    }
    for (const { surrogate, attacker, errors } of [...result.standings.ranking, ...result.standings.tried!]) {
      for (const [i, epsilon] of epsilons.entries()) {
        const own = samples.find(
          (each) =>
            each.surrogate === surrogate &&
            each.attacker === attacker &&
            each.target === TARGET &&
            each.epsilon === epsilon,
        )!;
        expect(errors[i].estimate).toBeCloseTo(into(own.attackedLabels) / 80, 12);
      }
    }
  });

  it("counts what attacks add of that class, noise too, and finds nothing by errors", () => {
    const into = (labels: Int32Array) => labels.filter((label) => label === 2).length / labels.length;
    for (const { surrogate, attacker, target, epsilon, attackedLabels, cleanLabels } of sent.samples) {
      const cell = cellAt(sent.result.cells, surrogate, target, epsilon, attacker)!;
      expect(cell.netIncrease.estimate).toBeCloseTo(into(attackedLabels) - into(cleanLabels), 12);
    }
    const { findings = [], targetFindings = [] } = sent.result;
    expect(findings.length).toBeGreaterThan(0);
    for (const { sentence } of [...findings, ...targetFindings]) {
      expect(sentence).toContain('points of the share classified as "c"');
      expect(sentence).not.toMatch(/of error|linear prediction/);
    }
    expect(any.result.findings!.every(({ sentence }) => sentence.includes("points of error"))).toBe(true);
  });

  it("shows the noise that is sent there beside the attackers", async () => {
    const { result, samples } = await auditOf(3, { targetClass: "c", attackers: ["noise"] });
    const shown = noiseErrors(result);
    expect(shown).toHaveLength(epsilons.length);
    epsilons.forEach((epsilon, i) => {
      const { attackedLabels } = samples.find(
        (each) => each.attacker === "noise" && each.target === TARGET && each.epsilon === epsilon,
      )!;
      expect(shown[i].estimate).toBe(attackedLabels.filter((label) => label === 2).length / attackedLabels.length);
    });
  });

  it("sends more of them there than attacks do that want any wrong class", () => {
    const share = ({ samples }: AuditOutput, wanted: number) => {
      const own = samples.filter(({ target, epsilon }) => target === TARGET && epsilon === 0.8);
      const others = own.flatMap(({ labels, attackedLabels }) =>
        Array.from(labels.keys()).flatMap((i) => (labels[i] === wanted ? [] : [Number(attackedLabels[i] === wanted)])),
      );
      return others.reduce((sum, each) => sum + each, 0) / others.length;
    };
    // Of points that may end anywhere, none can end in two classes.
    expect(share(sent, 2) + share(other, 1)).toBeGreaterThan(share(any, 2) + share(any, 1) + 0.4);
    expect(sent.result.standings.white![1].estimate).toBeGreaterThan(0.9);
  });

  it.each(["logit", "logit-margin"])("reaches it by raising the %s, on every attacker", async (objective) => {
    const { result } = await auditOf(3, { targetClass: "c", objective, attackers: ["ensemble", "mi"] });
    expect(result.asked.objective).toBe(objective);
    expect(result.standings.white![1].estimate).toBeGreaterThan(0.8);
    const at = (of: AuditOutput["result"], attacker: string | undefined) =>
      of.cells.filter((each) => each.attacker === attacker).map(({ predictedIncrease }) => predictedIncrease);
    for (const attacker of [undefined, "ensemble"]) {
      expect(at(result, attacker).length).toBeGreaterThan(0);
      expect(at(result, attacker)).not.toEqual(at(sent.result, attacker));
    }
  });

  it("says so in the answer, in the report and in cells.csv", () => {
    const { answer } = sent.result;
    expect(answer.join(" ")).toMatch(/are to end in class "c"; its own are left out/);
    expect(answer.join(" ")).toMatch(
      /make this model take .* of 80 points for "c"; without attack it takes .* for "c"/,
    );
    expect(answer.join(" ")).not.toMatch(/\berrs? on\b/);
    const { document } = parseHTML("<html><body></body></html>");
    const facts = { question: "", started: new Date(0), seconds: 0, runtimes: [], place: {} };
    const files = auditFiles(sent, facts, document, "model.onnx");
    const page = parseHTML(String(files["report.html"])).document;
    const rows = [...page.querySelectorAll("#budgets tbody tr")];
    const [, white] = sent.result.standings.white!;
    expect(rows[1].textContent).toContain(`${(100 * white.estimate).toFixed(1)} %`);
    expect(page.querySelector("#budgets thead")!.textContent).toContain('clean, as "c"');
    expect(page.querySelector("#matrix")!.textContent).toContain('classified as "c"');
    expect(page.querySelector("#asked")!.textContent).toContain("class “c”, for points of others");
    const [header, first] = [...(files["cells.csv"] as Iterable<string>)].join("").split("\n");
    const column = header.split(",").indexOf("targeted_success");
    expect(Number(first.split(",")[column])).toBe(sent.result.cells[0].targeted!.estimate);
  });

  it("is held by gates to what counts, and is not compared with one of another goal", async () => {
    const rules = epsilons.map((epsilon) => parseGateRule(`transfer > 0.5 at ${epsilon}`, epsilons));
    const { result, findings } = await auditOf(3, { targetClass: "c", gate: { rules, bound: "likely" } });
    const best = (i: number) => Math.max(...result.standings.tried!.map(({ errors }) => errors[i].estimate));
    expect(findings.map(({ measured }) => measured?.estimate)).toEqual([best(0), best(1)]);
    const own = (of: AuditOutput) => ({
      name: "run",
      result: readCompared(JSON.parse(JSON.stringify(of.result)), "run"),
      samples: of.samples.filter(({ target }) => target === TARGET),
    });
    for (const earlier of [any, other]) {
      expect(() => increases(own(sent), own(earlier))).toThrow(/expected attacks with the same goal/);
    }
    expect(() => compareAudits(own(sent), own(other))).toThrow(
      /expected attacks with the same goal, got class c before, class b now/,
    );
    for (const { difference, now } of increases(own(sent), own(sent))) {
      expect(difference.estimate).toBe(0);
      const cells = sent.result.cells.filter((each) => each.attacker === undefined && each.target === TARGET);
      const counts = cells.filter(({ epsilon, surrogate }) => epsilon === now.epsilon && surrogate !== TARGET);
      expect(now.count).toBe(Math.max(...counts.map(({ targeted }) => targeted!.count)));
    }
    const { any: together } = compareAudits(own(sent), own(sent));
    for (const { first, second } of together) expect([first, second]).toEqual([second, first]);
  });

  it.each<readonly [what: string, more: Partial<AuditInput>, sentence: RegExp]>([
    ["a class that does not exist", { targetClass: "d" }, /^unknown target class "d": expected one of a, b, c/],
    ["points that are all of it", { targetClass: "a", attacked: onlyClass(clouds(3), 0) }, /points of other classes/],
    ["an objective that does not exist", { objective: "logits" }, /^unknown objective "logits".*did you mean "logit"/],
  ])("refuses %s", async (_, more, sentence) => {
    await expect(auditOf(3, more)).rejects.toThrow(sentence);
  });
});
