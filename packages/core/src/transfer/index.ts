/**
 * `@carom/core/transfer`: how often attacks land on another model, and the quantities that explain why.
 *
 * @module transfer
 */

// How often

export {
  detectionScores,
  evasionRate,
  type OperatingPoint,
  operatingPoint,
  rowsOfClass,
} from "./operatingPoint.ts";
export {
  errorRate,
  type OutcomeRates,
  type Outcomes,
  outcomeRates,
  type Rate,
  rate,
  type TargetedRate,
  targetedRate,
} from "./rates.ts";

// S: how large input gradients are

export { gradientAlignments, gradientSizes, predictedIncreases } from "./gradients.ts";
export { inputGradientSizes, type SizeDefinition, sizeDefinitions } from "./sizeDefinitions.ts";

// R and rho: how much two models point the same way

export { cosineMatrix } from "./cosineMatrix.ts";
export { cosines, type Directions, directions, perturbationDirections } from "./directions.ts";
export { type OutputAlignment, type Outputs, outputAlignment } from "./outputAlignment.ts";
export { perturbationCorrelations } from "./perturbationCorrelation.ts";
export { type Probes, probesAt, type Slopes, slopesAlong } from "./slopes.ts";

// V: how much a loss depends on the training sample

export {
  lossVariability,
  type Variability,
  type VariabilityDefinition,
  variabilityDefinitions,
} from "./variability.ts";

// What is lost between model and model

export { type Decomposition, decompose, decomposition, linearisedIncreases } from "./decomposition.ts";
export { gradientTurning, largestCurvatures, type PowerIterationOptions } from "./smoothness.ts";

// What goes with transfer, and what that says

export {
  type Association,
  type Correlation,
  type CorrelationPanel,
  correlationPanel,
  permutationPText,
} from "./correlations.ts";
export {
  type Finding,
  findingRules,
  type LimitingFactor,
  type PairFacts,
  pairFinding,
  targetFinding,
} from "./finding.ts";
export { type Knee, kneeOf, type SweepPoint } from "./knee.ts";

// Which surrogate to choose

export {
  type Advice,
  type Agreement,
  type Candidate,
  type Predictor,
  predictors,
  rankingAgreement,
  surrogateAdvice,
} from "./advice.ts";
