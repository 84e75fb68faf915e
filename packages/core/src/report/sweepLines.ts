// A sweep in a terminal: a row per value, and the knee.

import type { SweepResult } from "../study/sweep/sweep.ts";

/** The table of a sweep, and what follows from it. */
export function sweepLines({ asked, models, knee, undefinedFor }: SweepResult): string {
  const header = [asked.option, "clean error", "under attack", "S", "V per point", "V of mean"];
  const rows = models.map(({ value, cleanError, errorUnderAttack, size, variability: V }) => [
    String(value),
    `${(100 * cleanError.estimate).toFixed(1)} %`,
    `${(100 * errorUnderAttack.estimate).toFixed(1)} %`,
    size ? size.estimate.toPrecision(3) : "-",
    V ? V.perPoint.toPrecision(3) : "-",
    V ? V.ofMean.toPrecision(3) : "-",
  ]);
  const all = [header, ...rows];
  const widths = header.map((_, j) => Math.max(...all.map((row) => row[j].length)));
  const lines = all.map((row) => row.map((text, j) => text.padStart(widths[j])).join("  "));
  return `${[...lines, "", ...(knee ? [knee.sentence] : []), ...undefinedFor].join("\n")}\n`;
}
