// The report holds every number, asks nothing of the network, and shows strangers' names as text.

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { madeUpAudit, madeUpExamples } from "../../test/auditResult.ts";
import { drawAll, figureFiles } from "./figures.ts";
import { html, trusted } from "./html.ts";
import { renderReport } from "./render.ts";

const { document } = parseHTML("<html><body></body></html>");
const audit = madeUpAudit();
const manifest = { seed: 7, versions: { node: "22.1.0" }, timings: { craft: 12.5 } };
const render = (result = audit) => renderReport({ result, exampleImages: madeUpExamples(result), manifest, document });
const text = render();
const page = parseHTML(text).document;
const all = (selector: string, root: { querySelectorAll(selector: string): Iterable<Element> } = page) => [
  ...root.querySelectorAll(selector),
];

test("the template escapes text and leaves markup", () => {
  const part = html`<b>${"<i>"}</b>`;
  expect(html`<p title="${'"&'}">${[part, 1, undefined, false, [" ", "'"]]}${trusted("<hr>")}</p>`.markup).toBe(
    `<p title="&quot;&amp;"><b>&lt;i&gt;</b>1 &#39;<hr></p>`,
  );
});

describe("the report", () => {
  test("begins with the answer", () => {
    expect(all("header .answer").map((element) => element.textContent)).toEqual(audit.answer);
    expect(all(".caution p").map((element) => element.textContent)).toEqual(audit.asked.warnings);
  });

  test("names what was asked, what the attacker knows and what was chosen by default", () => {
    const facts = page.querySelector("#asked")?.textContent ?? "";
    const { asked } = audit;
    for (const fact of [
      asked.dataHash,
      asked.targetHash,
      "L2",
      "0.5, 1, 2, 5",
      "[0, 1]",
      ...asked.attackerKnows,
      ...asked.defaults,
      ...asked.classNames,
    ])
      expect(facts).toContain(fact);
  });

  test("has every cell of the target in its table, with interval and n", () => {
    const table = all("#numbers table")[1];
    const groups = all("tbody", table);
    expect(groups).toHaveLength(audit.asked.epsilons.length);
    for (const [i, epsilon] of audit.asked.epsilons.entries()) {
      const rows = all('tr:has(th[scope="row"]), tr', groups[i]).filter((row) => row.querySelector('th[scope="row"]'));
      const cells = audit.cells.filter((cell) => cell.target === "target" && cell.epsilon === epsilon);
      expect(rows).toHaveLength(cells.length);
      for (const cell of cells) {
        const row = rows.find((some) => some.querySelector("th")?.getAttribute("title") === cell.surrogate);
        const { estimate, low, high, n } = cell.errorUnderAttack;
        const one = (value: number) => (100 * value).toFixed(1);
        expect(row?.querySelector("td")?.textContent).toBe(`${one(estimate)} %${one(low)} to ${one(high)}, n ${n}`);
        expect(row?.querySelectorAll("td")[1].textContent).toContain(`${one(cell.success?.estimate ?? Number.NaN)} %`);
      }
    }
  });

  test("names the strongest surrogate at each budget", () => {
    const rows = all("#budgets tbody tr");
    for (const [i, epsilon] of audit.asked.epsilons.entries()) {
      const cells = audit.cells.filter(
        (cell) => cell.target === "target" && cell.surrogate !== "target" && cell.epsilon === epsilon,
      );
      const strongest = Math.max(...cells.map((cell) => cell.errorUnderAttack.estimate));
      const mean = cells.reduce((sum, cell) => sum + cell.errorUnderAttack.estimate, 0) / cells.length;
      const data = all("td", rows[i]).map((cell) => cell.textContent ?? "");
      expect(data[1]).toBe(`${(100 * mean).toFixed(1)} %`);
      expect(data[2].startsWith(`${(100 * strongest).toFixed(1)} %`)).toBe(true);
      const named = cells.find(({ surrogate }) => surrogate === data[3]);
      expect(named?.errorUnderAttack.estimate).toBe(strongest);
    }
  });

  test("needs no network, no script and no font", () => {
    expect(text).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(all("script, link, iframe, object, embed, base, form")).toHaveLength(0);
    expect(text.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|@import|@font-face|url\(/);
    expect(all("img").every((image) => image.getAttribute("src")?.startsWith("data:image/png;base64,"))).toBe(true);
    expect(all("a").every((link) => page.getElementById((link.getAttribute("href") ?? "").slice(1)))).toBe(true);
  });

  test("can be heard: one first heading, no level left out, scopes, captions, names, alternatives", () => {
    const levels = all("h1, h2, h3").map(({ tagName }) => Number(tagName[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(all("th").filter((head) => !head.getAttribute("scope"))).toHaveLength(0);
    expect(all("figure")).toHaveLength(audit.asked.epsilons.length + 5);
    expect(
      all("figure").filter((figure) => (figure.querySelector("figcaption")?.textContent ?? "").length < 30),
    ).toHaveLength(0);
    expect(all("svg").filter((svg) => !svg.getAttribute("aria-label"))).toHaveLength(0);
    expect(all("img").filter((image) => (image.getAttribute("alt") ?? "").length < 10)).toHaveLength(0);
    const ids = all("[id]").map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("says resisted and never the other word", () => {
    expect(text).toContain("this model resisted");
    expect(text).not.toMatch(/robust/i);
  });

  test("is the same text for the same input", () => {
    expect(render()).toBe(text);
    expect(render(madeUpAudit({ surrogates: 4 }))).not.toBe(text);
  });

  test("shows the manifest as it is", () => {
    expect(JSON.parse(page.querySelector("pre")?.textContent ?? "")).toEqual(manifest);
  });

  test("shows hostile names as text", () => {
    const hostile = `</style></title><script>alert(1)</script><img src=x onerror="alert('1')">`;
    const result = madeUpAudit({ targetId: hostile, classNames: [hostile, "nine"] });
    const read = parseHTML(render(result)).document;
    expect(all("script", read)).toHaveLength(0);
    expect(all("img", read).filter((image) => image.getAttribute("onerror"))).toHaveLength(0);
    expect(read.querySelector("title")?.textContent).toContain("alert(1)");
    expect(read.querySelector("#asked")?.textContent).toContain(`2: ${hostile}, nine`);
    expect(all("#examples .strip span", read)[0].textContent).toBe(hostile);
  });

  test("without white-box reference, examples and warnings says so or leaves out", () => {
    const blind = madeUpAudit({ targetGradients: false });
    const result = { ...blind, asked: { ...blind.asked, warnings: [], defaults: [] } };
    const read = parseHTML(renderReport({ result, exampleImages: [], manifest, document })).document;
    expect(read.querySelector("#examples")).toBeNull();
    expect(read.querySelector(".caution")).toBeNull();
    expect(read.querySelector("#matrix")?.textContent).toContain("TreeEnsembleClassifier has no gradient");
    expect(all("#budgets tbody td:last-child", read).map((cell) => cell.textContent)).toEqual(["–", "–", "–", "–"]);
    expect(read.body.textContent).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("figure files are complete drawings, one matrix for each budget", () => {
  const files = figureFiles(drawAll(audit, document));
  expect(Object.keys(files).sort()).toEqual([
    "alignment.svg",
    "answer.svg",
    "gradient-size.svg",
    "predicted-loss.svg",
    "security-curves.svg",
    ...[0.5, 1, 2, 5].map((epsilon) => `transfer-matrix-epsilon-${epsilon}.svg`),
  ]);
  expect(new Set(Object.values(files)).size).toBe(9);
  for (const file of Object.values(files))
    expect(file).toMatch(/^<svg xmlns="[^"]+"[^>]*><rect width="100%".*<\/svg>\n$/s);
});
