// The reports in a real browser: nothing overflows, nothing is asked of the network, names from data stay text.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { renderReport } from "@carom/core/report";
import { parseHTML } from "linkedom";
import { type Browser, chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { madeUpAudit, madeUpExamples } from "../../core/test/auditResult.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

// The browser comes from npm as a binary for this one platform.
const isHere = process.platform === "linux" && process.arch === "x64";
if (!isHere) console.warn("browser tests skipped: their browser is for Linux on x64 only");

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
let browser: Browser;

/** A name that would run as a script, load a picture or break out of an attribute, were it not escaped. */
const taken = `document.title="taken"`;
const hostile = `"><script>${taken}</script><img src=http://127.0.0.1:9/x onerror='${taken}'>`;

const models = "[{learner: ridge, complexity: high}, {learner: ridge, complexity: low}]";
const studies = {
  evasion: `
name: evasion
repetitions: 2
data: {train: points.npz, box: [0, 1]}
split: {target: 0.4, surrogate: 0.4, attacked: 0.2}
surrogates: ${models}
targets: ${models}
attack: {norm: l2, epsilons: [0.1, 0.3], curve: [0.1, 0.2, 0.3]}
metrics: [size, alignment, perturbation, variability]
variability: {sets: 2}
permutations: 20
`,
  poisoning: `
kind: poisoning
name: poisoning
data: {train: points.npz, box: [0, 1]}
split: {surrogate: 40, target: 40, validation: 60, test: 60}
surrogates: ${models}
targets: ${models}
fractions: [0.05, 0.1]
metrics: [size, alignment, perturbation, variability]
variability: {sets: 2}
permutations: 20
`,
  sweep: `
kind: sweep
name: sweep
sets: 2
data: {train: points.npz, box: [0, 1]}
learner: ridge
option: alpha
values: [0.1, 1, 10]
attack: {epsilon: 0.3}
`,
};

const pages = ["audit", ...Object.keys(studies)];
/** What the shipped studies found, at the scale at which it is kept. */
const kept = fileURLToPath(new URL("../../../docs/results", import.meta.url));
const shipped = readdirSync(kept).filter((name) => statSync(join(kept, name)).isDirectory());
const widths = [390, 1280];

beforeAll(async () => {
  if (!isHere) return;
  const { document } = parseHTML("<html><body></body></html>");
  const result = madeUpAudit({ targetId: hostile, classNames: [hostile, "nine"] });
  writeFileSync(
    at("audit.html"),
    renderReport({ result, exampleImages: madeUpExamples(result), manifest: {}, document }),
  );
  writeFileSync(at("points.npz"), pointsFile(400));
  for (const [name, text] of Object.entries(studies)) {
    writeFileSync(at(`${name}.yaml`), text);
    const finished = await carom(["study", at(`${name}.yaml`), "--quiet", "--out", at(name)]);
    expect(finished).toMatchObject({ status: 0, stderr: "" });
  }
  // Said to be where it expects to be, it unpacks the libraries that a bare machine lacks.
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  // Its own arguments are for a machine that allows one process; there a page that closes ends the browser.
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox"] });
}, 180_000);

afterAll(() => browser?.close());

const addressOf = (page: string) => pathToFileURL(at(page === "audit" ? "audit.html" : join(page, "report.html"))).href;

/** Opens a report; what the browser complained of and asked for comes with the page. */
async function open(name: string, width: number, colorScheme: "light" | "dark" = "light") {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(addressOf(name));
  return { page, complaints, requests };
}

/** Texts of figures that lie on each other or on a caption, and how many texts there are; runs in the page. */
function collisionsOfTexts() {
  type Corners = readonly { readonly x: number; readonly y: number }[];
  // Turned labels have turned boxes; a line is higher than its letters, which fill about two thirds of it.
  const cornersOf = (text: SVGGraphicsElement): Corners => {
    const { x, y, width, height } = text.getBBox();
    const [top, bottom] = [y + height / 6, y + (5 * height) / 6];
    const all = [
      new DOMPoint(x, top),
      new DOMPoint(x + width, top),
      new DOMPoint(x + width, bottom),
      new DOMPoint(x, bottom),
    ];
    return all.map((corner) => corner.matrixTransform(text.getScreenCTM()!));
  };
  const cornersOfBox = ({ left, right, top, bottom }: DOMRect): Corners => [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
  // Two rectangles are apart where some side of one of them has a direction along which they do not share a pixel.
  const areApart = (a: Corners, b: Corners) =>
    [a, b].some((sides) =>
      [0, 1].some((i) => {
        const [dx, dy] = [sides[i + 1].x - sides[i].x, sides[i + 1].y - sides[i].y];
        const length = Math.hypot(dx, dy);
        const along = (corners: Corners) => corners.map(({ x, y }) => (x * dx + y * dy) / length);
        const [of, other] = [along(a), along(b)];
        return Math.min(Math.max(...of), Math.max(...other)) - Math.max(Math.min(...of), Math.min(...other)) <= 1;
      }),
    );
  let texts = 0;
  const collisions: string[] = [];
  for (const svg of document.querySelectorAll("figure svg, .key svg")) {
    const shown = [...svg.querySelectorAll("text")].filter((text) => text.getBBox().width > 0);
    texts += shown.length;
    const all = shown.map((text) => ({ text: text.textContent ?? "", corners: cornersOf(text) }));
    const caption = svg.closest("figure")?.querySelector("figcaption");
    if (caption) all.push({ text: "the caption", corners: cornersOfBox(caption.getBoundingClientRect()) });
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        if (areApart(a.corners, b.corners)) continue;
        collisions.push(`${svg.getAttribute("aria-label")?.slice(0, 60)}: "${a.text}" and "${b.text}"`);
      }
    }
  }
  return { collisions, texts };
}

