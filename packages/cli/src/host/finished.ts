// Folders of finished runs: a command that was ended when its output had its name, and before it said so, says it when
// it is started again.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, VERSION } from "@carom/core";
import type { Ref } from "@carom/core/study";
import { tell } from "../terminal/print.ts";
import { requireFree } from "./outputPlace.ts";
import type { Device } from "./runtime.ts";

/** What a run answers: the hash of what was asked, of the artifacts wanted for it, and of where models are computed. */
export function hashOfQuestion(asked: unknown, wanted: readonly Ref<unknown>[], device: Device | undefined): string {
  const keys = wanted.map(({ key }) => key);
  return createHash("sha256")
    .update(JSON.stringify([VERSION, asked, keys, device]))
    .digest("hex");
}

/**
 * Whether a finished run is in a folder: whose it is can be told only later.
 *
 * @throws InputError for anything else that is there
 */
export async function holdsFinished(folder: string): Promise<boolean> {
  if ((await questionIn(folder)) !== undefined) return true;
  await requireFree(folder, "folder");
  return false;
}

/**
 * Whether the finished run that answers a question is in a folder already; it is told that nothing will be written
 * then.
 *
 * @throws InputError where that is the run of another question
 */
export async function isFinished(folder: string, question: string): Promise<boolean> {
  const found = await questionIn(folder);
  if (found === undefined) return false;
  if (found === question) {
    tell(`${folder} answers this question already: nothing is written`);
    return true;
  }
  throw new InputError("invalid", `output ${folder}`, {
    expected: "a place where nothing is yet, or a run of the same question",
    got: "one that exists, the run of another question",
    remedy: "choose another with --out",
  });
}

/** The question of the run in a folder, as its manifest says; undefined where there is none. */
async function questionIn(folder: string): Promise<string | undefined> {
  try {
    const { question } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    return typeof question === "string" ? question : undefined;
  } catch {
    return undefined;
  }
}
