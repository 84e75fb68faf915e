// A table over several studies as a kind of study: their tasks in one plan, their sign tests side by side.

import { InputError } from "../errors.ts";
import { trackedTable } from "../report/tracked.ts";
import type { PlanBuilder } from "../study/engine/plan.ts";
import type { Ref } from "../study/engine/reference.ts";
import type { Store } from "../study/engine/store.ts";
import type { Study } from "../study/evasion/schema.ts";
import { referenceBudget } from "../study/names.ts";
import { type SignificanceEntry, significanceOf } from "../study/paper/significance.ts";
import { smallestPossibleP } from "../study/paper/signs.ts";
import { type TableResult, type TableStudy, tableSchema } from "../study/paper/tableStudy.ts";
import type { PoisoningStudy } from "../study/poisoning/schema.ts";
import { hashesOf, type StudyData } from "../study/studyData.ts";
import { VERSION } from "../version.ts";
import { evasion } from "./evasion.ts";
import type { StudyKind } from "./kind.ts";
import { poisoning } from "./poisoning.ts";

/** A study of the table with its data. */
export interface TablePart {
  readonly name: string;
  readonly study: Study | PoisoningStudy;
  readonly data: StudyData;
}

/** A study of the table that has been planned. */
export interface PlannedPart {
  readonly name: string;
  /** The budget that is looked at. */
  readonly at: number;
  readonly wanted: readonly Ref<unknown>[];
  read(store: Store): Promise<Pick<TablePartResult, "repetitions">>;
}

type TablePartResult = { readonly repetitions: Parameters<typeof significanceOf>[1] };

export const table: StudyKind<TableStudy, readonly TablePart[], readonly PlannedPart[], TableResult> = {
  schema: tableSchema,
  plan: (plan, _, parts) => parts.map((part) => planned(plan, part)),
  wanted: (parts) => parts.flatMap(({ wanted }) => wanted),
  async read(store, made, study, parts) {
    const entries: SignificanceEntry[] = [];
    for (const { name, at, read } of made) entries.push(...significanceOf(name, (await read(store)).repetitions, at));
    return { carom: VERSION, study, data: hashesOfTable(parts), entries, warnings: warningsOf(entries) };
  },
  told: ({ entries, warnings }) => ({ lines: `${[...entries.map(line), "", ...warnings].join("\n")}\n` }),
  tracked: trackedTable,
  files: async (result, { facts }) => (await import("../report/tableFiles.ts")).tableFiles(result, facts),
};

/** The hash of each file of each study. */
export function hashesOfTable(parts: readonly TablePart[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parts.flatMap(({ name, data }) =>
      Object.entries(hashesOf(data)).map(([file, hash]) => [`${name}:${file}`, hash] as const),
    ),
  );
}

function planned(plan: PlanBuilder, { name, study, data }: TablePart): PlannedPart {
  const from = <S, M>(
    kind: Pick<StudyKind<S, StudyData, M, TablePartResult>, "plan" | "wanted" | "read">,
    study: S,
    budgets: readonly number[],
  ): PlannedPart => {
    const made = kind.plan(plan, study, data);
    const read = (store: Store) => kind.read(store, made, study, data);
    return { name, at: referenceBudget(budgets), wanted: kind.wanted(made), read };
  };
  return study.kind === "poisoning"
    ? from(poisoning, study, study.fractions)
    : from(evasion, study, study.attack.epsilons);
}

/** What studies with few repetitions cannot show. */
function warningsOf(entries: readonly SignificanceEntry[]): string[] {
  const few = new Map(entries.map(({ study, repetitions }) => [study, repetitions]));
  return [...few].flatMap(([study, repetitions]) => {
    const least = smallestPossibleP(repetitions);
    if (least < 0.05) return [];
    return [
      `${study} has ${repetitions} ${repetitions === 1 ? "repetition" : "repetitions"}: no p-value can fall ` +
        `below ${Number(least.toPrecision(2))}, so not below .05.`,
    ];
  });
}

function line({ study, learner, what, agreeing, of, p }: SignificanceEntry): string {
  const cells = [study.padEnd(24), learner.padEnd(12), what.padEnd(11), `${agreeing} of ${of}`.padStart(8)];
  return [...cells, p === undefined ? "-" : p.toPrecision(2)].join("  ");
}

/** Holds that a study of a table is one of pairs of models. @throws InputError where it is not */
export function requirePairs<S extends { readonly kind?: string | undefined }>(
  name: string,
  study: S,
): asserts study is Exclude<S, { readonly kind: "sweep" | "table" | "audit" }> {
  if (study.kind === undefined || study.kind === "evasion" || study.kind === "poisoning") return;
  throw new InputError("unsupported", `study "${name}" in a table`, {
    expected: "a study of evasion or poisoning",
    got: `a ${study.kind}`,
    remedy: "leave it out",
  });
}
