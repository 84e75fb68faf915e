/**
 * `@carom/core`: what most programs need. All of each part is under a path of its own:
 *
 * - `@carom/core/onnx`: ONNX files read and written, graphs built and differentiated
 * - `@carom/core/data`: datasets, and how files of each format become one
 * - `@carom/core/features`: what is known of features, as a file says it
 * - `@carom/core/models`: scores, losses and gradients of a model, on an injected runtime
 * - `@carom/core/learners`: data and hyper-parameters in, an ONNX model out
 * - `@carom/core/attacks`: threat models, evasion and poisoning, and all that an attacker is made of
 * - `@carom/core/transfer`: how often attacks land on another model, and what explains why
 * - `@carom/core/stats`: intervals, tests and measures of association
 * - `@carom/core/study`: audits and studies as plans of tasks, stores, and what was found
 * - `@carom/core/figures`: results as SVG
 * - `@carom/core/report`: results as files of text, the HTML report among them
 * - `@carom/core/kinds`: each kind of study as one value, from its schema to its report
 *
 * Tensors, random streams and errors are here alone.
 *
 * @module core
 */

// Tensors and vectors

export type { Vector } from "./linalg.ts";
export {
  type ElementType,
  elementBytes,
  type FloatType,
  gatherRows,
  reshape,
  sizeOf,
  sliceRows,
  type Tensor,
  tensor,
  toFloat,
  toNumbers,
  viewOf,
  zeros,
} from "./tensor.ts";

// Rows that are read some at a time

export { type AnyRows, allRows, type Rows, type RowsRoom, roomInMemory, rowsOf } from "./rows.ts";

// Randomness that is keyed by what it is for

export { permutation, type Stream, stream } from "./random.ts";

// Faults of the input, options of registered things, the version

export { editDistance, InputError, type InputErrorCode, type InputErrorDetail, unknownName } from "./errors.ts";
export { type EntryWithOptions, parseOptions } from "./registry.ts";
export { VERSION } from "./version.ts";

// Data

export {
  type Dataset,
  type DatasetInput,
  dataset,
  denseRows,
  featureCount,
  rowCount,
  takeRows,
} from "./data/dataset.ts";
export type { Domain } from "./data/domain.ts";
export { splitHalves, stratifiedSplit, subsample } from "./data/split.ts";

// Models

export { argMax, crossEntropy, margin } from "./models/losses.ts";
export { type Model, modelFromBytes } from "./models/model.ts";
export { type Differentiable, type OpenModel, openModel, type Scorer } from "./models/open.ts";
export { predict } from "./models/predict.ts";
export { type Ort, type Runtime, runtimeFrom } from "./models/runtime.ts";
export { readModel, writeModel } from "./onnx/proto.ts";

// Learners

export { type FitOptions, type FittedModel, fit } from "./learners/fit.ts";
export type { AnyLearner, Learner } from "./learners/learner.ts";
export { learnerByName, learners } from "./learners/registry.ts";

// Attacks

export { type Attacker, buildAttacker } from "./attacks/attacker.ts";
export { type CraftTask, craftEvasion } from "./attacks/evasion/craft.ts";
export { evasionAttacks, evasionByName } from "./attacks/evasion/index.ts";
export { type MinimumResult, type MinimumTask, minimumEpsilon } from "./attacks/evasion/minimum.ts";
export { runAttack } from "./attacks/run.ts";
export type { AttackResult, AttackTask } from "./attacks/task.ts";
export { l1, l2, linf, type Norm, norms } from "./threat/norm.ts";
export type { BudgetedThreat, ThreatModel } from "./threat/threat.ts";

// How often attacks transfer, and why

export type { Interval } from "./stats/sample.ts";
export { gradientAlignments, gradientSizes } from "./transfer/gradients.ts";
export { errorRate, type OutcomeRates, type Outcomes, outcomeRates, type Rate } from "./transfer/rates.ts";

// Audits

export { type AuditInput, audit } from "./study/audit/audit.ts";
export type { AuditOutput } from "./study/audit/read.ts";
export { memoryStore, type Store } from "./study/engine/store.ts";
export type { AuditResult } from "./study/result.ts";
