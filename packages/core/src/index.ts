// The public interface of @carom/core, by hand: what is not listed here is not public.

export type { Attack, AttackContext, AttackState, Gradients, Points } from "./attacks/attack.ts";
export {
  type AttackedPoints,
  type Attacker,
  attackerName,
  attackerSchema,
  type BuiltAttacker,
  buildAttacker,
  type Choice,
  defaultAttack,
  gradientsPerSample,
  MOMENTUM,
} from "./attacks/attacker.ts";
export { attackerNamed, attackerParts } from "./attacks/attackerNames.ts";
export {
  type AnyBooster,
  type Boosted,
  type Booster,
  type ChosenBooster,
  chooseBooster,
  type Estimate,
  gradientsPerStep,
} from "./attacks/boosters/booster.ts";
export { boosterByName, boosters } from "./attacks/boosters/index.ts";
export { withBoosters } from "./attacks/boosters/withBoosters.ts";
export type { Ensemble } from "./attacks/ensembles/ensemble.ts";
export { ensembleByName, ensembles } from "./attacks/ensembles/index.ts";
export type { AttackedModel } from "./attacks/evasion/affine.ts";
export { apgdAttack } from "./attacks/evasion/apgd.ts";
export {
  type ChunksTask,
  type Crafting,
  craftInChunks,
  type MinimumChunksTask,
  minimumInChunks,
  type Queries,
} from "./attacks/evasion/chunks.ts";
export {
  type CraftTask,
  craftEvasion,
  type Strongest,
  strongestAttack,
} from "./attacks/evasion/craft.ts";
export { type AnyEvasionAttack, buildEvasion, type EvasionAttack } from "./attacks/evasion/evasionAttack.ts";
export { flipAttack } from "./attacks/evasion/flips.ts";
export { evasionAttacks, evasionByName } from "./attacks/evasion/index.ts";
export { type LineSearchOptions, lineSearchAttack } from "./attacks/evasion/lineSearch.ts";
export { type MinimumResult, type MinimumTask, minimumEpsilon } from "./attacks/evasion/minimum.ts";
export { noiseAttack } from "./attacks/evasion/noise.ts";
export { type PgdOptions, pgdAttack } from "./attacks/evasion/pgd.ts";
export { withRestarts } from "./attacks/evasion/restarts.ts";
export { type SparseFlipsResult, type SparseFlipsTask, sparseFlips } from "./attacks/evasion/sparseFlips.ts";
export { type UniversalOptions, universalAttack } from "./attacks/evasion/universal.ts";
export { nonFiniteSentence } from "./attacks/finite.ts";
export { type Objective, objectiveByName, objectives } from "./attacks/objective.ts";
export { poisoningAttacks, poisoningByName } from "./attacks/poisoning/index.ts";
export { joinPoints, poisonCount, withPoison } from "./attacks/poisoning/points.ts";
export { type AnyPoisoningEntry, buildPoisoning } from "./attacks/poisoning/poisoningEntry.ts";
export type { PoisoningAttack, PoisonPoints, PoisonResult, PoisonTask } from "./attacks/poisoning/task.ts";
export { type AttackResult, type AttackTask, pointsOf, runAttack } from "./attacks/run.ts";
// Data
export { factorOfRanges, float32Doubt, VERY_DIFFERENT, wideBoxDoubt } from "./data/columnDoubts.ts";
export {
  type Dataset,
  type DatasetInput,
  dataset,
  denseRows,
  featureCount,
  rowCount,
  spreadRows,
  takeRows,
  withScaling,
} from "./data/dataset.ts";
export { type DatasetDescription, describeDataset } from "./data/describe.ts";
export { areImages, type Domain, observedDomain, sharedInterval, uniformDomain, wholeInterval } from "./data/domain.ts";
export { type BytesAs, meaningOfBytes } from "./data/features.ts";
export { readCsv } from "./data/formats/csv.ts";
export type { DataFile, DataFormat, DataOptions, DataParts } from "./data/formats/format.ts";
export { gunzip, mostInflated } from "./data/formats/gzip.ts";
export { idxReader, readIdx } from "./data/formats/idx.ts";
export { dataFormats, formatOf } from "./data/formats/index.ts";
export { readNpy, writeNpy } from "./data/formats/npy.ts";
export type { LabelArray } from "./data/formats/npyLabels.ts";
export { type NpzArchive, type NpzFile, openNpz, openNpzFile, writeNpz } from "./data/formats/npz.ts";
export { npzPieces } from "./data/formats/npzStream.ts";
export { readPickledDataset } from "./data/formats/pickledDataset.ts";
export { readSparseRows, readSvmlight, type SvmlightOptions, svmlightLine } from "./data/formats/svmlight.ts";
export { tarFiles } from "./data/formats/tar.ts";
export { type ByteSource, bytesSource, type Unpacker } from "./data/formats/zip.ts";
export { classPosition, withClasses } from "./data/labels.ts";
export { matchColumns } from "./data/matchColumns.ts";
export { requireDisjoint, sharedRows } from "./data/overlap.ts";
export { type DataReading, describeReading, readingParts } from "./data/reading.ts";
export { withSameBounds } from "./data/sameBounds.ts";
export { type ScalingRule, scalingRules } from "./data/scalingRule.ts";
export { selectColumns, takeColumns, withBinaryFeatures } from "./data/selectFeatures.ts";
export { columnNames, sideBySide } from "./data/sideBySide.ts";
export type { SparseRows } from "./data/sparse.ts";
export { splitHalves, stratifiedSplit, subsample } from "./data/split.ts";
export { type Separator, separatorNames, separators } from "./data/table/dialect.ts";
export { type Encoding, encodings } from "./data/table/encoding.ts";
export type { DecimalMark } from "./data/table/numbers.ts";
export type { TableOptions } from "./data/table/options.ts";
export { readTable } from "./data/table/readTable.ts";
export type { Table } from "./data/table/rows.ts";
export { rangeUnits } from "./data/units.ts";
// Faults of the input
export { editDistance, InputError, type InputErrorCode, type InputErrorDetail, unknownName } from "./errors.ts";
export { type Broken, checkRows } from "./features/checkRows.ts";
export { evaluate, holds, type Rows } from "./features/expression/evaluate.ts";
export { type Condition, columnsIn, type Expression } from "./features/expression/expression.ts";
export { parseCondition } from "./features/expression/parse.ts";
export { printCondition, printExpression, printName } from "./features/expression/print.ts";
export type { Place, PlaceIn } from "./features/place.ts";
export { featureNamesOf, type ResolvedColumn, type ResolvedFeatures, resolveFeatures } from "./features/resolve.ts";
export { type FeatureRule, type FeatureSchema, featureKinds, featureSchema } from "./features/schema.ts";
export { robustSpread } from "./features/spread.ts";
// Learners
export {
  type CrossValidated,
  type CrossValidation,
  type CrossValidationContext,
  crossValidate,
  gridOf,
} from "./learners/crossValidation.ts";
export { sizeOfTraining, type TrainingSize, whyInfeasible } from "./learners/feasible.ts";
export { type FitOptions, type FittedModel, fit } from "./learners/fit.ts";
export { learnerByName, learners } from "./learners/index.ts";
export type {
  AnyLearner,
  Complexity,
  Fit,
  FitContext,
  InnerSolver,
  Learner,
  Retraining,
  RetrainTask,
} from "./learners/learner.ts";
export { presetNames, presetOptions, presets } from "./learners/presets.ts";
export { describeScaling, isScaled } from "./learners/scaling.ts";
// Tensors and randomness
export type { Vector } from "./linalg.ts";
export type { AscentTask } from "./models/ascent.ts";
export { calibratedModel } from "./models/calibrated.ts";
export { checkAnswers, checkModel } from "./models/checks.ts";
// Models
export { onColumns, weightedColumns } from "./models/columns.ts";
export { cutAt, type Halves } from "./models/cut.ts";
export type { Doubt } from "./models/doubt.ts";
export { type HessianProduct, openHessian } from "./models/hessian.ts";
export { type InputPart, isRowShape, kindsOf, type OpenSizes, withSizes } from "./models/inputs.ts";
export {
  countOperators,
  countParameters,
  type GradientKind,
  layoutOf,
  type OperatorCount,
} from "./models/inspect.ts";
export { argMax, crossEntropy, type LossName, margin } from "./models/losses.ts";
export { type Model, modelFromBytes, modelFromGraph } from "./models/model.ts";
export { type Normalization, normalizedModel } from "./models/normalized.ts";
export { type Differentiable, type InputGradient, type OpenModel, openModel, type Scorer } from "./models/open.ts";
export { predict } from "./models/predict.ts";
export { type Columns, type Reading, type ReadingOptions, readScores } from "./models/reading.ts";
export {
  type Compilable,
  type Ort,
  type Provider,
  type Runtime,
  type RuntimeIdentity,
  type RuntimeOptions,
  runtimeFrom,
  type Session,
} from "./models/runtime.ts";
export { gradientDifference, requireSameGradients } from "./models/sameGradients.ts";
export { scoreRows } from "./models/scoreRows.ts";
export { NO_GRADIENTS, type Service } from "./models/service.ts";
// ONNX graphs: read, write, build, differentiate
export { GraphBuilder, modelOf, OPSET } from "./onnx/builder.ts";
export { type DifferentiateOptions, differentiate, gradientName } from "./onnx/differentiate.ts";
export type { Attribute, Graph, Node, OnnxModel, ValueInfo } from "./onnx/graph.ts";
export { operators } from "./onnx/ops/index.ts";
export { type ExternalData, type ReadOptions, readModel, writeModel } from "./onnx/proto.ts";
export { simplify } from "./onnx/simplify.ts";
export { permutation, type Stream, stream } from "./random.ts";
export { parseOptions } from "./registry.ts";
// Statistics
export { type BootstrapOptions, bootstrap, bootstrapRepetitions } from "./stats/bootstrap.ts";
export { mean, quantile, standardDeviation, standardError, variance } from "./stats/describe.ts";
export { kendall } from "./stats/kendall.ts";
export { mantel } from "./stats/mantel.ts";
export { type MeanIntervalOptions, meanInterval } from "./stats/meanInterval.ts";
export { benjaminiHochberg, holm } from "./stats/multiple.ts";
export { newcombe, newcombePaired } from "./stats/newcombe.ts";
export { normalCdf, normalQuantile } from "./stats/normal.ts";
export { pearson } from "./stats/pearson.ts";
export { confidenceBand, type RegressionLine, regression } from "./stats/regression.ts";
export type { Interval, TestResult } from "./stats/sample.ts";
export { signTest } from "./stats/signTest.ts";
export { spearman } from "./stats/spearman.ts";
export { pairedDifferences, tied } from "./stats/ties.ts";
export { wilcoxon } from "./stats/wilcoxon.ts";
export { wilson } from "./stats/wilson.ts";
export { type AttackerRow, attackerRows, SIMPLEST, sourceName } from "./study/audit/attackerRows.ts";
export {
  type AuditAttacker,
  DEFAULT_ATTACKERS,
  ENSEMBLE,
  type RivalledAttacker,
  suitable,
  withRivals,
} from "./study/audit/attackers.ts";
export {
  type AuditInput,
  type AuditMatrix,
  type AuditOutput,
  type AuditParts,
  type AuditQuestion,
  type AuditSamples,
  audit,
  mostQueries,
  planAudit,
  readAudit,
  TARGET,
} from "./study/audit/audit.ts";
export { imageShapeOf } from "./study/audit/exampleImages.ts";
export {
  decideGate,
  type GateBound,
  type GateFinding,
  type GateQuantity,
  type GateRule,
  type GateStatus,
  gateBounds,
  gateQuantities,
  gateStatuses,
  parseGateRule,
} from "./study/audit/gate.ts";
export {
  type ComparedAudit,
  type Increase,
  increases,
  readCompared,
  type StrongestPoints,
} from "./study/audit/increase.ts";
export type { SurrogateChoice } from "./study/audit/surrogateChoice.ts";
export type { Claim } from "./study/claim.ts";
// Studies: tasks, stores, and the questions that are made of them
export {
  type Artifact,
  artifactPieces,
  decodeArtifact,
  encodeArtifact,
  hashArtifact,
  type Json,
} from "./study/engine/artifact.ts";
export { type Codec, jsonCodec } from "./study/engine/codec.ts";
export { execute, type Progress, type Workers } from "./study/engine/execute.ts";
export { placedStore } from "./study/engine/placed.ts";
export { type Plan, type PlanBuilder, startPlan } from "./study/engine/plan.ts";
export { type Part, partAt, type Ref, type Values } from "./study/engine/reference.ts";
export { inProcess, runTask } from "./study/engine/runTask.ts";
export { MissingInput, memoryStore, readPart, readRef, type Store } from "./study/engine/store.ts";
export { hashJson, type Task, type TaskHost, type TaskKind } from "./study/engine/task.ts";
export type { AttackerGain, AttackerGains, GainExplained } from "./study/evasion/attackerGains.ts";
export type { NamedAttacker } from "./study/evasion/attackers.ts";
export { claimsOf } from "./study/evasion/claims.ts";
export { type Explained, type Explanation, explainStudy } from "./study/evasion/explain.ts";
export {
  type ExplainInput,
  explainModels,
  type LearnerVariability,
  type ModelsExplained,
  type NamedModel,
} from "./study/evasion/explainModels.ts";
export { type Matrix, type MatrixQuestion, type Participant, planFit, planMatrix } from "./study/evasion/matrix.ts";
export { planStudy, type StudyData } from "./study/evasion/plan.ts";
export { byAttacker, type CurvePoint, readStudy, type StudyCell, type StudyResult } from "./study/evasion/read.ts";
export { type Study, studySchema } from "./study/evasion/schema.ts";
export { type SmallestBudget, smallestBudgets } from "./study/evasion/smallestBudgets.ts";
export type { SurrogateVariability } from "./study/evasion/variability.ts";
export { type Evidence, evidenceOf, type Found } from "./study/evidence.ts";
export { adviceSentence, type Findings, findingsOf } from "./study/findings.ts";
export { type StudyKind, studyJsonSchema, studyKinds, studySchemas } from "./study/kinds.ts";
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
} from "./study/measured.ts";
export { nameOf, referenceBudget } from "./study/names.ts";
export { agreement, type Comparison, compareWithPrinted, printedCurve } from "./study/paper/paperNumbers.ts";
export { type SignificanceEntry, significanceOf } from "./study/paper/significance.ts";
export { compare, type Signs, signsOf, smallestPossibleP } from "./study/paper/signs.ts";
export { type TableResult, type TableStudy, tableSchema } from "./study/paper/tableStudy.ts";
export { type CraftQuestion, planCraft, requireClones, requirePoisonable } from "./study/poisoning/blocks.ts";
export { poisoningClaimsOf } from "./study/poisoning/claims.ts";
export { explainPoisoning, type PoisoningExplanation } from "./study/poisoning/explain.ts";
export {
  type PoisoningCell,
  type PoisoningMatrix,
  type PoisoningResult,
  planPoisoning,
  readPoisoning,
} from "./study/poisoning/plan.ts";
export type { PoisonCell, PoisonModel, PoisonTransfer } from "./study/poisoning/read.ts";
export { type PoisoningStudy, poisoningSchema } from "./study/poisoning/schema.ts";
export { type MeanCell, type MeanModel, meanCells, meanModels } from "./study/repetitionMeans.ts";
export type {
  AlignmentEstimate,
  AuditCell,
  AuditExample,
  AuditModel,
  AuditPair,
  AuditResult,
  OutputPair,
  TargetAdvice,
  Transfer,
} from "./study/result.ts";
export { atScale, restrict } from "./study/studyModels.ts";
export {
  planSweepStudy,
  readSweepStudy,
  type SweepStudy,
  type SweepStudyResult,
  sweepSchema,
} from "./study/sweep/plan.ts";
export {
  planSweep,
  readSweep,
  type SweepKeys,
  type SweepQuestion,
  type SweepResult,
  type SweptModel,
} from "./study/sweep/sweep.ts";
export {
  type BudgetUnits,
  type CraftOutcome,
  craft,
  type NormChoice,
  normIn,
  unitsOfBudgets,
} from "./study/tasks/craft.ts";
export { datasetCodec } from "./study/tasks/dataset.ts";
export { type CleanEvaluation, evaluateClean } from "./study/tasks/evaluateClean.ts";
export { fit as fitTask, modelCodec, type StoredModel } from "./study/tasks/fit.ts";
export { judge } from "./study/tasks/judge.ts";
export { type Block, type BlockFacts, blockCodec, displacements, joinBlocks } from "./study/tasks/poison.ts";
export { poisonJudge } from "./study/tasks/poisonJudge.ts";
export { type ServiceIdentity, serviceCodec } from "./study/tasks/queryTarget.ts";
export { VERSION } from "./study/version.ts";
export {
  type ElementType,
  type FloatType,
  gatherRows,
  reshape,
  sliceRows,
  type Tensor,
  tensor,
  toFloat,
  toNumbers,
  zeros,
} from "./tensor.ts";
// Threats and attacks
export { l1, l2, linf, type Norm, norms } from "./threat/norm.ts";
export { precisionDoubt } from "./threat/precision.ts";
export { scaledNorm } from "./threat/scaledNorm.ts";
export { type BudgetedThreat, checkThreat, type ThreatModel } from "./threat/threat.ts";
// Transfer: rates and metrics
export {
  type Advice,
  type Agreement,
  type Candidate,
  type Predictor,
  predictors,
  rankingAgreement,
  surrogateAdvice,
} from "./transfer/advice.ts";
export {
  type Association,
  type Correlation,
  type CorrelationPanel,
  correlationPanel,
  permutationPText,
} from "./transfer/correlations.ts";
export { cosineMatrix } from "./transfer/cosineMatrix.ts";
export { type Decomposition, decompose, decomposition, linearisedIncreases } from "./transfer/decomposition.ts";
export { cosines, type Directions, directions, perturbationDirections } from "./transfer/directions.ts";
export {
  type Finding,
  findingRules,
  type LimitingFactor,
  type PairFacts,
  pairFinding,
  targetFinding,
} from "./transfer/finding.ts";
export { gradientAlignments, gradientSizes, predictedIncreases } from "./transfer/gradients.ts";
export { type Knee, kneeOf, type SweepPoint } from "./transfer/knee.ts";
export {
  detectionScores,
  evasionRate,
  type OperatingPoint,
  operatingPoint,
  rowsOfClass,
} from "./transfer/operatingPoint.ts";
export { type OutputAlignment, type Outputs, outputAlignment } from "./transfer/outputAlignment.ts";
export { perturbationCorrelations } from "./transfer/perturbationCorrelation.ts";
export {
  errorRate,
  type OutcomeRates,
  type Outcomes,
  outcomeRates,
  type Rate,
  rate,
  type TargetedRate,
  targetedRate,
} from "./transfer/rates.ts";
export { inputGradientSizes, type SizeDefinition, sizeDefinitions } from "./transfer/sizeDefinitions.ts";
export { type Probes, probesAt, type Slopes, slopesAlong } from "./transfer/slopes.ts";
export { gradientTurning, largestCurvatures, type PowerIterationOptions } from "./transfer/smoothness.ts";
export {
  lossVariability,
  type Variability,
  type VariabilityDefinition,
  variabilityDefinitions,
} from "./transfer/variability.ts";
