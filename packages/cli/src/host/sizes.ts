// Bounds of what comes from elsewhere, and of what data files and models hold: their own, or those of CAROM_LIMITS;
// `limits.ts` bounds processes.

import { InputError, unknownName } from "@carom/core";
import { dataLimits, heedLimits, type Limit, modelLimits } from "@carom/core/data";
import { givenLimit } from "./limits.ts";

/** What people, services and servers send. */
export const hostLimits = {
  /** Parsers compare each name of a file that people write with each other. */
  written: { name: "written", most: 2 ** 17, unit: "bytes of a file that people write" },
  answered: { name: "answered", most: 16 * 2 ** 20, unit: "bytes of an answer" },
  /** Some 4 MiB of JSON. Rows beyond go into the next request. */
  asked: { name: "asked", most: 200_000, unit: "numbers of a request" },
  /** A server that sends on would fill the disk. */
  fetched: { name: "fetched", most: 2 ** 31, unit: "bytes of a download" },
} as const satisfies Readonly<Record<string, Limit>>;

/** What may be unpacked grows with what a process was given: this part of it. */
const SHARE = 1 / 8;
const variable = "CAROM_LIMITS";
const names = Object.keys({ ...dataLimits, ...modelLimits, ...hostLimits });

/**
 * The bounds that CAROM_LIMITS sets, such as `classes=1e5,header=1e6`.
 * @throws InputError for others, and for no numbers
 */
export function givenLimits(): ReadonlyMap<string, number> {
  const parts = (process.env[variable] ?? "").split(",").filter((part) => part.trim() !== "");
  return new Map(
    parts.map((part) => {
      const [name, text] = part.split("=").map((word) => word.trim());
      if (!names.includes(name)) unknownName(`limit in ${variable}`, name, names);
      const most = Number(text);
      if (Number.isSafeInteger(most) && most > 0) return [name, most];
      throw new InputError("invalid", `limit ${name} in ${variable}`, {
        expected: "a positive whole number",
        got: `"${text ?? ""}"`,
        remedy: `write it as ${name}=1000000, and others behind a comma`,
      });
    }),
  );
}

heedLimits((limit) => {
  const given = givenLimits().get(limit.name);
  const memory = givenLimit("bytes");
  if (given !== undefined || limit !== dataLimits.unpacked || memory === undefined) return given;
  return Math.max(limit.most, Math.floor(SHARE * memory));
});
