// A browser of Chromium's kind that is installed here: it prints a page as PDF.

import { spawn } from "node:child_process";
import { accessSync, constants, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { InputError } from "@carom/core";
import { inTemporaryFolder } from "./output.ts";

const VARIABLE = "CAROM_CHROMIUM";
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  join(process.env.PROGRAMFILES ?? "", "Google/Chrome/Application/chrome.exe"),
  join(process.env["PROGRAMFILES(X86)"] ?? "", "Microsoft/Edge/Application/msedge.exe"),
];
const SECONDS = 120;

/** The browser's program. @throws InputError where there is none */
export function findChromium(): string {
  const named = process.env[VARIABLE];
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const places = named
    ? [named]
    : [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...elsewhere];
  const found = places.find(isProgram);
  if (found !== undefined) return found;
  throw new InputError("missing", "browser that prints pages", {
    expected: "Chromium, Chrome or Edge",
    got: named ? `${VARIABLE}=${named}, which is no program` : `none among the programs of PATH`,
    remedy: `install one, or name its program with the environment variable ${VARIABLE}`,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Pages of HTML as PDF, one after the other. @throws InputError where the browser does not make one */
export async function printPdfs(program: string, pages: ReadonlyMap<string, string>): Promise<Map<string, Uint8Array>> {
  return inTemporaryFolder("carom-pdf", async (folder) => {
    const browser = start(program, folder);
    const made = new Map<string, Uint8Array>();
    try {
      for (const [name, page] of pages) {
        const file = join(folder, "page.html");
        writeFileSync(file, page);
        made.set(name, await browser.print(pathToFileURL(file).href));
      }
      return made;
    } finally {
      await browser.end();
    }
  });
}

/** The longest folder in which there is room for the name of a browser's socket, of 108 bytes at most. */
const SHORT = 60;

/** A message of the browser's: an answer, with the number of what was asked, or an event. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly result?: Readonly<Record<string, string>>;
  readonly error?: { readonly message: string };
}

/** Whether what a process starts can be ended along with it. */
const isGrouped = process.platform !== "win32";

/** A browser that is asked by Chrome's DevTools protocol, through pipes: texts of JSON, each with a zero byte after. */
function start(program: string, folder: string) {
  // A browser does not shut itself in where root starts it; the pages are ours, and may run and fetch nothing.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const options = ["--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"];
  const child = spawn(program, [...options, ...asRoot, `--user-data-dir=${join(folder, "user")}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: isGrouped,
    // It is ended without being asked, and leaves its own temporary files.
    ...(folder.length <= SHORT && { env: { ...process.env, TMPDIR: folder } }),
  });
  const kill = () => {
    try {
      process.kill(isGrouped ? -child.pid! : child.pid!, "SIGKILL");
    } catch {
      // It has ended, or never began.
    }
  };
  // Before its folder is removed, to which it would go on writing.
  process.prependOnceListener("exit", kill);
  const [asking, answering] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const hearers = new Set<(message: Message) => void>();
  const failures = new Set<(why: string) => void>();
  const fail = (why: string) => {
    for (const each of failures) each(why);
  };
  const ended = new Promise<void>((resolve) => {
    child.on("error", ({ message }) => {
      fail(message);
      resolve();
    });
    child.on("close", () => {
      fail("nothing, as it ended");
      resolve();
    });
  });
  // What is written to a browser that ended is lost; that it ended is told.
  asking.on("error", () => {});
  let read = "";
  answering.setEncoding("utf8").on("data", (text) => {
    const [...whole] = `${read}${text}`.split("\0");
    read = whole.pop()!;
    for (const each of whole) for (const hear of hearers) hear(JSON.parse(each) as Message);
  });

  /** The first message that is wanted. */
  const heard = (isWanted: (message: Message) => boolean) =>
    new Promise<Message>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        hearers.delete(hear);
        failures.delete(failed);
      };
      const failed = (why: string) => {
        done();
        reject(noPdf(why));
      };
      const hear = (message: Message) => {
        if (!isWanted(message)) return;
        done();
        if (message.error) reject(noPdf(message.error.message));
        else resolve(message);
      };
      const timer = setTimeout(() => failed(`nothing within ${SECONDS} s`), 1000 * SECONDS);
      hearers.add(hear);
      failures.add(failed);
      if (child.exitCode !== null) failed("nothing, as it ended");
    });
  let asked = 0;
  const ask = async (method: string, params: object, sessionId?: string) => {
    const id = ++asked;
    const answer = heard((message) => message.id === id);
    asking.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return (await answer).result!;
  };

  return {
    async print(url: string): Promise<Uint8Array> {
      const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
      await ask("Page.enable", {}, sessionId);
      const loaded = heard((message) => message.method === "Page.loadEventFired" && message.sessionId === sessionId);
      await Promise.all([loaded, ask("Page.navigate", { url }, sessionId)]);
      const { data } = await ask("Page.printToPDF", { preferCSSPageSize: true, printBackground: true }, sessionId);
      await ask("Target.closeTarget", { targetId });
      return Buffer.from(data, "base64");
    },
    async end(): Promise<void> {
      kill();
      process.off("exit", kill);
      await ended;
    },
  };
}

function noPdf(got: string): InputError {
  return new InputError("invalid", "browser that prints pages", {
    expected: "a PDF",
    got,
    remedy: `name another browser with the environment variable ${VARIABLE}`,
  });
}
