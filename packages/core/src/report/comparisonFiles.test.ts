// The files of a comparison hold what was found, and names of others are text in them.

import { parseHTML } from "linkedom";
import { expect, it } from "vitest";
import { epsilons, kinds, version } from "../../test/auditedVersion.ts";
import { compared } from "../study/audit/compared.ts";
import { parseGateRule } from "../study/audit/gateRule.ts";
import { comparisonFiles } from "./comparisonFiles.ts";

const errs = (every: number) =>
  Array.from({ length: kinds.length + 1 }, (_, k) => Array.from({ length: 90 }, (_, i) => k > 0 && i % every === 0));
const hostile = '<img src=x onerror="alert(1)">,=1';
const gate = { rules: [parseGateRule("increase > 0.1", epsilons)], bound: "sure" as const };
const output = compared({ first: version(hostile, errs(9)), second: version("new", errs(2)) }, gate);
const facts = { question: "q", started: new Date(0), seconds: 1, runtimes: [], place: {} };
const { document } = parseHTML("<html><body></body></html>");
const files = comparisonFiles(output, facts, document);
const rowsOf = (name: string) => [...(files[name] as Iterable<string>)].join("").trimEnd().split("\n").slice(1);

it("the tables have a line for each comparison and for each point that changes sides", () => {
  expect(rowsOf("comparison.csv").length).toBe(output.comparison.comparisons);
  const { clean, cells } = output.comparison;
  const changed = [clean, ...cells].reduce((sum, { counts }) => sum + counts.onlyFirst + counts.onlySecond, 0);
  expect(rowsOf("changed.csv").length).toBe(changed);
  expect(changed).toBeGreaterThan(0);
});

it("the page says the answer, and a hostile name is text in it", () => {
  const { document: page } = parseHTML(files["report.html"] as string);
  const answers = [...page.querySelectorAll(".answer")].map(({ textContent }) => textContent);
  expect(answers[0]).toMatch(/^B is misled more often than A/);
  expect(answers.at(-1)).toMatch(/^Gate failed/);
  expect(page.querySelector("img, script")).toBeNull();
  expect(page.querySelector(".facts dd")!.textContent).toContain(hostile);
  expect(page.querySelectorAll("svg").length).toBe(epsilons.length);
});

it("each attacker has a dot in the figure of its budget, filled where it is beyond chance", () => {
  for (const epsilon of epsilons) {
    const { document: figure } = parseHTML(files[`figures/differences-epsilon-${epsilon}.svg`] as string);
    const own = output.comparison.cells.filter((cell) => cell.epsilon === epsilon);
    const dots = [...figure.querySelectorAll("circle")];
    expect(dots.length).toBe(own.length);
    const told = own.filter(({ verdict }) => verdict !== "not told apart").length;
    // A ring is filled with the colour of the paper.
    const isFilled = (dot: Element) => dot.getAttribute("fill") === dot.getAttribute("stroke");
    expect(dots.filter(isFilled).length).toBe(told);
  }
});
