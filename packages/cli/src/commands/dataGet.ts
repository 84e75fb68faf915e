// carom data get: public data into the folder where studies look for them.

import { join } from "node:path";
import { InputError } from "@carom/core";
import { bytesInWords } from "@carom/core/data";
import { Command } from "commander";
import { catalog, type DataFile, dataFolder, type PublicData, publicData } from "../host/catalog.ts";
import { download } from "../host/download.ts";
import { print } from "../terminal/print.ts";
import { withExamples } from "../ui/dataOptions.ts";
import { type CommonOptions, printJson, withCommonOptions } from "../ui/options.ts";

/** `carom data get NAME`. */
export function dataGetCommand(): Command {
  const command = new Command("get")
    .description("fetch public data from their official addresses, checked and resumable, into CAROM_DATA")
    .argument("[name]", `${Object.keys(catalog).join(", ")}; the list with terms where absent`)
    .action(async (name: string | undefined, options: CommonOptions) => {
      if (name === undefined) list(options.json === true);
      else await get(name, options);
    });
  return withExamples(withCommonOptions(command, null), "carom data get mnist");
}

function list(json: boolean): void {
  if (json) printJson(catalog);
  else for (const [name, data] of Object.entries(catalog)) print(`${name}\n${facts(data)}\n`);
}

const facts = ({ title, terms, cite }: PublicData) => `  ${title}\n  Terms: ${terms}\n  Cite: ${cite}\n`;

async function get(name: string, options: CommonOptions): Promise<void> {
  const data = publicData(name);
  if (!options.json && !options.quiet) process.stderr.write(facts(data));
  const folder = dataFolder();
  const found: Record<string, string> = {};
  for (const file of data.files) {
    const path = join(folder, file.name);
    const outcome = await download({ ...file, path, onProgress: progress(file, options.quiet === true) }).catch(
      (error: unknown) => {
        if (error instanceof InputError && file.addresses.length === 0) throw byHand(name, data, file, path);
        throw error;
      },
    );
    found[path] = outcome;
    if (!options.json) print(`${path}: ${outcome === "there" ? "was there, and is sound" : "fetched"}\n`);
  }
  const [archive] = data.files;
  for (const path of (await data.convert?.(join(folder, archive.name))) ?? []) {
    found[path] = "converted";
    if (!options.json) print(`${path}: made from ${archive.name}\n`);
  }
  if (options.json) printJson(found);
}

/** Says how far a download is, at most once a second. */
function progress({ name }: DataFile, quiet: boolean) {
  let last = performance.now();
  return (bytes: number, total: number | undefined) => {
    if (quiet || performance.now() - last < 1000) return;
    last = performance.now();
    const of = total === undefined ? "" : ` of ${bytesInWords(total)}`;
    process.stderr.write(`${name}: ${bytesInWords(bytes)}${of}\n`);
  };
}

function byHand(name: string, { byHand }: PublicData, { sha256 }: DataFile, path: string): InputError {
  return new InputError("missing", `data ${name}`, {
    expected: `its file at ${path}, with SHA-256 ${sha256.slice(0, 12)}…`,
    got: "none that is sound",
    remedy: `there is no address for programs; fetch it by hand from ${byHand} and put it there`,
  });
}
