/**
 * `@carom/core/study`: questions that become plans of pure tasks, stores that keep what was computed, and what was
 * found.
 *
 * @module study
 */

// An audit: how much of a target falls to attacks on surrogates

export { attackerKnows } from "./audit/attackerKnows.ts";
export {
  ALL_ATTACKERS,
  type AttackerNames,
  attackersFor,
  defaultAttackers,
  ENSEMBLE,
  everyAttacker,
  FAMILIES,
  requireSuited,
  type StandIn,
  standInOf,
  suitable,
  withRivals,
} from "./audit/attackers.ts";
export { type AuditInput, audit } from "./audit/audit.ts";
export { budgetUnitsOf, defaultBudget, defaultBudgets } from "./audit/budgets.ts";
export { type AuditChoices, type ChoosingBy, type ChosenAudit, chooseAudit } from "./audit/choices.ts";
export { type AuditMatrix, mostQueries, planAudit } from "./audit/plan.ts";
export { pointsToSend } from "./audit/pointsToSend.ts";
export type { AuditParts, AuditQuestion } from "./audit/question.ts";
export { type AuditOutput, readAudit } from "./audit/read.ts";
export type { AuditSamples } from "./audit/samples.ts";
export { type AuditStudy, auditSchema } from "./audit/schema.ts";
export { strongestTried } from "./audit/strongest.ts";
export type { SurrogateChoice } from "./audit/surrogateChoice.ts";
export { type AskedSurrogate, type Surrogates, surrogatesFor } from "./audit/surrogates.ts";
export type { AuditAttacker, RivalledAttacker } from "./namedAttacker.ts";

// What an audit found

export { type AttackerRow, attackerRows, SIMPLEST, sourceName } from "./audit/attackerRows.ts";
export { imageShapeOf } from "./audit/exampleImages.ts";
export { metricsIn, readAuditResult } from "./audit/resultSchema.ts";
export { adviceSentence, type Findings, findingsOf } from "./findings.ts";
export type {
  AlignmentEstimate,
  AuditCell,
  AuditModel,
  AuditPair,
  AuditResult,
  ExampleImage,
  OutputPair,
  TargetAdvice,
  Transfer,
} from "./result.ts";

// Gates: whether an audit passes

export {
  type AuditGate,
  decideGate,
  type GateBound,
  type GateFinding,
  type GateStatus,
  gateBounds,
  gateStatuses,
} from "./audit/gate.ts";
export { type GateQuantity, type GateRule, gateQuantities, parseGateRule } from "./audit/gateRule.ts";
export {
  type ComparedAudit,
  type Increase,
  increases,
  readCompared,
  type TargetSamples,
} from "./audit/increase.ts";

// Two versions of a model on the same points

export { type AuditedVersion, type NamedClasses, requireSameClasses } from "./audit/auditedVersion.ts";
export { type ChangedPoint, changedPoints } from "./audit/changedPoints.ts";
export { type ComparisonGate, type ComparisonOutput, compared, type Versions } from "./audit/compared.ts";
export {
  type AuditComparison,
  type ComparedCell,
  compareAudits,
  type PairedErrorsAt,
} from "./audit/comparison.ts";
export { comparisonSummary } from "./audit/comparisonSummary.ts";
export type { PairedErrors } from "./audit/pairedErrors.ts";

// What studies have in common

export {
  type FileChoice,
  fileChoice,
  type GivenChoice,
  isLearner,
  type LearnerChoice,
  type ModelChoice,
  type ServiceChoice,
  serviceChoice,
} from "./modelChoice.ts";
export { hashesOf, type StudyData, type StudyFile, type StudyModel } from "./studyData.ts";
export { atScale, type GivenModel, restrict } from "./studyModels.ts";

// Evasion: a grid of surrogates, targets, attackers and budgets

export type { AttackerGain, AttackerGains, GainExplained } from "./evasion/attackerGains.ts";
export { type BlocksQuestion, type CraftedBlock, planCraftBlocks, planSmallestBlocks } from "./evasion/blocks.ts";
export { claimsOf } from "./evasion/claims.ts";
export { explainStudy } from "./evasion/explain.ts";
export { type Matrix, planMatrix } from "./evasion/matrix.ts";
export type { MatrixQuestion, Participant } from "./evasion/matrixQuestion.ts";
export { planStudy } from "./evasion/plan.ts";
export { planFit } from "./evasion/planFit.ts";
export { byAttacker, readStudy } from "./evasion/read.ts";
export type { CurvePoint, Explained, Explanation, StudyCell, StudyResult } from "./evasion/result.ts";
export { type Study, studySchema } from "./evasion/schema.ts";
export { type SmallestBudget, smallestBudgets } from "./evasion/smallestBudgets.ts";
export type { SurrogateVariability } from "./evasion/variability.ts";
export type { NamedAttacker } from "./namedAttacker.ts";

// Models that are at hand, explained in pairs