describe.skipIf(!isHere)("the reports in a browser", () => {
  it.each(pages.flatMap((name) => widths.map((width) => [name, width] as const)))(
    "%s fits %i pixels, complains of nothing and asks for nothing",
    async (name, width) => {
      const { page, complaints, requests } = await open(name, width);
      const seen = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        // What scrolls in a box of its own may be wider; nothing else may.
        wide: [...document.querySelectorAll("body *")]
          .filter((element) => !element.closest(".scroll") && element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.outerHTML.slice(0, 80)),
        figures: document.querySelectorAll("figure svg, .key svg").length,
        unnamed: [...document.querySelectorAll("figure svg")].filter((svg) => !svg.getAttribute("aria-label")).length,
        title: document.title,
      }));
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([addressOf(name)]);
      expect(seen.wide).toEqual([]);
      expect(seen.width).toBeLessThanOrEqual(width);
      expect(seen.figures).toBeGreaterThan(1);
      expect(seen.unnamed).toBe(0);
      expect(seen.title).not.toBe("taken");
      await page.close();
    },
  );

  it.each(pages)("%s: ticks, labels and captions of its figures do not lie on each other", async (name) => {
    const { page } = await open(name, 1280);
    const { collisions, texts } = await page.evaluate(collisionsOfTexts);
    expect(collisions).toEqual([]);
    expect(texts).toBeGreaterThan(10);
    await page.close();
  });

  it.each(shipped)("%s: so in all figures that are kept of it", async (name) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const figures = readdirSync(join(kept, name)).filter((file) => file.endsWith(".svg"));
    const drawn = figures.map((file) => `<figure>${readFileSync(join(kept, name, file), "utf8")}</figure>`);
    await page.setContent(drawn.join("\n"));
    const { collisions, texts } = await page.evaluate(collisionsOfTexts);
    expect(collisions).toEqual([]);
    expect(texts).toBeGreaterThanOrEqual(10 * figures.length);
    await page.close();
  });

  it.each(pages)("%s lists its parts on top, each of which is there, and says what its words mean", async (name) => {
    const { page } = await open(name, 1280);
    const { links, headings, words } = await page.evaluate(() => ({
      links: [...document.querySelectorAll("nav a")].map((each) => each.getAttribute("href")),
      headings: [...document.querySelectorAll("main h2")].map((each) => `#${each.closest("section")!.id}`),
      words: document.querySelectorAll("#words dt").length,
    }));
    expect(links.length).toBeGreaterThan(3);
    expect(links).toEqual(headings);
    expect(new Set(links).size).toBe(links.length);
    expect(words).toBeGreaterThan(4);
    await page.close();
  });

  it.each(pages)("%s prints on as many pages as it fills, and no figure is cut", async (name) => {
    const { page } = await open(name, 688);
    // A4 less the margins, 182 x 265 mm at 96 dots per inch.
    const height = 1001;
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    await page.emulateMedia({ media: "print" });
    const seen = await page.evaluate(() => ({
      length: document.documentElement.scrollHeight,
      tallest: Math.max(...[...document.querySelectorAll("figure")].map((figure) => figure.offsetHeight)),
      breakable: [...document.querySelectorAll("figure, .card")].filter(
        (element) => getComputedStyle(element).breakInside !== "avoid",
      ).length,
    }));
    expect(seen.breakable).toBe(0);
    expect(seen.tallest).toBeLessThan(height);
    const filled = seen.length / height;
    expect((pdf.match(/\/Type \/Page\b/g) ?? []).length).toBeLessThanOrEqual(Math.ceil(1.1 * filled));
    await page.close();
  });

  it("names from data are shown as they are and make no elements", async () => {
    const { page } = await open("audit", 1280);
    const found = await page.evaluate(() => ({
      text: document.body.textContent,
      scripts: document.scripts.length,
      outside: [...document.images].filter((image) => !image.src.startsWith("data:")).length,
    }));
    expect(found.text).toContain(hostile);
    expect([found.scripts, found.outside]).toEqual([0, 0]);
    await page.close();
  });

  it.each(pages)("%s is legible in the dark: text and background are far apart", async (name) => {
    const { page } = await open(name, 1280, "dark");
    const contrast = await page.evaluate(() => {
      const luminance = (colour: string) => {
        const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
          const share = Number(part) / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const { color, backgroundColor } = getComputedStyle(document.body);
      const [text, paper] = [luminance(color), luminance(backgroundColor)];
      return { ratio: (text + 0.05) / (paper + 0.05), paper };
    });
    expect(contrast.paper).toBeLessThan(0.05);
    expect(contrast.ratio).toBeGreaterThan(7);
    await page.close();
  });

  it("prints as a document of several pages", async () => {
    const { page } = await open("audit", 1280);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect((pdf.toString("latin1").match(/\/Type \/Page\b/g) ?? []).length).toBeGreaterThan(2);
    await page.close();
  });
});
