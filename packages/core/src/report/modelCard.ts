// An audit as a block of a model card: the question, the threat model, results with intervals, versions. JSON and
// Markdown.

import { percentInterval } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import { reachedWithout } from "../study/goal.ts";
import { TARGET } from "../study/names.ts";
import type { AuditResult } from "../study/result.ts";
import { entriesFor, occasionsOf } from "./catalogues.ts";
import type { Gated } from "./gated.ts";
import { code, table, text } from "./markdown.ts";
import { normText } from "./words.ts";

/** The block as data. Intervals of attacks are at 95 % for all that was tried and all budgets at once. */
export function modelCardOf(result: AuditResult, { target }: Pick<Gated, "target">) {
  const { asked, standings, models, seed, carom } = result;
  const tried = standings.tried ?? standings.ranking;
  return {
    question: "How often do adversarial points crafted on other models mislead this one?",
    model: { ...(target !== undefined && { name: target }), hash: asked.targetHash, classes: asked.classNames },
    data: { hash: asked.dataHash, points: asked.points, featureShape: asked.featureShape },
    threatModel: {
      goal: asked.targetClass === undefined ? "any wrong class" : `class "${asked.targetClass}", for points of others`,
      norm: asked.norm,
      units: asked.units ?? "features",
      budgets: asked.epsilons,
      box: asked.box,
      attackerKnows: asked.attackerKnows,
      surrogates: models.filter(({ id }) => id !== TARGET).map(({ id }) => id),
    },
    results: {
      cleanError: interval(reachedWithout(models.find(({ id }) => id === TARGET)!)),
      atBudgets: asked.epsilons.map((epsilon, i) => {
        const strongest = tried.toSorted((a, b) => b.errors[i].estimate - a.errors[i].estimate).at(0);
        const white = standings.white?.[i];
        return {
          epsilon,
          ...(strongest && { errorByTransfer: interval(strongest.errors[i]), strongest: sourceName(strongest) }),
          ...(white && { errorWhiteBox: interval(white) }),
        };
      }),
      answer: result.answer,
    },
    limits: ["What resisted these attackers may not resist others.", ...asked.warnings],
    catalogues: entriesFor(occasionsOf(result)).map(({ name, version, entries }) => ({
      name,
      version,
      entries: entries.map((entry) => ({ id: entry.id, name: entry.name })),
    })),
    madeBy: { carom, seed },
  };
}

const interval = ({ estimate, low, high }: Interval): Interval => ({ estimate, low, high });

/** The block as Markdown, to stand below a heading of second order. */
export function modelCardText(result: AuditResult, gated: Pick<Gated, "target">): string {
  const { question, model, data, threatModel, results, limits, catalogues, madeBy } = modelCardOf(result, gated);
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n");
  const { norm, units, budgets } = threatModel;
  const parts = [
    "### Adversarial robustness: transfer",
    text(question),
    ...results.answer.map(text),
    table(
      ["budget ε", "error by transfer", "by", "white-box"],
      [
        ["0 (clean)", percentInterval(results.cleanError), "", ""],
        ...results.atBudgets.map(({ epsilon, errorByTransfer, strongest, errorWhiteBox }) => [
          String(epsilon),
          errorByTransfer ? percentInterval(errorByTransfer) : "none",
          strongest === undefined ? "" : code(strongest),
          errorWhiteBox ? percentInterval(errorWhiteBox) : "none",
        ]),
      ],
    ),
    list([
      `Model: ${model.name === undefined ? "" : `${code(model.name)}, `}hash ${code(model.hash.slice(0, 12))}`,
      `Data: ${data.points} attacked points, hash ${code(data.hash.slice(0, 12))}`,
      `Threat model: ${threatModel.goal}; ${normText({ norm, units })}, ε = ${budgets.join(", ")}`,
      ...threatModel.attackerKnows.map((each) => `The attacker knows: ${text(each)}`),
      "Intervals: 95 %, those of attacks for all that was tried and all budgets at once",
    ]),
    ...limits.map((each) => `> ${text(each)}`),
    list(
      catalogues.map(
        ({ name, version, entries }) =>
          `${name} ${version}: ${entries.map((each) => `${each.id} ${each.name}`).join("; ")}`,
      ),
    ),
    `Carom ${madeBy.carom}, seed ${madeBy.seed}.`,
  ];
  return `${parts.join("\n\n")}\n`;
}
