/**
 * `@carom/core/models`: what may be asked of a model, whoever made it: scores, losses and gradients, on an injected
 * runtime.
 *
 * @module models
 */

// The runtime that computes, and what it can take in one call

export { type Limits, processorLimits } from "./limits.ts";
export {
  type Compilable,
  type Ort,
  type Provider,
  type Runtime,
  type RuntimeIdentity,
  type RuntimeOptions,
  runtimeFrom,
  type Session,
  type SessionValue,
} from "./runtime.ts";
export { gradientDifference, requireSameGradients } from "./sameGradients.ts";

// A model: an ONNX graph and what an attack must know of it

export { type FileOptions, type Model, modelFromBytes, modelFromGraph } from "./model.ts";
export { NO_GRADIENTS, type Service } from "./service.ts";

// Scores and gradients of an opened model

export type { AscentResult, AscentTask } from "./ascent.ts";
export { type HessianProduct, openHessian } from "./hessian.ts";
export { type Differentiable, type InputGradient, type OpenModel, openModel, type Scorer } from "./open.ts";
export { predict } from "./predict.ts";
export { scoreRows } from "./scoreRows.ts";

// Losses of scores

export { rowsOfChunk } from "./limits.ts";
export { argMax, crossEntropy, type LossName, margin } from "./losses.ts";

// How a stranger's file is read

export type { InputPart } from "./inputNodes.ts";
export { kindsOf, type RowsOfInputs, rowsOfInputs } from "./inputs.ts";
export { countOperators, countParameters, type GradientKind, layoutOf, type OperatorCount } from "./inspect.ts";
export { isRowShape, type OpenSizes, withSizes } from "./openSizes.ts";
export { type Columns, type Reading, type ReadingOptions, readScores } from "./reading.ts";

// Data as it takes them

export { alignClasses, assumedOrder, requireClassesOf } from "./alignClasses.ts";
export { columnsFor, rowsFor, takenColumns } from "./rowsFor.ts";
export { withShape } from "./withShape.ts";

// What is suspicious of it

export { checkAnswers, checkModel } from "./checks.ts";
export type { ModelWarning } from "./modelWarning.ts";
export { roundingWarning } from "./rounding.ts";

// Models made of others

export { calibratedModel } from "./calibrated.ts";
export { onColumns, weightedColumns } from "./columns.ts";
export { cutAt, type Halves } from "./cut.ts";
export { type Normalization, normalizedModel } from "./normalized.ts";
export { classNamesIn, normalizationIn, sizesIn } from "./spelledOptions.ts";
