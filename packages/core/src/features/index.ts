/**
 * `@carom/core/features`: what is known of features, as a file says it: their kinds, their costs, and how they depend
 * on each other.
 *
 * @module features
 */

// What a file says of features

export { type FeatureRule, type FeatureSchema, featureJsonSchema, featureKinds, featureSchema } from "./schema.ts";

// The same, of the columns of a dataset

export { type Place, type PlaceIn, wayOnly } from "./place.ts";
export { featureNamesOf, type ResolvedColumn, type ResolvedFeatures, resolveFeatures } from "./resolve.ts";
export { robustSpread } from "./spread.ts";

// The same as a threat model

export type { TableRules } from "./rules.ts";
export { costNorm, costUnits, threatOfFeatures } from "./threat.ts";

// The same, as the rows of a dataset show it

export { type ColumnProposal, type FeatureProposal, proposeFeatures } from "./propose.ts";
export type { RelationProposal } from "./proposeRelations.ts";
export { writeProposal } from "./writeProposal.ts";

// Conditions that rows have to meet

export { type Broken, checkRows } from "./checkRows.ts";
export { evaluate, holds } from "./expression/evaluate.ts";
export { type Condition, columnsIn, type Expression } from "./expression/expression.ts";
export { parseCondition } from "./expression/parse.ts";
export { printCondition, printExpression, printName } from "./expression/print.ts";
