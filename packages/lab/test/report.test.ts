// A run of the command line is opened in the page: what the page shows is what the run's report says, figure by figure.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { audit, fit, learnerByName, runtimeFrom, takeRows } from "@carom/core";
import { auditFiles } from "@carom/core/report";
import type { AuditOutput } from "@carom/core/study";
import { parseHTML } from "linkedom";
import * as ort from "onnxruntime-node";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { packed } from "../digits.ts";
import { digitsFrom } from "../src/digits.ts";
import { optionsOf, partsOf } from "../src/question/models.ts";
import { addressOf, builtPage, isHere, violationsIn } from "./builtPage.ts";

const open = builtPage();
const folder = mkdtempSync(join(tmpdir(), "carom-lab-run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An audit of a network on some digits, and the files of its run. */
async function run(): Promise<{ readonly output: AuditOutput; readonly files: Record<string, string> }> {
  const runtime = runtimeFrom(ort);
  const { target: rows, surrogate, attacked } = partsOf(digitsFrom(packed()), 0);
  const { model } = await fit(learnerByName("ridge"), rows, { runtime, seed: 0, stream: "report" });
  const output = await audit({
    ...{ runtime, target: model, training: surrogate, attacked: takeRows(attacked, [...Array(20).keys()]) },
    surrogates: [
      { learner: "svm-linear", complexity: "low" },
      { learner: "logistic", complexity: "high" },
    ],
    ...{ norm: "l2", epsilons: [0.5, 1, 2], seed: 0 },
  });
  const { document } = parseHTML("<html><body></body></html>");
  const facts = { question: "q", started: new Date(0), seconds: 1, runtimes: [], place: {} };
  const all = Object.entries(auditFiles(output, facts, document, 'a <b>"target"</b>'));
  const texts = all.filter((each): each is [string, string] => typeof each[1] === "string");
  return { output, files: Object.fromEntries(texts) };
}

const opened = (page: Page) => page.getByRole("region", { name: "The opened report" });

/** What a document or a shadow root says, in a browser: sentences, sections but those that need a run's other files. */
const said = (root: string) => `((root) => ({
  answer: [...root.querySelectorAll(".answer")].map((each) => each.textContent),
  sections: [...root.querySelectorAll("section")].filter(({ id }) => id !== "run" && id !== "examples").map((section) => [
    section.id,
    [...section.querySelectorAll("h2, h3, p, th, td, dt, dd, li")].map((each) => each.textContent.trim()),
  ]),
  figures: [...root.querySelectorAll("figure > .scroll svg")].map((svg) => [
    svg.getAttribute("aria-label"),
    [...svg.querySelectorAll("text, title")].map((each) => each.textContent),
  ]),
}))(${root})`;
type Said = Record<"answer" | "sections" | "figures", readonly unknown[]>;

describe.skipIf(!isHere)("a report of the command line", { timeout: 180_000 }, () => {
  test("is shown with the numbers and figures of its file; the page's own question becomes the audit's", async () => {
    const { output, files } = await run();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, "run", name)), { recursive: true });
      writeFileSync(join(folder, "run", name), text);
    }
    const { page, complaints } = await open({ width: 390, dark: true });
    await page.locator(".bring input[webkitdirectory]").setInputFiles(join(folder, "run"));
    await opened(page).waitFor({ timeout: 60_000 });
    const shown: Said = await page.evaluate(said('document.querySelector(".opened > div").shadowRoot'));
    expect(shown.answer.map((text) => String(text).replaceAll("\u00a0", " "))).toEqual(output.result.answer);
    expect(shown.figures.length).toBeGreaterThan(5);
    const report = JSON.stringify(files["report.html"]);
    expect(shown).toEqual(await page.evaluate(said(`new DOMParser().parseFromString(${report}, "text/html")`)));
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      opened(page).getByRole("button", { name: "Save figure: Security curves" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("security-curves.svg");
    // The first of the ranking attacks the page's own digits, too.
    const [{ surrogate: first }] = output.result.standings.ranking;
    const { learner, options } = output.result.models.find(({ id }) => id === first)!;
    const { epsilon: _, ...asked } = JSON.parse(decodeURIComponent((await addressOf(page)).slice(1)));
    expect(asked).toMatchObject({ surrogate: { learner }, norm: "l2", attack: "strongest" });
    expect(optionsOf(asked.surrogate)).toMatchObject({ C: options!.C });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([
    ["metrics.json", "{"],
    ["metrics.json", '{"seed": 0, "study": {}}'],
    ["other.json", '[{"models": []}]'],
  ])("that is none, or of another kind of study, is refused in a sentence: %s %s", async (name, text) => {
    const { page } = await open();
    const file = { name, mimeType: "application/json", buffer: Buffer.from(text) };
    await page.locator(".drop input:not([webkitdirectory])").setInputFiles([file]);
    const alert = page.locator(".own [role=alert]");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(new RegExp(`^invalid ${name}: expected the metrics.json of an audit`));
    expect(await opened(page).count()).toBe(0);
    await page.close();
  });
});
