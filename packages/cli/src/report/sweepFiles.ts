// The files of a sweep's run folder.

import type { SweepResult } from "@carom/core";
import { standaloneSvg, svgText, sweepErrors, sweepMetrics } from "@carom/core/figures";
import { parseHTML } from "linkedom";

/** File names and contents; equal sweeps give equal bytes. */
export function sweepFiles(result: SweepResult): Record<string, string> {
  const document = parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
  const { option } = result.asked;
  const rows = result.models.map(({ value, cleanError, errorUnderAttack, size, variability: V }) =>
    [
      ...[value, cleanError.estimate, cleanError.low, cleanError.high, cleanError.n],
      ...[errorUnderAttack.estimate, errorUnderAttack.low, errorUnderAttack.high],
      ...[size?.estimate ?? "", size?.low ?? "", size?.high ?? "", V?.perPoint ?? "", V?.ofMean ?? ""],
    ].join(","),
  );
  const header = `${option},clean_error,clean_low,clean_high,n,error_under_attack,error_low,error_high,S,S_low,S_high,V_per_point,V_of_mean`;
  return {
    "metrics.json": `${JSON.stringify(result, undefined, 2)}\n`,
    "sweep.csv": `${[header, ...rows].join("\n")}\n`,
    "figures/sweep-errors.svg": standaloneSvg(svgText(sweepErrors(result, { document }))),
    "figures/sweep-metrics.svg": standaloneSvg(svgText(sweepMetrics(result, { document }))),
  };
}
