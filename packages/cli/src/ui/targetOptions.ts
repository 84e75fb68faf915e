// Options that say how a target behind an address is asked.

import { InputError } from "@carom/core";
import { classNamesIn, isRowShape, type OpenSizes } from "@carom/core/models";
import type { Command } from "commander";
import type { TargetOptions } from "../host/http/target.ts";
import { invalid, parsePositive } from "./options.ts";

/** What the command line may say of a target behind an address. */
export interface AddressOptions {
  readonly protocol?: string;
  readonly output?: string;
  readonly header?: string[];
  readonly authEnv?: string;
  readonly classes?: string[];
  readonly inputShape?: OpenSizes;
  readonly targetVersion?: string;
  readonly maxQueries?: number;
  readonly estimateAlignment?: number | true;
  readonly batch?: number;
  readonly concurrency?: number;
  readonly retries?: number;
  readonly timeout?: number;
}

const names = {
  protocol: "--protocol",
  output: "--output",
  header: "--header",
  authEnv: "--auth-env",
  classes: "--classes",
  inputShape: "--input-shape",
  targetVersion: "--target-version",
  maxQueries: "--max-queries",
  estimateAlignment: "--estimate-alignment",
  batch: "--batch",
  concurrency: "--concurrency",
  retries: "--retries",
  timeout: "--timeout",
} as const satisfies Record<keyof AddressOptions, string>;

/** Adds the options of a target behind an address, under a heading of their own. */
export function withAddressOptions(command: Command): Command {
  return command
    .optionsGroup("Options of a target behind an address:")
    .option("--protocol <name>", "open-inference, mlflow or tensorflow-serving; found out where absent")
    .option("--output <name>", "the output that holds the scores, where the model has several")
    .option("--header <header>", "added to every request, such as 'X-Api-Key: $KEY'; may be repeated", collect)
    .option("--auth-env <variable>", "environment variable that holds a token for the Authorization header")
    .option("--classes <list>", "names of the target's classes, in the order of its scores", classNamesIn)
    .option("--target-version <text>", "what the deployed version is called; answers of another one are not used")
    .option("--max-queries <count>", "the most rows that may be sent, retries and interrupted runs included", (text) =>
      parsePositive("--max-queries", text),
    )
    .option(
      "--estimate-alignment [points]",
      "estimate R by differences of scores around so many points; 20 where no number follows",
      (text) => parsePositive("--estimate-alignment", text),
    )
    .option("--batch <rows>", "rows in a request (default: 64)", (text) => parsePositive("--batch", text))
    .option("--concurrency <count>", "requests at a time (default: 4)", (text) => parsePositive("--concurrency", text))
    .option("--retries <count>", "attempts after one that failed (default: 4)", parseRetries)
    .option("--timeout <seconds>", "wait so long for an answer (default: 30)", parseSeconds);
}

/** How to ask the target. */
export function targetOptions(options: AddressOptions): TargetOptions {
  return {
    protocol: options.protocol,
    output: options.output,
    header: options.header,
    authEnv: options.authEnv,
    version: options.targetVersion,
    classes: options.classes,
    inputShape: rowShape(options.inputShape),
    batch: options.batch ?? 64,
    concurrency: options.concurrency ?? 4,
    retries: options.retries ?? 4,
    timeoutSeconds: options.timeout ?? 30,
    maxQueries: options.maxQueries ?? Number.POSITIVE_INFINITY,
  };
}

/** Options that mean something for files as well. */
const OF_FILES_TOO = new Set<string>(["classes", "inputShape", "output"] satisfies (keyof AddressOptions)[]);

/** @throws InputError for an option that means nothing for a target that is a file */
export function refuseAddressOptions(options: AddressOptions, isFile: boolean): void {
  for (const [key, option] of Object.entries(names)) {
    if (options[key as keyof AddressOptions] === undefined || (isFile && OF_FILES_TOO.has(key))) continue;
    throw new InputError("unsupported", `option ${option}`, {
      expected: "a target behind an address, or a mapping file",
      got: "none, or a model file",
      remedy: `leave out ${option}, or give --target http://...`,
    });
  }
}

function collect(text: string, previous: string[] = []): string[] {
  return [...previous, text];
}

/** The shape of a row in requests. @throws InputError for sizes by name: a service names no axes */
function rowShape(sizes: OpenSizes | undefined): readonly number[] | undefined {
  if (sizes === undefined || isRowShape(sizes)) return sizes;
  const got = Object.keys(sizes).join(", ");
  throw invalid("--input-shape", "the sizes of one row, for a target behind an address", got, "such as 1,28,28");
}

function parseRetries(text: string): number {
  const count = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isSafeInteger(count) && count >= 0 && count <= 20) return count;
  throw invalid("--retries", "an integer from 0 to 20", text, "leave it out for 4");
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw invalid("--timeout", "seconds, up to 3600", text, "leave it out for 30");
}
