// carom pdf: the report of a run and its figures as PDF.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@carom/core";
import type { Command } from "commander";
import { findChromium, printPdfs } from "../host/chromium.ts";
import { writeFolder } from "../host/output.ts";
import { requireFree } from "../host/outputPlace.ts";
import { print, tell } from "../terminal/print.ts";

/** `carom pdf`. */
export function pdfCommand(command: Command): Command {
  return command
    .argument("<run>", "the folder of a run")
    .option("--out <folder>", "where they are written; pdf in the run's folder where absent")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nFor instance:\n  carom pdf carom-runs/audit")
    .action(run);
}

async function run(folder: string, { out = join(folder, "pdf"), quiet = false }: PdfOptions): Promise<void> {
  const report = readRun(folder);
  await requireFree(out, "folder");
  const browser = findChromium();
  const figures = figuresOf(folder);
  const pages = new Map([
    ["report.pdf", report],
    ...figures.map(({ name, svg }) => [`${name}.pdf`, pageOf(svg)] as const),
  ]);
  if (!quiet) tell(`printing ${pages.size} files`);
  await writeFolder(out, Object.fromEntries(await printPdfs(browser, pages)));
  print(`${pages.size} files: ${out}\n`);
}

interface PdfOptions {
  readonly out?: string;
  readonly quiet?: boolean;
}

function readRun(folder: string): string {
  try {
    return readFileSync(join(folder, "report.html"), "utf8");
  } catch {
    throw new InputError("missing", `report in ${folder}`, {
      expected: "the folder of a run, with report.html in it",
      got: "none",
      remedy: "name the folder that --out named, or one in carom-runs",
    });
  }
}

function figuresOf(folder: string): { readonly name: string; readonly svg: string }[] {
  const place = join(folder, "figures");
  try {
    const files = readdirSync(place).filter((name) => name.endsWith(".svg"));
    return files.map((file) => ({ name: file.slice(0, -4), svg: readFileSync(join(place, file), "utf8") }));
  } catch {
    return [];
  }
}

/** A page of the size of a figure, and nothing else on it. */
function pageOf(svg: string): string {
  const [width, height] = ["width", "height"].map((side) =>
    Number(new RegExp(`<svg[^>]* ${side}="([\\d.]+)"`).exec(svg)![1]),
  );
  const style = `@page { size: ${width}px ${height + 1}px; margin: 0 } body { margin: 0 } svg { display: block }`;
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>${svg.replace(/^<\?xml[^>]*>/, "")}`;
}
