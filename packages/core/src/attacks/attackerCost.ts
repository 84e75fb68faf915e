// What an attacker takes: rows of gradients and of scores of each model for each point and budget, and about what time.

import { learnerByName } from "../learners/registry.ts";
import { parseOptions } from "../registry.ts";
import { type Attacker, attackOf, boostersOf } from "./attacker.ts";
import { gradientsPerStep } from "./boosters/booster.ts";
import { ensembleByName } from "./ensembles/index.ts";
import { evasionByName } from "./evasion/index.ts";
import { lineSearch } from "./evasion/lineSearch.ts";
import type { Queries } from "./queries.ts";

/** Rows of gradients of each model for each point and budget; undefined where the points decide. */
export function gradientsPerSample(attacker: Attacker): number | undefined {
  const chosen = attackOf(attacker);
  if (!chosen) return undefined;
  const entry = evasionByName(chosen.name);
  const steps = entry.gradients?.(parseOptions(entry, chosen.options ?? {}));
  return steps === undefined ? undefined : steps * factorOf(attacker);
}

/** Gradients for each that the attack asks for. */
const factorOf = (attacker: Attacker) =>
  gradientsPerStep(boostersOf(attacker)) *
  (attacker.ensemble === undefined ? 1 : ensembleByName(attacker.ensemble).gradientsPerStep);

/** Rows of scores and gradients of each model for each point of so many features and each budget, about. */
export function askedBy(attacker: Attacker, features: number, isAffine = false): Queries {
  const chosen = attackOf(attacker);
  // The strongest attack on affine scores is known without a search.
  if (!chosen && isAffine) return { scores: 1, gradients: 1 };
  const entry = chosen ? evasionByName(chosen.name) : lineSearch;
  const { scores, gradients } = entry.asks(parseOptions(entry, chosen?.options ?? {}), features);
  const starts = entry.capabilities.improves && !entry.capabilities.discrete ? 2 : 1;
  return { scores: starts * scores, gradients: starts * gradients * factorOf(attacker) };
}

/** Microseconds for a gradient of a model about which nothing is known. */
const GRADIENT = 30;
/** Scores take so much of the time of gradients. */
const SCORES = 0.5;
/** Microseconds beside the models, for rows that are asked about, and for a point at a budget to be judged. */
const [LEAST_OVERHEAD, JUDGING] = [8, 60];
/** Microseconds for what another model attacked beside says of a row to be brought together with the rest. */
const TOGETHER = 2;

/**
 * About how many seconds an attacker takes for a point of so many features at one budget, on one core; learners are
 * those of the models that are attacked together, undefined where they are not known.
 */
export function secondsPerPoint(
  attacker: Attacker,
  learners: readonly (string | undefined)[],
  features: number,
): number {
  const known = learners.map((name) => (name === undefined ? undefined : learnerByName(name)));
  const isAffine = known.every((learner) => learner?.capabilities.affine);
  const { scores, gradients } = askedBy(attacker, features, isAffine);
  const ofModels = known.reduce((sum, learner) => sum + (learner?.estimates.gradient ?? GRADIENT), 0);
  const chosen = attackOf(attacker);
  const ofAttack = (chosen && evasionByName(chosen.name).overhead) ?? LEAST_OVERHEAD;
  const own = ofAttack + TOGETHER * (learners.length - 1);
  const ofBoosters = boostersOf(attacker).reduce((sum, { booster }) => sum + (booster.overhead ?? 0), 0);
  const micro =
    JUDGING + gradients * (ofModels + learners.length * ofBoosters + own) + scores * (SCORES * ofModels + own);
  // What does not grow with the features is a tenth of it.
  return (micro / 1e6) * (0.1 + (0.9 * features) / 784);
}
