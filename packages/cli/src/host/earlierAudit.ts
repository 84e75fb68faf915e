// An audit that was made before, read back from its folder: what it measured, and what became of each point.

import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { InputError } from "@carom/core";
import {
  type AuditedVersion,
  type ComparedAudit,
  metricsIn,
  readCompared,
  TARGET,
  type TargetSamples,
} from "@carom/core/study";
import { readBytes } from "./read.ts";

/** Where the metrics.json of an audit is, whose folder or file is named. */
const metricsOf = (path: string) => (path.endsWith(".json") ? path : join(path, "metrics.json"));

/** Whether a path names a finished run: a folder with metrics.json, or that file. */
export async function isRun(path: string): Promise<boolean> {
  return path.endsWith(".json") || (await isThere(join(path, "metrics.json")));
}

/** Reads an audit from its metrics.json, or from the folder with it. @throws InputError where there is none */
export async function readEarlierAudit(option: string, path: string): Promise<ComparedAudit> {
  const file = metricsOf(path);
  const text = new TextDecoder().decode(await readBytes(option, file));
  const result = readCompared(metricsIn(text, file), file);
  const samples = join(dirname(file), "samples.csv.gz");
  return (await isThere(samples)) ? { result, samples: await readSamples(samples, result.asked) } : { result };
}

/** The same of an audit that is of no use without its points. @throws InputError where they are not there */
export async function readVersion(path: string): Promise<AuditedVersion> {
  const { result, samples } = await readEarlierAudit("audit", path);
  if (samples) return { name: path, result, samples };
  throw new InputError("missing", join(dirname(metricsOf(path)), "samples.csv.gz"), {
    expected: "what became of each point, beside metrics.json",
    got: "none",
    remedy: "name the whole folder of the run",
  });
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** What became of each point on the target. @throws InputError where the table is not that of the audit */
async function readSamples(
  path: string,
  { classNames, points, targetClass }: Pick<ComparedAudit["result"]["asked"], "classNames" | "points" | "targetClass">,
): Promise<TargetSamples[]> {
  const places = new Map(classNames.map((name, i) => [name, i]));
  // A name that a spreadsheet would take for a formula has an apostrophe before it.
  const place = (name: string) => places.get(name) ?? places.get(name.replace(/^'/, "")) ?? -1;
  const found = new Map<string, Pick<TargetSamples, "surrogate" | "attacker" | "epsilon"> & { rows: number[][] }>();
  for await (const { surrogate, attacker, target, epsilon, labels, size } of samplesIn(path)) {
    if (target !== TARGET) continue;
    const key = JSON.stringify([surrogate, attacker, epsilon]);
    const own = found.get(key) ?? { surrogate, ...(attacker !== "" && { attacker }), epsilon, rows: [] };
    found.set(key, own);
    own.rows.push([...labels.map(place), size]);
  }
  return [...found.values()].map(({ rows, ...which }) => {
    if (rows.length !== points || rows.some((row) => row.includes(-1))) {
      throw new InputError("invalid", path, {
        expected: `${points} points of the classes ${classNames.join(", ")} for each attacker, as metrics.json says`,
        got: rows.length === points ? "another class" : `${rows.length} points`,
        remedy: "name the folder of a whole run",
      });
    }
    const column = (of: number) => Int32Array.from(rows, (row) => row[of]);
    const [labels, cleanLabels, attackedLabels] = [column(0), column(1), column(2)];
    const wanted = targetClass === undefined ? {} : { wanted: classNames.indexOf(targetClass) };
    return { ...which, ...wanted, labels, cleanLabels, attackedLabels, size: Float64Array.from(rows, (row) => row[3]) };
  });
}

interface Sample {
  readonly surrogate: string;
  /** Empty where it is the strongest attack on one surrogate by itself. */
  readonly attacker: string;
  readonly target: string;
  readonly epsilon: number;
  /** The class, what the target calls the point without attack, and under it. */
  readonly labels: readonly [label: string, clean: string, attacked: string];
  readonly size: number;
}

/** The rows of samples.csv.gz by the names of their columns; a record may have several lines. */
async function* samplesIn(path: string): AsyncGenerator<Sample> {
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Infinity });
  let columns: Map<string, number> | undefined;
  let record = "";
  for await (const line of lines) {
    record = record === "" ? line : `${record}\n${line}`;
    if ((record.match(/"/g)?.length ?? 0) % 2 === 1) continue;
    const cells = cellsOf(record);
    record = "";
    if (!columns) {
      columns = new Map(cells.map((name, i) => [name, i]));
      continue;
    }
    const cell = (name: string) => cells[columns!.get(name)!];
    yield {
      surrogate: cell("surrogate"),
      attacker: columns.has("attacker") ? cell("attacker") : "",
      target: cell("target"),
      epsilon: Number(cell("epsilon")),
      labels: [cell("label"), cell("label_clean"), cell("label_attacked")],
      size: Number(cell("perturbation")),
    };
  }
}

/** The cells of a record whose quoted ones may hold commas. */
function cellsOf(record: string): string[] {
  if (!record.includes('"')) return record.split(",");
  return Array.from(record.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
