// The paper's claims on evasion that hold kinds of learners against each other: linear, smooth, and forests.

import { learners } from "../../learners/registry.ts";
import { mean } from "../../stats/describe.ts";
import { exceeds } from "../../stats/ties.ts";
import { norms } from "../../threat/norm.ts";
import { type Claim, check, claim, inRepetitions, threeDigits, whiteBoxError } from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { budgetOf, nameIn, whiteBoxIn } from "../measured.ts";
import { compare } from "../paper/signs.ts";
import type { MeanModel } from "../repetitionMeans.ts";
import type { EvasionEvidence } from "./evasionEvidence.ts";

/** What kind of function a learner fits, as its entry says. */
const familyOf = (learner: string | undefined) => (learner === undefined ? undefined : learners[learner]?.family);

/** E7: smooth models err less than linear ones. */
export function orderOfErrors(evidence: Evidence, epsilon: number): Claim {
  const errors = evidence.models.flatMap(({ id, role, learner, complexity }) => {
    const error = role === "target" ? whiteBoxError(evidence, id, epsilon) : undefined;
    return error === undefined || learner === undefined ? [] : [{ id, learner, complexity, error }];
  });
  const linearHigh = errors.filter(
    ({ learner, complexity }) => familyOf(learner) === "linear" && complexity === "high",
  );
  const smooth = errors.filter(({ learner }) => ["kernel", "network"].includes(familyOf(learner) ?? ""));
  const ridge = linearHigh.find(({ learner }) => learner === "ridge");
  const name = nameIn(evidence);
  const list = (models: typeof errors) =>
    models.map(({ id, error }) => `${threeDigits(error)} of ${name(id)}`).join(", ");
  const text =
    "white-box errors of svm-rbf and mlp lie below those of the linear models of high complexity; ridge_H is highest";
  if (linearHigh.length === 0 || smooth.length === 0)
    return claim("E7", text, [], "linear models of high complexity and svm-rbf or mlp are needed");
  type Value = (model: (typeof errors)[number]) => number;
  const below = (value: Value) => compare(Math.min(...linearHigh.map(value)), Math.max(...smooth.map(value)));
  const highest = errors.reduce((most, each) => (exceeds(each.error, most.error) ? each : most));
  const others = errors.filter((each) => each !== ridge);
  const isHighest = (value: Value) => compare(value(ridge!), Math.max(...others.map(value)));
  const inEach = (rule: (value: Value) => number) =>
    inRepetitions(evidence, (each) => rule(({ id }) => whiteBoxIn(each, id, epsilon)));
  const ofMeans: Value = ({ error }) => error;
  return claim(
    "E7",
    text,
    [
      check(below(ofMeans) > 0, inEach(below), `${list(smooth)}; linear: ${list(linearHigh)}`),
      ...(ridge ? [check(isHighest(ofMeans) > 0, inEach(isHighest), `the highest is ${list([highest])}`)] : []),
    ],
    "",
  );
}

/** A forest that errs on this much more of the points under attack than without counts as broken. */
const BROKEN = 0.25;

/** E9: forests break. */
export function forestsBreak(evidence: EvasionEvidence, epsilon: number): Claim {
  const forests = evidence.models.filter(isForest);
  const isOfMany = !norms[evidence.norm].adds;
  const checks = (isOfMany ? forests : []).map(({ id, name = id, cleanError }) => {
    const increases = evidence.cells.filter((cell) => cell.target === id && cell.budget === epsilon);
    const errors = increases.map(({ error }) => error);
    const [low, high] = [Math.min(...errors), Math.max(...errors)];
    const isBroken = (values: readonly number[]) => values.every((value) => !exceeds(BROKEN, value));
    return check(
      isBroken(increases.map(({ netIncrease }) => netIncrease)),
      inRepetitions(evidence, ({ cells }) => {
        const here = cells.filter((cell) => cell.target === id && budgetOf(cell) === epsilon);
        return isBroken(here.map(({ netIncrease }) => netIncrease.estimate)) ? 1 : -1;
      }),
      `${name}: error under attack ${threeDigits(low)} to ${threeDigits(high)} over ${errors.length} surrogates, ` +
        `clean ${threeDigits(cleanError!)}`,
    );
  });
  return claim(
    "E9",
    `forests err on at least ${BROKEN} more of the points, whatever the surrogate`,
    checks,
    isOfMany ? "no forest is among the targets" : `an attack in ${evidence.norm.toUpperCase()} changes few features`,
  );
}

/** E10: forests withstand changes of few features. */
export function forestsResistFewChanges(evidence: EvasionEvidence, epsilon: number): Claim {
  const { cells, models } = evidence;
  const targets = models.filter(({ role }) => role === "target");
  const forests = new Set(targets.filter(isForest).map(({ id }) => id));
  const judges = new Set(targets.map(({ id }) => id));
  const increase = <C extends { readonly surrogate: string; readonly target: string }>(
    of: readonly C[],
    isOfForest: boolean,
    value: (cell: C) => number,
  ) => mean(of.filter((cell) => forests.has(cell.target) === isOfForest && !judges.has(cell.surrogate)).map(value));
  const here = cells.filter(({ budget }) => budget === epsilon);
  const [own, others] = [true, false].map((isOfForest) => increase(here, isOfForest, (cell) => cell.netIncrease));
  const isTested = evidence.norm === "l1" && own !== undefined && others !== undefined;
  const signs = () =>
    inRepetitions(evidence, (each) => {
      const [a, b] = [true, false].map((isOfForest) =>
        increase(
          each.cells.filter((cell) => budgetOf(cell) === epsilon),
          isOfForest,
          (cell) => cell.netIncrease.estimate,
        ),
      );
      return compare(b!, a!);
    });
  return claim(
    "E10",
    "under L1 attacks, which change few features, forests lose less than the other targets",
    isTested
      ? [
          check(
            exceeds(others, own),
            signs(),
            `errors rise by ${threeDigits(own)} on forests, by ${threeDigits(others)} on the others, means over ` +
              "surrogates",
          ),
        ]
      : [],
    "needs an attack in L1, and forests and others among the targets",
  );
}

const isForest = ({ role, learner }: MeanModel) => role === "target" && familyOf(learner) === "trees";
