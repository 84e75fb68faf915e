// Operators of the domain `ai.onnx.ml` that are written out in standard ones; one file each.

import type { Rewrite } from "../rewrites/rewrite.ts";
import { ArrayFeatureExtractor } from "./arrayFeatureExtractor.ts";
import { Binarizer } from "./binarizer.ts";
import { FeatureVectorizer } from "./featureVectorizer.ts";
import { Imputer } from "./imputer.ts";
import { LinearClassifier } from "./linearClassifier.ts";
import { LinearRegressor } from "./linearRegressor.ts";
import type { Lowering } from "./lowering.ts";
import { Normalizer } from "./normalizer.ts";
import { OneHotEncoder } from "./oneHotEncoder.ts";
import { Scaler } from "./scaler.ts";
import { SVMClassifier } from "./svmClassifier.ts";
import { SVMRegressor } from "./svmRegressor.ts";

export const CLASSICAL = "ai.onnx.ml";

/** How each is written out, by its name. */
const operators: Readonly<Record<string, Lowering>> = {
  ArrayFeatureExtractor,
  Binarizer,
  FeatureVectorizer,
  Imputer,
  LinearClassifier,
  LinearRegressor,
  Normalizer,
  OneHotEncoder,
  SVMClassifier,
  SVMRegressor,
  Scaler,
};

/** The same by their full names. */
export const classical: Readonly<Record<string, Rewrite>> = Object.fromEntries(
  Object.entries(operators).map(([op, rewrite]) => [`${CLASSICAL}.${op}`, { rewrite }]),
);
