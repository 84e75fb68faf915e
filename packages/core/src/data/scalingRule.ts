// How learners map features to [0, 1] before they learn.

/**
 * By the bounds of the domain; by the least and greatest value of each column in the rows learned from; or not at all.
 */
export const scalingRules = ["bounds", "columns", "none"] as const;
/** The name of a rule by which features are scaled. */
export type ScalingRule = (typeof scalingRules)[number];
