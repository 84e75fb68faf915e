// The built page in a real browser, served as a static folder under a path of its own.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";

/** Whether there is a browser: it comes from npm as a binary for this one platform. */
export const isHere = process.platform === "linux" && process.arch === "x64";
if (!isHere) console.warn("tests of the lab's page skipped: their browser is for Linux on x64 only");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** What axe finds wrong with a page as it stands: the rule, and where it is broken. */
export async function violationsIn(page: Page): Promise<readonly string[]> {
  // As an expression of the debugger's, which no policy of the page forbids.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

/** The state in the address, once it stands still. */
export async function addressOf(page: Page): Promise<string> {
  await page.waitForTimeout(400);
  return page.evaluate(() => location.hash);
}

/** The part of an address after its # that says some of the state; all else is as at first sight. */
const addressWith = (view: object) => `#${encodeURIComponent(JSON.stringify(view))}`;

const ridge = { learner: "ridge", position: 3 } as const;
/** A question that is answered in a fraction of a second: for tests of all else. */
const quick = { surrogate: ridge, target: ridge, attack: "fgm" };

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Builds the page where no other file of this run has begun to, else waits until it is there. */
async function build(folder: string, built: string): Promise<void> {
  try {
    mkdirSync(folder);
  } catch {
    while (!existsSync(built)) await sleep(100);
    return;
  }
  const { build } = await import("vite");
  const root = fileURLToPath(new URL("..", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  writeFileSync(built, "");
}

/** Has the page built before the tests of a file, and serves it meanwhile; what comes back opens it. */
export function builtPage() {
  const folder = join(inject("pageFolder"), "page");
  const fileOf = (url: string) => join(folder, url.replace(/^\/some\/path\//, "").split("?")[0] || "index.html");
  const server = createServer(({ url = "/" }, response) => {
    const file = fileOf(url);
    response.statusCode = existsSync(file) ? 200 : 404;
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(existsSync(file) ? readFileSync(file) : "");
  });
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    if (!isHere) return;
    await build(folder, join(inject("pageFolder"), "built"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path/`;
    // Said to be where it expects to be, it unpacks the libraries that a bare machine lacks.
    process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x";
    const { default: chromium } = await import("@sparticuz/chromium");
    browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox"] });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  /**
   * Opens the page; what it asked for and complained of comes with it.
   *
   * @param options `own`: what is asked of the user's files, at a quick question of the page's; `hash`: the whole state
   */
  return async function open({
    own = {},
    hash = addressWith({ ...quick, own }),
    width = 1280,
    dark = false,
    touch = false,
    motion = false,
  } = {}) {
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      reducedMotion: motion ? "no-preference" : "reduce",
      hasTouch: touch,
    });
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", ({ message }) => complaints.push(message));
    const start = performance.now();
    await page.goto(`${address}${hash}`);
    await page.getByRole("region", { name: "The digit under attack" }).waitFor({ timeout: 120_000 });
    const seconds = (performance.now() - start) / 1000;
    /** Bytes of all that it asked for so far, as they go over the line. */
    const compressed = () =>
      asked
        .filter((url) => url.startsWith(address))
        .map((url) => url.slice(address.length - "/some/path/".length))
        .reduce((sum, url) => sum + gzipSync(readFileSync(fileOf(url))).length, 0);
    return { page, address, asked, complaints, seconds, compressed };
  };
}
