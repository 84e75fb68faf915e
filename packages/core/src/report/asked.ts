// What a report of an audit says of its question: target, data, goal, budgets, and what was chosen by default.

import { normName } from "../figures/auditLookup.ts";
import { short } from "../numbers.ts";
import type { AuditResult } from "../study/result.ts";
import { facts as factList, list } from "./contents.ts";
import type { Markup, Part } from "./html.ts";

/** The facts of what was asked, as a list of terms. */
export function asked({ asked, models }: AuditResult): Markup {
  const size = asked.featureShape.reduce((product, length) => product * length, 1);
  const [low, high] = asked.box;
  const perFeature = {
    l0: "no more than ε features change, those of a one-hot group counted once, computed ones not at all",
    l1: "the sum of all changes is at most ε",
    l2: `if all ${size} features move equally, each moves by ε / √${size} = ${short(1 / Math.sqrt(size))} ε`,
    linf: "no feature moves by more than ε",
  }[asked.norm];
  const facts: readonly (readonly [string, Part])[] = [
    ["Target", targetFact(asked, models[0].id)],
    ["Data", `${asked.points} attacked points of ${asked.featureShape.join(" × ")} features, hash ${asked.dataHash}`],
    [
      "Classes",
      `${asked.classNames.length}: ` +
        `${asked.classNames.slice(0, 20).join(", ")}${asked.classNames.length > 20 ? ", …" : ""}`,
    ],
    ["Goal", goalFact(asked)],
    ["Budgets", `${normName(asked)}, ε = ${asked.epsilons.join(", ")}; ${perFeature}`],
    [
      "Box",
      asked.bounds === "columns"
        ? "each feature stays between bounds of its own"
        : `features stay in [${short(low)}, ${short(high)}]`,
    ],
    [
      "Training",
      `surrogates on ${asked.surrogateRows} ` +
        `rows${asked.targetRows === undefined ? "" : `, the target on ${asked.targetRows}`}`,
    ],
    ["The attacker knows", list(asked.attackerKnows)],
    [
      "Chosen by default",
      asked.defaults.length > 0 ? list(asked.defaults) : "nothing: all choices were made explicitly",
    ],
  ];
  return factList(facts);
}

/** What attackers are after, and what they raise for it. */
function goalFact({ targetClass, objective = "margin" }: AuditResult["asked"]): string {
  const goal =
    targetClass === undefined
      ? "any wrong class"
      : `class “${targetClass}”, for points of others; its own are left out`;
  return `${goal}; attackers raise the ${objective}`;
}

/** What the target is, and, where it can only be asked, how it was. */
function targetFact({ service, targetHash }: AuditResult["asked"], id: string): string {
  if (!service) return `${id}, hash ${targetHash}`;
  const { address, model, protocol, answers } = service;
  const given = answers === "labels" ? "names classes only, so there are no losses" : "answers with scores";
  return `${id}, behind ${address}${model === undefined ? "" : ` (${model})`}, asked by ${protocol}; it ${given}`;
}
