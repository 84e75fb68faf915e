// The threat model that the command line describes, checked against the data.

import {
  type Dataset,
  type Domain,
  featureCount,
  InputError,
  type Norm,
  norms,
  type ThreatModel,
  toNumbers,
  unknownName,
} from "@carom/core";
import { readNpy, uniformDomain } from "@carom/core/data";
import { type Command, Option } from "commander";
import { readBytes } from "./read.ts";

export interface ThreatOptions {
  readonly norm: string;
  readonly mask?: string;
  readonly addOnly?: boolean;
  readonly removeOnly?: boolean;
  readonly kind?: string;
  readonly round?: string;
}

const kinds = ["real", "integer", "binary"] as const;

/** The norm of that name. @throws InputError where there is none. */
export function normNamed(name: string): Norm {
  return Object.hasOwn(norms, name) ? norms[name as Norm["name"]] : unknownName("norm", name, Object.keys(norms));
}

/** Adds the options that say what an attacker may do. */
export function withThreatOptions(command: Command): Command {
  return command
    .addOption(new Option("--norm <name>", Object.keys(norms).join(", ")).default("l2"))
    .option("--mask <file>", "a .npy file with 1 for each feature that may change and 0 for the others")
    .option("--add-only", "binary features may only be set, as when an app may gain but not lose permissions")
    .option("--remove-only", "binary features may only be cleared")
    .option("--kind <kind>", `${kinds.join(", ")}: the values that features take; real where absent`)
    .option("--round <grid>", "8bit: only values that survive saving in 8 bits");
}

/**
 * Everything of the threat but its budget.
 *
 * @throws InputError for what does not fit the data: values that are not of the kind declared, a mask of another
 * length, additions to features that are not binary.
 */
export async function threatOf(data: Dataset, options: ThreatOptions): Promise<ThreatModel> {
  const { addOnly, removeOnly, round, mask } = options;
  const norm = normNamed(options.norm);
  if (addOnly && removeOnly) {
    throw fault("options --add-only and --remove-only", "one of them", "both", "leave one out");
  }
  const isNarrowed = addOnly || removeOnly;
  const kind = options.kind ?? (isNarrowed ? "binary" : "real");
  if (!kinds.includes(kind as "real")) unknownName("kind of feature", kind, kinds);
  if (isNarrowed && kind !== "binary")
    throw fault("option --kind", "binary, as features are only set or cleared", kind, "leave it out");
  if (kind !== "real")
    requireKind(data, kind as "integer", isNarrowed ? (addOnly ? "--add-only" : "--remove-only") : "--kind");
  if (round !== undefined && round !== "8bit") unknownName("grid", round, ["8bit"]);
  return {
    norm,
    domain: domainOf(data, kind as "real"),
    ...(isNarrowed && { direction: addOnly ? ("add" as const) : ("remove" as const) }),
    ...(mask !== undefined && { changeable: await readMask(mask, featureCount(data)) }),
    ...(round !== undefined && { grid: stepOf8Bits(data.domain) }),
  };
}

function domainOf({ domain }: Dataset, kind: "real" | "integer" | "binary"): Domain {
  if (kind === "real") return domain;
  const known = domain.kinds;
  const columns = domain.lower.length;
  const bounds = kind === "binary" ? uniformDomain(columns, 0, 1) : domain;
  return { ...bounds, kinds: Array.from({ length: columns }, (_, i) => (known?.[i] === "fixed" ? "fixed" : kind)) };
}

function requireKind({ features }: Dataset, kind: "integer" | "binary", option: string): void {
  const values = "start" in features ? features.value : features.data;
  const stranger = values.find((value) => (kind === "binary" ? value !== 0 && value !== 1 : !Number.isInteger(value)));
  if (stranger === undefined) return;
  const expected = kind === "binary" ? "binary ones, each 0 or 1" : "integers";
  throw fault(`features for ${option}`, expected, String(stranger), `leave ${option} out, or convert the data`);
}

async function readMask(path: string, features: number): Promise<Uint8Array> {
  const values = toNumbers(readNpy(await readBytes("mask", path), path));
  if (values.length !== features) {
    throw fault(
      `mask ${path}`,
      `${features} entries, one for each feature`,
      `${values.length}`,
      "give one for this data",
    );
  }
  const stranger = values.find((value) => value !== 0 && value !== 1);
  if (stranger !== undefined) throw fault(`mask ${path}`, "0 or 1 for each feature", String(stranger), "convert it");
  return Uint8Array.from(values);
}

/** The distance between 256 values from 0 to the top of the box. */
function stepOf8Bits({ lower, upper }: Domain): number {
  const top = upper[0];
  if (lower.every((low) => low === 0) && upper.every((high) => high === top)) return top / 255;
  throw fault(
    "box for --round 8bit",
    "one that begins at 0 and is the same for every feature",
    "another",
    "declare it with --box 0,1",
  );
}

function fault(what: string, expected: string, got: string, remedy: string): InputError {
  return new InputError("invalid", what, { expected, got, remedy });
}
