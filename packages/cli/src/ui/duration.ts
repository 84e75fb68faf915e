// Times such as 90s, 30m and 2h.

import { invalid } from "./options.ts";

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, from a number with a unit. */
export function parseDuration(option: string): (text: string) => number {
  return (text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim()) ?? [];
    if (number === undefined)
      throw invalid(option, "a time such as 90s, 30m or 2h", text, `for instance ${option} 30m`);
    return Number(number) * units[unit];
  };
}
