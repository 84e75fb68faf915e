/**
 * `@carom/core/learners`: data and hyper-parameters in, an ONNX model out.
 *
 * @module learners
 */

// Fitting

export { type FitOptions, type FittedModel, fit } from "./fit.ts";

// What there is to fit

export { addLearner, learnerByName, learners } from "./registry.ts";

// Hyper-parameters: those of the paper, and those that cross-validation chooses

export {
  type CrossValidated,
  type CrossValidation,
  type CrossValidationContext,
  crossValidate,
  gridOf,
} from "./crossValidation.ts";
export { presetNames, presetOptions, presets } from "./presets.ts";

// What a learner is, for who writes one

export type {
  AnyLearner,
  Complexity,
  Fit,
  FitContext,
  InnerSolver,
  Learner,
  Retraining,
  RetrainTask,
} from "./learner.ts";
export { type LinearFunction, linearModel } from "./linearModel.ts";

// What a training takes, and how features are scaled

export { whyInfeasible } from "./feasible.ts";
export { describeScaling, isScaled } from "./scaling.ts";
export { sizeOfTraining, type TrainingSize } from "./trainingSize.ts";

// Loops that hosts compile, for who writes a solver or a runtime

export { type Code, f64x2, i32, type Variable, wasmFunction, wasmModule, whileTrue } from "../assembler.ts";
export { type HostedLoops, lentLoops } from "../hostedLoops.ts";