export {
  type ExplainInput,
  type ExplainQuestion,
  explainModels,
  type LearnerVariability,
  type ModelsExplained,
  type NamedModel,
  type PlannedExplanation,
  planExplanation,
} from "./evasion/explainModels.ts";

// Poisoning: a grid of surrogates, targets and fractions

export { type CraftQuestion, planCraft, requireClones, requirePoisonable } from "./poisoning/blocks.ts";
export { poisoningClaimsOf } from "./poisoning/claims.ts";
export { explainPoisoning } from "./poisoning/explain.ts";
export { type PoisoningMatrix, planPoisoning } from "./poisoning/plan.ts";
export { readPoisoning } from "./poisoning/read.ts";
export type {
  PoisonCell,
  PoisoningCell,
  PoisoningExplanation,
  PoisoningResult,
  PoisonModel,
  PoisonTransfer,
} from "./poisoning/result.ts";
export { type PoisoningStudy, poisoningSchema } from "./poisoning/schema.ts";

// Sweeps: one option of a learner through its values

export {
  planSweepStudy,
  readSweepStudy,
  type SweepStudy,
  type SweepStudyResult,
  sweepSchema,
} from "./sweep/plan.ts";
export {
  planSweep,
  readSweep,
  type SweepKeys,
  type SweepQuestion,
  type SweepResult,
  type SweptModel,
} from "./sweep/sweep.ts";

// What all grids measure, claim and average

export type { Claim } from "./claim.ts";
export { type Evidence, evidenceOf, type Found } from "./evidence.ts";
export {
  type Budgeted,
  budgetOf,
  cellAt,
  isWhole,
  type Measured,
  type MeasuredCell,
  type MeasuredModel,
  rateIn,
  transferRateOf,
} from "./measured.ts";
export { modelId, nameOf, referenceBudget, TARGET } from "./names.ts";
export { type MeanCell, type MeanModel, meanCells, meanModels } from "./repetitionMeans.ts";

// Beside the paper's own numbers

export { agreement, compareWithPrinted, printedCurve } from "./paper/compareWithPaper.ts";
export type { Comparison } from "./paper/paperNumbers.ts";
export { type SignificanceEntry, significanceOf } from "./paper/significance.ts";
export { compare, type Signs, signsOf, smallestPossibleP } from "./paper/signs.ts";
export { type TableResult, type TableStudy, tableSchema } from "./paper/tableStudy.ts";

// Plans: tasks that refer to each other by keys

export { execute, type Progress, type Workers } from "./engine/execute.ts";
export { type Plan, type PlanBuilder, startPlan } from "./engine/plan.ts";
export { type Part, partAt, type Ref, type Values } from "./engine/reference.ts";
export { inProcess, runTask, type Services } from "./engine/runTask.ts";
export { hashJson, type Task, type TaskHost, type TaskKind } from "./engine/task.ts";

// Trainings in parts

export { type FoldsQuestion, type PlannedFolds, planFolds, planTrees } from "./parts.ts";

// Stores: artifacts by their key

export { hashWith } from "../hash.ts";
export {
  type Artifact,
  artifactPieces,
  decodeArtifact,
  encodeArtifact,
  hashArtifact,
  type Json,
  openArtifact,
} from "./engine/artifact.ts";
export { type Codec, jsonCodec } from "./engine/codec.ts";
export { placedStore } from "./engine/placed.ts";
export { MissingInput, memoryStore, presence, readPart, readRef, type Store } from "./engine/store.ts";

// Several machines: a broker hands tasks from who wants them to who computes them

export {
  type Broker,
  type BrokerStatus,
  type Clock,
  codeName,
  type Failure,
  type Host,
  lostTooOften,
  MOST_LOST,
  type Offer,
  type Taken,
} from "./cluster/broker.ts";
export { brokered } from "./cluster/brokered.ts";
export { leaseBroker } from "./cluster/leases.ts";
export { Death, serve } from "./cluster/serve.ts";
export { type Aged, memoryShelf, type Shelf } from "./cluster/shelf.ts";

// Kinds of task

export { craft } from "./tasks/craft.ts";
export type { CraftingParameters } from "./tasks/crafting.ts";
export type { CraftOutcome } from "./tasks/craftOutcome.ts";
export { datasetCodec } from "./tasks/dataset.ts";
export { type CleanEvaluation, evaluateClean } from "./tasks/evaluateClean.ts";
export { fit as fitTask, modelCodec, type StoredModel } from "./tasks/fit.ts";
export { judge } from "./tasks/judge.ts";
export { type BudgetUnits, type NormChoice, normIn, threatIn, unitsOfBudgets } from "./tasks/normChoice.ts";
export { type Block, type BlockFacts, blockCodec, displacements, joinBlocks } from "./tasks/poison.ts";
export { type PoisonVerdict, poisonJudge } from "./tasks/poisonJudge.ts";
export { type ServiceIdentity, serviceCodec } from "./tasks/queryTarget.ts";
export type { SmallestOutcome } from "./tasks/smallestBudget.ts";
