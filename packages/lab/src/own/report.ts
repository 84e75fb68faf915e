// A run of the command line that was dropped: its report, and what the page takes over from it.

import { norms } from "@carom/core";
import { tellingEpsilon } from "@carom/core/figures";
import { outputFiles } from "@carom/core/report";
import { type AuditModel, type AuditResult, metricsIn, readAuditResult } from "@carom/core/study";
import type { View } from "../address.ts";
import { PIXELS } from "../pixels.ts";
import { type Chosen, learnerNames, nameOf, scales, type TargetName, targetNames } from "../question/learners.ts";
import { attackNames, normLabels } from "../question/question.ts";
import type { OwnSettings } from "./messages.ts";
import { type OwnFile, pathOf } from "./read.ts";

/** A report that is open. */
export interface OpenedReport {
  readonly name: string;
  readonly result: AuditResult;
  readonly taken: Taken;
}

/** What the page takes over: for its digits, and for the user's own files. */
interface Taken {
  readonly view: Partial<View>;
  readonly settings: Partial<OwnSettings>;
  /** The same, and what it leaves, in sentences. */
  readonly words: readonly string[];
}

const ofRuns = new Set(outputFiles.map(({ file }) => file));

/** Whether a file is one of a run's others, which its metrics.json makes superfluous. */
export const isBesideReport = ({ name, folder = "" }: OwnFile): boolean =>
  ofRuns.has(name) || /(^|\/)figures$/.test(folder);

/** The report of a run. @throws InputError where the file is no metrics.json of an audit */
export function readReport(file: OwnFile): OpenedReport {
  const path = pathOf(file);
  const result = readAuditResult(metricsIn(new TextDecoder().decode(file.bytes), path), path);
  return { name: path, result, taken: takenFrom(result) };
}

/** The learners, norm, attack and budgets of an audit, as far as the page has such. */
function takenFrom(result: AuditResult): Taken {
  const { asked, models, standings } = result;
  const ranked = standings.ranking.map(({ surrogate }) => models.find(({ id }) => id === surrogate));
  const surrogate = ranked.map((model) => chosenAs(learnerNames, model)).find((chosen) => chosen !== undefined);
  const target = chosenAs(targetNames, models[0]);
  const norm = isOneOf(Object.keys(normLabels) as (keyof typeof normLabels)[], asked.norm) ? asked.norm : undefined;
  const attack = asked.attack?.attack ? asked.attack.attack.name : "strongest";
  const known = isOneOf(attackNames, attack) ? attack : undefined;
  const inOwnUnits = (asked.units ?? "features") === "features";
  const areDigits = asked.featureShape.reduce((a, b) => a * b, 1) === PIXELS ** 2 && `${asked.box}` === "0,1";
  const epsilon = norm && areDigits && inOwnUnits ? tellingEpsilon(result) : undefined;
  const most = inOwnUnits ? Math.max(...asked.epsilons) : undefined;
  const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  return {
    view: {
      ...given("surrogate", surrogate),
      ...given("target", target),
      ...given("norm", norm),
      ...given("attack", known),
      ...given("epsilon", epsilon),
    },
    settings: {
      norm: asked.norm,
      most,
      ...given("attack", known),
      ...(asked.bounds === undefined && { written: { box: asked.box.join(",") } }),
    },
    words: [
      `The digits above are now asked the same as far as the page can: ${[
        surrogate ? `surrogate ${nameOf(surrogate)}` : "no surrogate of the report is a learner of this page",
        target ? `target ${nameOf(target)}` : "the report's target is no learner of this page, so the target stays",
        norm ? `budgets in ${normLabels[norm]}` : `budgets in ${norms[asked.norm].label} are not for these digits`,
        ...(epsilon === undefined ? ["the budget stays"] : [`budget ${epsilon}`]),
      ].join("; ")}.`,
      `Models and data that you drop are attacked in ${norms[asked.norm].label}` +
        `${most === undefined ? "" : `, up to budget ${most}`}, as in the report.`,
    ],
  };
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return names.some((each) => each === name);
}

/** A model of a report as the page names its own; undefined for one that the page does not train. */
function chosenAs<Name extends TargetName>(
  names: readonly Name[],
  model: AuditModel | undefined,
): Chosen<Name> | undefined {
  const { learner = "", options = {} } = model ?? {};
  if (!isOneOf(names, learner)) return undefined;
  const { option, values } = scales[learner];
  const position = [...values.keys()].find((i) => values[i] === options[option]);
  return position === undefined ? undefined : { learner, position };
}
