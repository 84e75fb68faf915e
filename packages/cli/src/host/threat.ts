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
import { forEachEntry, readNpy, uniformDomain } from "@carom/core/data";
import { type Command, Option } from "commander";
import { readBytes } from "./read.ts";

export interface ThreatOptions {
  readonly norm: string;
  readonly mask?: string;
  readonly fixed?: readonly string[];
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
    .option(
      "--mask <features>",
      "those that may change: names of columns, or a .npy file with 1 for each feature that may and 0 for the others",
    )
    .option("--fixed <columns>", "columns that stay as they are, by name", (text) => text.split(","))
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
  const { addOnly, removeOnly, round } = options;
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
  const changeable = await changeableOf(data, options);
  return {
    norm,
    domain: domainOf(data, kind as "real"),
    ...(isNarrowed && { direction: addOnly ? ("add" as const) : ("remove" as const) }),
    ...(changeable && { changeable }),
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

/** Columns that a message names. */
const LISTED = 5;

function requireKind(data: Dataset, kind: "integer" | "binary", option: string): void {
  const strangers = new Map<number, number>();
  forEachEntry(data.features, (_, column, value) => {
    const isOf = kind === "binary" ? value === 0 || value === 1 : Number.isInteger(value);
    if (!isOf && !strangers.has(column)) strangers.set(column, value);
  });
  if (strangers.size === 0) return;
  const expected = kind === "binary" ? "binary ones, each 0 or 1" : "integers";
  const named = [...strangers].slice(0, LISTED).map(([j, value]) => `${value} in ${nameOf(data, j)}`);
  const more = strangers.size > LISTED ? ` and others in ${strangers.size - LISTED} more columns` : "";
  throw fault(
    `features for ${option}`,
    expected,
    `${named.join(", ")}${more}`,
    `say what each column is in a features file (carom data describe), or leave ${option} out`,
  );
}

const nameOf = ({ featureNames }: Dataset, j: number) => (featureNames ? `"${featureNames[j]}"` : `column ${j}`);

/** 1 for each feature that may change; undefined where all may. */
async function changeableOf(data: Dataset, { mask, fixed }: ThreatOptions): Promise<Uint8Array | undefined> {
  const d = featureCount(data);
  const isFile = mask !== undefined && /\.npy$/i.test(mask);
  const allowed = isFile ? await readMask(mask, d) : mask && flagsOf(data, mask.split(","), "--mask");
  if (!fixed) return allowed || undefined;
  const held = flagsOf(data, fixed, "--fixed");
  return held.map((flag, j) => (flag === 1 ? 0 : allowed ? allowed[j] : 1));
}

/** 1 for each feature of the named columns; a column of words is named as a whole. */
function flagsOf(data: Dataset, columns: readonly string[], option: string): Uint8Array {
  const { featureNames, domain } = data;
  if (!featureNames)
    throw fault(`option ${option}`, "data whose columns have names", "data without", "give a .npy file");
  const flags = new Uint8Array(featureNames.length);
  const groups = new Map((domain.groups ?? []).map(({ name, columns: own }) => [name, own]));
  for (const column of columns.map((name) => name.trim())) {
    const own = groups.get(column) ?? [featureNames.indexOf(column)];
    if (own[0] < 0) unknownName(`column in ${option}:`, column, [...groups.keys(), ...featureNames]);
    for (const j of own) flags[j] = 1;
  }
  return flags;
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
