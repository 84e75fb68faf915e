// An audit that was made before, read back from its folder: what it measured, and what became of each point.

import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { InputError } from "@carom/core";
import { type ComparedAudit, readCompared, type StrongestPoints, TARGET } from "@carom/core/study";
import { readBytes } from "./read.ts";

/** Reads an audit from its metrics.json, or from the folder with it. @throws InputError where there is none */
export async function readEarlierAudit(option: string, path: string): Promise<ComparedAudit> {
  const file = path.endsWith(".json") ? path : join(path, "metrics.json");
  const text = new TextDecoder().decode(await readBytes(option, file));
  const result = readCompared(parsed(text, file), file);
  const samples = join(dirname(file), "samples.csv.gz");
  const wanted = new Map<string, number[]>();
  const name = ({ surrogate, epsilon }: Pick<StrongestPoints, "surrogate" | "epsilon">) =>
    JSON.stringify([surrogate, epsilon]);
  try {
    await access(samples);
  } catch {
    return { result };
  }
  for await (const { surrogate, attacker, target, epsilon, isWrong } of samplesIn(samples)) {
    if (target !== TARGET || attacker !== "") continue;
    const key = name({ surrogate, epsilon });
    const own = wanted.get(key);
    if (own) own.push(Number(isWrong));
    else wanted.set(key, [Number(isWrong)]);
  }
  return {
    result,
    errors(strongest) {
      const found = wanted.get(name(strongest));
      return found && Uint8Array.from(found);
    },
  };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError("invalid", file, {
      expected: "JSON, as carom audit writes it",
      got: "something else",
      remedy: "name the folder of a run of carom audit, or its metrics.json",
    });
  }
}

interface Sample {
  readonly surrogate: string;
  /** Empty where it is the strongest attack on one surrogate by itself. */
  readonly attacker: string;
  readonly target: string;
  readonly epsilon: number;
  readonly isWrong: boolean;
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
      isWrong: cell("label_attacked") !== cell("label"),
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
