// The tutorials, followed to the letter in an empty folder: files are saved under their names, commands run, and what
// is said to be printed is printed.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./run.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const pages = readdirSync(join(root, "docs/tutorials"));
const folder = temporaryFolder();

interface Block {
  readonly language: string;
  readonly text: string;
  /** What was last named in the words before it. */
  readonly named: string | undefined;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, "docs/tutorials", page), "utf8");
  const found = text.matchAll(/(?<words>(?:(?!^```).*\n)*)^```(?<language>\w+)\n(?<text>[\s\S]*?)^```\n/gm);
  return [...found].map(({ groups }) => ({
    language: groups!.language,
    text: groups!.text,
    named: /Save this as `([^`]+)`/.exec(groups!.words)?.[1],
  }));
}

/** A folder in which what the page has installed is installed. */
function prepared(page: string): string {
  const place = join(folder, page);
  mkdirSync(place);
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return place;
}

/** Node before 22.18 takes no types: there the compiler takes them out first. */
const takesTypes = Boolean((process.features as { typescript?: unknown }).typescript);

function save(place: string, name: string, text: string): void {
  writeFileSync(join(place, name), text);
  if (takesTypes || !name.endsWith(".ts")) return;
  const options = { compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext } };
  writeFileSync(join(place, name.replace(/ts$/, "mjs")), ts.transpileModule(text, options).outputText);
}

/** What npx does where the package is installed, without npm's start, which takes longer than most commands. */
const npx = 'npx() { node_modules/.bin/"$@"; }';

function run(command: string, place: string) {
  const here = takesTypes ? command : command.replace(/^(node \w+)\.ts$/m, "$1.mjs");
  const env = { ...process.env, CAROM_STORE: join(place, "store") };
  return spawnSync("bash", ["-euo", "pipefail", "-c", `${npx}\n${here}`], { cwd: place, env, encoding: "utf8" });
}

const number = /−?\d+(?:,\d{3})*(?:\.\d+)?/g;

/** Whether a line is the expected one, but for numbers, which machines round differently. */
function isLike(printed: string, expected: string): boolean {
  if (printed.replaceAll(number, "#").trim() !== expected.replaceAll(number, "#").trim()) return false;
  const value = (text: string) => Number(text.replace("−", "-").replaceAll(",", ""));
  const found = printed.match(number) ?? [];
  return (expected.match(number) ?? []).every((text, i) => {
    const decimals = text.split(".")[1]?.length ?? 0;
    const allowed = Math.max(0.05 * Math.abs(value(text)), 3 * 10 ** -decimals);
    return Math.abs(value(found[i]) - value(text)) <= allowed;
  });
}

/** Expected lines that do not stand among the printed ones, in this order. */
function missing(printed: readonly string[], expected: readonly string[]): string[] {
  let from = 0;
  return expected.filter((line) => {
    const at = printed.findIndex((each, i) => i >= from && isLike(each, line));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

describe("the comparison of printed lines", () => {
  it("allows other roundings, and no other word, number, order or sign", () => {
    const printed = ["errors 8.2 and 21 %", "of 6", "done"];
    expect(missing(printed, ["errors 8.0 and 22 %", "done"])).toEqual([]);
    expect(missing(printed, ["errors 8.0 and 30 %"])).toEqual(["errors 8.0 and 30 %"]);
    expect(missing(printed, ["errors −8.0 and 22 %"])).toEqual(["errors −8.0 and 22 %"]);
    expect(missing(printed, ["done", "of 6"])).toEqual(["of 6"]);
    expect(missing(printed, ["error 8.0 and 22 %"])).toEqual(["error 8.0 and 22 %"]);
  });
});

describe.each(pages)("%s", (page) => {
  const blocks = blocksOf(page);

  it("has commands, and says what they print", () => {
    expect(blocks.filter(({ language }) => language === "sh").length).toBeGreaterThan(1);
    expect(blocks.filter(({ language }) => language === "text")).not.toEqual([]);
    // Only output may stand without a name or a command before it.
    const files = blocks.filter(({ language }) => !["sh", "text"].includes(language));
    expect(files.filter(({ named }) => named === undefined)).toEqual([]);
  });

  it("does what it says", { timeout: 120_000 }, () => {
    const place = prepared(page);
    let printed: string[] = [];
    for (const { language, text, named } of blocks) {
      if (language === "text")
        expect(
          missing(
            printed,
            text.split("\n").filter((line) => line.trim()),
          ),
          printed.join("\n"),
        ).toEqual([]);
      else if (named !== undefined) save(place, named, text);
      else {
        const [packages] = /^npm install (?:--\S+ )*(.*)$/m.exec(text)?.slice(1) ?? [];
        if (packages)
          expect(packages.split(" ").filter((name) => !existsSync(join(place, "node_modules", name)))).toEqual([]);
        else {
          const { status, stdout, stderr } = run(text, place);
          expect(status, `${text}${stderr}`).toBe(0);
          printed = stdout.split("\n");
        }
      }
    }
  });

  it("has programs that compile under strict flags", () => {
    const programs = blocks.filter(({ named }) => named?.endsWith(".ts"));
    const place = join(root, "examples");
    const faults = programs.flatMap(({ text, named }) => {
      const file = join(place, named!);
      const options: ts.CompilerOptions = {
        ...{ target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"], types: ["node"], noEmit: true },
        ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true },
        exactOptionalPropertyTypes: true,
        skipLibCheck: true,
      };
      const host = ts.createCompilerHost(options);
      const { readFile, fileExists, getSourceFile } = host;
      host.fileExists = (name) => name === file || fileExists(name);
      host.readFile = (name) => (name === file ? text : readFile(name));
      host.getSourceFile = (name, ...more) =>
        name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile(name, ...more);
      const program = ts.createProgram([file], options, host);
      return ts.getPreEmitDiagnostics(program).map((each) => ts.flattenDiagnosticMessageText(each.messageText, " "));
    });
    expect(faults).toEqual([]);
  });
});
