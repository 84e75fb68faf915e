/**
 * `@carom/core/attacks`: threat models, evasion and poisoning, and all that an attacker is made of.
 *
 * @module attacks
 */

// What an attacker may change, and by how much

export { l0, l0Of, l1, l2, linf, type Norm, normNames, norms } from "../threat/norm.ts";
export { precisionWarning } from "../threat/precision.ts";
export { scaledNorm } from "../threat/scaledNorm.ts";
export { type BudgetedThreat, checkThreat, type Direction, type ThreatModel } from "../threat/threat.ts";

// Points crafted on a model, for each budget

export {
  addCounts,
  type ChunksTask,
  type Crafting,
  craftInChunks,
  type MinimumChunksTask,
  minimumInChunks,
  type RuleCounts,
  ruleCounts,
} from "./evasion/chunks.ts";
export { type CraftTask, craftEvasion, type Strongest, strongestAttack } from "./evasion/craft.ts";
export { pointsOf } from "./latePoints.ts";
export type { Queries } from "./queries.ts";
export { runAttack } from "./run.ts";
export type { AttackResult, AttackTask, RuleOutcome } from "./task.ts";

// The smallest change that misleads

export { type MinimumResult, type MinimumTask, minimumEpsilon } from "./evasion/minimum.ts";
export { type SparseFlipsResult, type SparseFlipsTask, sparseFlips } from "./evasion/sparseFlips.ts";

// Who attacks, as data: attack, boosters, rule of an ensemble, objective

export {
  type AttackedPoints,
  type Attacker,
  attackerName,
  attackerSchema,
  type BuiltAttacker,
  buildAttacker,
  type Choice,
  defaultAttack,
  MOMENTUM,
} from "./attacker.ts";
export { gradientsPerSample } from "./attackerCost.ts";
export { attackerNamed, attackerParts } from "./attackerNames.ts";
export { type Objective, objectiveByName, objectives } from "./objective.ts";

// Evasion attacks

export { apgdAttack } from "./evasion/apgd.ts";
export { type BeamOptions, beamAttack } from "./evasion/beam.ts";
export { caaAttack } from "./evasion/caa.ts";
export { type CapgdOptions, capgdAttack } from "./evasion/capgd.ts";
export { type EvolutionOptions, evolutionAttack } from "./evasion/evolution.ts";
export { flipAttack } from "./evasion/flips.ts";
export { addEvasionAttack, evasionAttacks, evasionByName } from "./evasion/index.ts";
export { type LineSearchOptions, lineSearchAttack } from "./evasion/lineSearch.ts";
export { noiseAttack } from "./evasion/noise.ts";
export { type PgdOptions, pgdAttack } from "./evasion/pgd.ts";
export { withRestarts } from "./evasion/restarts.ts";
export { treesAttack } from "./evasion/trees.ts";
export { type UniversalOptions, universalAttack } from "./evasion/universal.ts";

// Boosters: other estimates of the gradients that an attack follows

export { addBooster, boosterByName, boosters } from "./boosters/index.ts";
export { withBoosters } from "./boosters/withBoosters.ts";

// Ensembles: several surrogates attacked at once

export { ensembleByName, ensembles } from "./ensembles/index.ts";

// Poisoning: points that join the training data

export { addPoisoningAttack, poisoningAttacks, poisoningByName } from "./poisoning/index.ts";
export { joinPoints, poisonCount, withPoison } from "./poisoning/points.ts";
export type { PoisoningAttack, PoisonPoints, PoisonResult, PoisonTask } from "./poisoning/task.ts";

// What attacks, boosters and rules are, for who writes one

export type { Attack, AttackContext, AttackState, Gradients, Points } from "./attack.ts";
export {
  type AnyBooster,
  type Boosted,
  type Booster,
  type ChosenBooster,
  chooseBooster,
  type Estimate,
  gradientsPerStep,
} from "./boosters/booster.ts";
export type { Ensemble } from "./ensembles/ensemble.ts";
export type { AttackedModel } from "./evasion/affine.ts";
export { type AnyEvasionAttack, buildEvasion, type EvasionAttack } from "./evasion/evasionAttack.ts";
export { nonFiniteSentence } from "./finite.ts";
export { type AnyPoisoningEntry, buildPoisoning } from "./poisoning/poisoningEntry.ts";
