// The studies that come with the package, by name.

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unknownName } from "@carom/core";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../studies/", import.meta.url));
const ENDING = ".yaml";

/** What a shipped study is, in short. */
interface ShippedStudy {
  readonly name: string;
  readonly title: string;
  readonly scales: readonly string[];
  /** Files of data that it reads, of alternatives the first; empty where they come with the package. */
  readonly data: readonly string[];
}

/** All shipped studies, by name. */
export async function shippedStudies(): Promise<readonly ShippedStudy[]> {
  const names = await studyNames();
  return Promise.all(names.map(shippedStudy));
}

async function shippedStudy(name: string): Promise<ShippedStudy> {
  const { title = name, scales = {}, data, studies = [] } = parse(await readFile(pathOf(name), "utf8"));
  const specs: unknown[] = [data?.train, data?.test];
  const own = specs.flatMap((spec) =>
    typeof spec === "string" && spec !== "digits" ? spec.split("|")[0].trim().split(",") : [],
  );
  // A table reads what the studies in it read.
  const joined = await Promise.all(studies.map(shippedStudy) as Promise<ShippedStudy>[]);
  const files = new Set([...own, ...joined.flatMap(({ data }) => data)]);
  return { name, title, scales: Object.keys(scales), data: [...files] };
}

/**
 * The file of a study: what looks like a path is one, anything else is a name.
 * @throws InputError for unknown names.
 */
export async function studyPath(file: string): Promise<string> {
  if (basename(file) !== file || /\.(ya?ml|json)$/.test(file)) return file;
  const names = await studyNames();
  if (names.includes(file)) return pathOf(file);
  return unknownName("study", file, names);
}

async function studyNames(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => basename(file, ENDING))
    .sort();
}

const pathOf = (name: string) => join(folder, `${name}${ENDING}`);
