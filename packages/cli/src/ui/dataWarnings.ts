// What is told of data before anything is learned from them or attacked: measures and boxes that do not suit their
// columns, and numbers that float32 cannot hold.

import type { Dataset, FloatType, ThreatModel } from "@carom/core";
import { precisionWarning } from "@carom/core/attacks";
import { caseWarning, float32Warning, wideBoxWarning } from "@carom/core/data";
import type { BudgetUnits } from "@carom/core/study";
import { holdNote } from "../terminal/notes.ts";
import { unitsWarnings } from "./unitsOption.ts";

/** How rows are attacked. */
export interface Attacked {
  readonly threat: ThreatModel;
  /** What budgets are measured in, where somebody said so. */
  readonly units: BudgetUnits | undefined;
  /** The budgets that somebody gave; undefined where they were chosen by what the features are like. */
  readonly epsilons: readonly number[] | undefined;
  /** What the attacked models take. */
  readonly type?: FloatType;
}

/**
 * Sentences on rows that models are trained on here, that are attacked, or both.
 *
 * @throws InputError where float32 cannot hold the least change that a budget allows
 */
export function dataWarnings(
  data: Dataset,
  { learned = false, attack }: { readonly learned?: boolean; readonly attack?: Attacked },
): readonly string[] {
  const { threat, units, epsilons, type = "float32" } = attack ?? {};
  const sentences = [
    ...(threat && !threat.norm.counts ? unitsWarnings(threat.domain, { ...(units && { units }) }, epsilons) : []),
    caseWarning(data.classNames),
    wideBoxWarning(data, { attacked: attack !== undefined, learned }),
    learned ? float32Warning(data) : undefined,
    threat && type === "float32" ? precisionWarning(data, threat, epsilons ?? []) : undefined,
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}

/** Tells them on standard error, once the command is under way. */
export function holdWarnings(sentences: readonly string[]): void {
  for (const sentence of sentences) holdNote(`Warning: ${sentence}`);
}
