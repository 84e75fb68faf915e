// Claims of the paper on what complexity of surrogates and targets means for poisoning.

import { mean } from "../../stats/describe.ts";
import { exceeds } from "../../stats/ties.ts";
import { type Check, type Claim, check, claim, familiesOf, inRepetitions, noFamilies, threeDigits } from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { cellAt, nameIn } from "../measured.ts";
import { compare } from "../paper/signs.ts";
import type { MeanModel } from "../repetitionMeans.ts";
import { cellOf, percent } from "./inMeans.ts";

/** Mean errors that surrogates of a target's own complexity and the others bring it, and the best of all. */
function byLevel(
  models: readonly MeanModel[],
  target: MeanModel,
  errorOf: (surrogate: string) => number | undefined,
): { readonly own: number; readonly other: number; readonly best: MeanModel } | undefined {
  const rivals = models.flatMap((model) => {
    const error = model.role === "surrogate" && model.complexity ? errorOf(model.id) : undefined;
    return error === undefined ? [] : [{ model, error }];
  });
  const errors = (own: boolean) =>
    rivals.filter(({ model }) => (model.complexity === target.complexity) === own).map(({ error }) => error);
  const [own, other] = [mean(errors(true)), mean(errors(false))];
  if (own === undefined || other === undefined) return undefined;
  return { own, other, best: rivals.reduce((most, each) => (exceeds(each.error, most.error) ? each : most)).model };
}

export function similarComplexity(evidence: Evidence, fraction: number): Claim {
  const targets = evidence.models.filter(({ role, complexity }) => role === "target" && complexity !== undefined);
  const levelsOf = (errorOf: (surrogate: string, target: string) => number | undefined) =>
    targets.flatMap((target) => {
      const levels = byLevel(evidence.models, target, (surrogate) => errorOf(surrogate, target.id));
      return levels ? [{ target, ...levels }] : [];
    });
  type Levels = ReturnType<typeof levelsOf>;
  const matching = (levels: Levels) =>
    levels.filter(({ target, best }) => best.complexity === target.complexity).length;
  const meanOf = (levels: Levels, which: "own" | "other") => mean(levels.map((each) => each[which])) ?? 0;
  const inEach = (rule: (levels: Levels) => number) =>
    inRepetitions(evidence, ({ cells }) =>
      rule(levelsOf((surrogate, target) => cellAt(cells, surrogate, target, fraction)?.errorUnderAttack.estimate)),
    );
  const name = nameIn(evidence);
  const found = levelsOf((surrogate, target) => cellOf(evidence, surrogate, target, fraction)?.error);
  const [own, other] = [meanOf(found, "own"), meanOf(found, "other")];
  const list = found.map(({ target, best }) => `${name(target.id)}: ${name(best.id)}`).join(", ");
  const checks: Check[] =
    found.length === 0
      ? []
      : [
          check(
            2 * matching(found) > found.length,
            inEach((levels) => compare(2 * matching(levels), levels.length)),
            `the best surrogate is of the target's own complexity for ${matching(found)} of ${found.length} ` +
              `targets (${list})`,
          ),
          check(
            exceeds(own, other),
            inEach((levels) => compare(meanOf(levels, "own"), meanOf(levels, "other"))),
            `surrogates of the target's own complexity bring its error ${threeDigits(own - other)} higher than ` +
              "the others, mean over targets",
          ),
        ];
  return claim(
    "P2",
    `at ${percent(fraction)} the best surrogate is regularised like the target`,
    checks,
    "surrogates of both complexities and a target of one of them are needed",
  );
}

export function displacement(evidence: Evidence): Claim {
  const side = familiesOf(evidence.models, "target").some(({ high }) => high.displacement !== undefined)
    ? "target"
    : "surrogate";
  const checks = familiesOf(evidence.models, side).flatMap(({ learner, high, low }): Check[] => {
    if (high.displacement === undefined || low.displacement === undefined) return [];
    const signs = inRepetitions(evidence, ({ models }) => {
      const of = (id: string) => models.find((model) => model.id === id)!.displacement!.estimate;
      return compare(of(low.id), of(high.id));
    });
    const numbers =
      `${learner}: points moved ${threeDigits(low.displacement)} on low against ${threeDigits(high.displacement)} ` +
      "on high complexity";
    return [check(exceeds(low.displacement, high.displacement), signs, numbers)];
  });
  return claim(
    "P6",
    "points against models of high complexity are moved less than those against low",
    checks,
    noFamilies,
  );
}
