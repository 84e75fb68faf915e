// A study of poisoning, for carom study: what is planned, and what is said when it is done.

import {
  type PlanBuilder,
  type PoisoningResult,
  type PoisoningStudy,
  planPoisoning,
  readPoisoning,
  type StudyData,
} from "@carom/core";
import type { RunFacts } from "../report/manifest.ts";
import { claimLines } from "../ui/claims.ts";
import type { Asked } from "./asked.ts";

export function askPoisoning(
  study: PoisoningStudy,
  plan: PlanBuilder,
  data: StudyData,
  hashes: Record<string, string>,
): Asked {
  const keys = planPoisoning(plan, study, data);
  return {
    wanted: keys.flatMap(({ wanted }) => wanted),
    async answer(store) {
      const result = await readPoisoning(store, keys, study, hashes);
      const files = async (facts: RunFacts) => {
        const { poisoningFiles, poisonedExamples } = await import("../report/poisoningFiles.ts");
        return poisoningFiles(result, await poisonedExamples(store, keys[0], data.train.dataset), facts);
      };
      return { result, text: `${rates(result)}\n${claimLines(result.explanation.claims)}`, files };
    },
  };
}

/** Errors of targets, mean over them: a row per surrogate, a column per fraction. */
function rates({ study, transferRates, repetitions }: PoisoningResult): string {
  const names = study.surrogates.map((_, i) => transferRates[i * study.fractions.length].surrogate);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(8)).join("")}`;
  const shares = fractions.map((fraction) => `${Number((100 * fraction).toPrecision(3))} %`);
  const rateOf = (surrogate: string, fraction: number) =>
    transferRates.find((each) => each.surrogate === surrogate && each.fraction === fraction)!.rate;
  const means = fractions.map(
    (fraction) => names.reduce((sum, name) => sum + rateOf(name, fraction), 0) / names.length,
  );
  const clean = repetitions.flatMap(({ models }) => models.flatMap(({ cleanError }) => cleanError?.estimate ?? []));
  const cleanMean = clean.reduce((sum, error) => sum + error, 0) / clean.length;
  return `${[
    line("mean target error", shares),
    ...names.map((name) =>
      line(
        name,
        fractions.map((fraction) => rateOf(name, fraction).toFixed(3)),
      ),
    ),
    line(
      "all",
      means.map((value) => value.toFixed(3)),
    ),
    `without poisoning ${cleanMean.toFixed(3)}`,
  ].join("\n")}\n`;
}
