// Files for machines: well-formed whatever names are in them, and each number where its reader looks for it.

import { DOMParser } from "linkedom";
import { expect, it } from "vitest";
import { madeUpAudit } from "../../test/auditResult.ts";
import { decideGate } from "../study/audit/gate.ts";
import { parseGateRule } from "../study/audit/gateRule.ts";
import { gateFiles } from "./gateFiles.ts";
import { xmlText } from "./xml.ts";

const result = madeUpAudit();
const decide = (text: string) => decideGate([parseGateRule(text, result.asked.epsilons)], "sure", result);
const failing = decide("transfer > 0 at 5");
const passing = decide("transfer > 1 at 5");

it("JUnit has a case for each surrogate and budget, and fails those that break a rule", () => {
  const xml = gateFiles(result, { findings: [...failing, ...passing] })["junit.xml"];
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const [transfer, gate] = document.querySelectorAll("testsuite");
  const judged = result.cells.filter(({ target }) => target === "target");
  expect(transfer.querySelectorAll("testcase").length).toBe(judged.length);
  expect(Number(transfer.getAttribute("failures"))).toBe(transfer.querySelectorAll("failure").length);
  expect(transfer.querySelectorAll("failure").length).toBeGreaterThan(0);
  for (const failed of transfer.querySelectorAll("failure")) {
    expect(failed.parentElement?.getAttribute("name")).toBe("epsilon 5");
    expect(failed.parentElement?.getAttribute("classname")).not.toBe("white-box");
  }
  expect(gate.querySelectorAll("testcase").length).toBe(2);
  expect(gate.getAttribute("failures")).toBe("1");
});

it("SARIF says error where a rule failed, and its fingerprints stay when numbers move", () => {
  const sarif = (findings: typeof failing) =>
    JSON.parse(gateFiles(result, { target: "m.onnx", findings })["audit.sarif"]);
  const [{ results, tool }] = sarif([...failing, ...passing]).runs;
  expect(results.map(({ level }: { level: string }) => level)).toEqual(["error", "none"]);
  expect(tool.driver.rules[results[0].ruleIndex].id).toBe(results[0].ruleId);
  const moved = failing.map((finding) => ({
    ...finding,
    measured: { estimate: 0.5, low: 0.4, high: 0.6 },
    limit: 0.1,
  }));
  const print = (findings: typeof failing) => sarif(findings).runs[0].results[0].partialFingerprints;
  expect(print(moved)).toEqual(print(failing));
  expect(print(decide("transfer > 0 at 1"))).not.toEqual(print(failing));
});

it("names of others are text in the summary", () => {
  const target = "a|b`c<script>.onnx";
  const summary = gateFiles({ ...result, answer: ["| cell | [link](x) <b>"] }, { target, findings: failing })[
    "summary.md"
  ];
  expect(summary).not.toMatch(/(?<!\\)<b>|(?<!\\)\[link\]/);
  const rows = summary.split("\n").filter((line) => line.startsWith("| "));
  const width = (row: string) => row.match(/(?<!\\)\|/g)?.length;
  for (const row of rows.filter((row) => !row.includes("**failed**"))) expect([4, 5]).toContain(width(row));
});

it("text in XML holds nothing that XML cannot", () => {
  expect(xmlText('a\u0000<b>&"\ud800\ttab 😀')).toBe("a\ufffd&lt;b&gt;&amp;&quot;\ufffd\ttab 😀");
});

it("SARIF's rules refer to entries of catalogues that are there, with the catalogue's version, and never to ML07", () => {
  const findings = ["transfer > 0 at 5", "white-box > 0 at 5", "clean > 0"].flatMap(decide);
  const [{ taxonomies, tool }] = JSON.parse(gateFiles(result, { findings })["audit.sarif"]).runs;
  for (const { name, relationships } of tool.driver.rules) {
    expect(relationships.length > 0).toBe(name !== "clean");
    for (const { target } of relationships) {
      const taxonomy = taxonomies[target.toolComponent.index];
      expect([taxonomy.name, taxonomy.taxa[target.index].id]).toEqual([target.toolComponent.name, target.id]);
      expect(taxonomy.version).toMatch(/\d/);
      expect(target.id).not.toBe("ML07");
    }
  }
});

it("the block of a model card has the strongest error at each budget, and only what was tried", () => {
  const cardOf = (standings: typeof result.standings) =>
    JSON.parse(gateFiles({ ...result, standings }, { findings: [] })["model-card.json"]);
  const { white: _, ...blind } = result.standings;
  const { tried, ranking } = blind;
  const { results, catalogues } = cardOf(blind);
  for (const [i, { errorByTransfer }] of results.atBudgets.entries()) {
    expect(errorByTransfer.estimate).toBe(Math.max(...(tried ?? ranking).map(({ errors }) => errors[i].estimate)));
  }
  const ids = (of: { entries: { id: string }[] }[]) => of.flatMap(({ entries }) => entries.map(({ id }) => id));
  expect(ids(catalogues)).not.toContain("AML.T0043.000");
  const white = ranking[0].errors;
  expect(ids(cardOf({ ...blind, white }).catalogues)).toContain("AML.T0043.000");
  const card = gateFiles({ ...result, answer: ["<b>"] }, { target: "a|`b", findings: [] })["model-card.md"];
  expect(card).not.toMatch(/(?<!\\)<b>/);
});
