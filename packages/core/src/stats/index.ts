/**
 * `@carom/core/stats`: intervals, tests and measures of association, one in each file.
 *
 * @module stats
 */

// What intervals and tests return

export type { Interval, TestResult } from "./sample.ts";

// Samples described

export { mean, quantile, standardDeviation, standardError, variance } from "./describe.ts";
export { normalCdf, normalQuantile } from "./normal.ts";

// Intervals

export { type BootstrapOptions, bootstrap, bootstrapRepetitions } from "./bootstrap.ts";
export { type MeanIntervalOptions, meanInterval } from "./meanInterval.ts";
export { newcombe, newcombePaired, type PairedCounts } from "./newcombe.ts";
export { studentInterval } from "./student.ts";
export { wilson } from "./wilson.ts";

// Association

export { kendall } from "./kendall.ts";
export { mantel } from "./mantel.ts";
export { pearson } from "./pearson.ts";
export { confidenceBand, type RegressionLine, regression } from "./regression.ts";
export { spearman } from "./spearman.ts";

// Tests of pairs, and of many at once

export { mcnemar } from "./mcnemar.ts";
export { benjaminiHochberg, holm } from "./multiple.ts";
export { signTest } from "./signTest.ts";
export { pairedDifferences, tied } from "./ties.ts";
export { wilcoxon } from "./wilcoxon.ts";
