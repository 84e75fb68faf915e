// What carom study says of each kind of study: a text for the terminal, and the files of its run.

import type { Store } from "@carom/core";
import { mean } from "@carom/core/stats";
import {
  budgetOf,
  byAttacker,
  type Found,
  type Matrix,
  type PoisoningMatrix,
  type PoisoningResult,
  type StudyData,
  type StudyResult,
  type SweepKeys,
  type SweepStudyResult,
  smallestBudgets,
} from "@carom/core/study";
import type { Content } from "../host/output.ts";
import type { RunFacts } from "../report/manifest.ts";
import { claimLines } from "../ui/claims.ts";
import { rateTable } from "../ui/rateTable.ts";
import { sweepLines } from "../ui/sweepLines.ts";

/** How a kind of study with matrices M and result R shows itself; what draws and lays out takes a while to load. */
export interface StudyFace<M, R> {
  text(result: R): string;
  files(
    result: R,
    facts: RunFacts,
    from: { readonly store: Store; readonly matrices: readonly M[]; readonly data: StudyData },
  ): Promise<Record<string, Content>>;
}

/** The rates of each surrogate at each budget. */
function ratesOf({ transferRates }: Pick<Found, "transferRates">, budgets: readonly number[]) {
  const rate = (surrogate: string, budget: number) =>
    transferRates.find((each) => each.surrogate === surrogate && budgetOf(each) === budget)?.rate;
  return [...new Set(transferRates.map(({ surrogate }) => surrogate))].map(
    (name) => [name, budgets.map((budget) => rate(name, budget))] as const,
  );
}

export const evasionFace: StudyFace<Matrix, StudyResult> = {
  text(result) {
    const { epsilons } = result.study.attack;
    const by = result.attackers ?? [undefined];
    const rows = by.flatMap((attacker) => {
      const rates = ratesOf(byAttacker(result, attacker?.name), epsilons);
      return rates.map(([id, values]) => [attacker ? `${id} by ${attacker.name}` : id, values] as const);
    });
    const table = rateTable("transfer rate", epsilons.map(String), rows);
    return `${table}\n${claimLines(result.explanation.claims)}`;
  },
  async files(result, facts, { store, matrices }) {
    const examples = await smallestBudgets(store, matrices[0], result.study);
    return (await import("../report/studyFiles.ts")).studyFiles(result, examples, facts);
  },
};

export const poisoningFace: StudyFace<PoisoningMatrix, PoisoningResult> = {
  text(result) {
    const fractions = [...result.study.fractions].sort((a, b) => a - b);
    const rows = ratesOf(result, fractions);
    const means = fractions.map((_, i) => mean(rows.map(([, rates]) => rates[i]!)));
    const clean = result.repetitions.flatMap(({ models }) =>
      models.flatMap(({ cleanError }) => cleanError?.estimate ?? []),
    );
    const shares = fractions.map((fraction) => `${Number((100 * fraction).toPrecision(3))} %`);
    const below = [`without poisoning ${mean(clean)!.toFixed(3)}`];
    const table = rateTable("mean target error", shares, [...rows, ["all", means]], below);
    return `${table}\n${claimLines(result.explanation.claims)}`;
  },
  async files(result, facts, { store, matrices, data }) {
    const { poisoningFiles, poisonedExamples } = await import("../report/poisoningFiles.ts");
    return poisoningFiles(result, await poisonedExamples(store, matrices[0], data.train.dataset), facts);
  },
};

export const sweepFace: StudyFace<SweepKeys, SweepStudyResult> = {
  text: (result) => `${sweepLines(result.mean)}\n${claimLines(result.claims)}`,
  files: async (result, facts) => (await import("../report/sweepFiles.ts")).sweepStudyFiles(result, facts),
};
