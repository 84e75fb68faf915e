// Options of a learner or an attack, given as `--set name=value`.

import { InputError } from "@carom/core";

/** Collects `name=value` pairs; values are JSON where they parse as such, else text. */
export function collectSettings(
  pair: string,
  before: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  const at = pair.indexOf("=");
  if (at <= 0) {
    throw new InputError("invalid", "option --set", {
      expected: "name=value",
      got: `"${pair}"`,
      remedy: "for instance --set C=10",
    });
  }
  return { ...before, [pair.slice(0, at)]: parseValue(pair.slice(at + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Collects `name=value,value` pairs: the values of each option to choose from. */
export function collectGrid(
  pair: string,
  before: Readonly<Record<string, readonly unknown[]>> = {},
): Record<string, readonly unknown[]> {
  const at = pair.indexOf("=");
  const values = pair.slice(at + 1).split(",");
  if (at <= 0 || values.some((value) => value === "")) {
    throw new InputError("invalid", "option --grid", {
      expected: "name=value,value",
      got: `"${pair}"`,
      remedy: "for instance --grid C=0.01,1,100",
    });
  }
  return { ...before, [pair.slice(0, at)]: values.map(parseValue) };
}
