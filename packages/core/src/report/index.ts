/**
 * `@carom/core/report`: what studies found as files of text, for whoever writes or shows them.
 *
 * @module report
 */

// All files of a run, by name

export { auditFiles } from "./auditFiles.ts";
export { comparisonFiles } from "./comparisonFiles.ts";
export { poisoningFiles } from "./poisoningFiles.ts";
export { studyFiles } from "./studyFiles.ts";
export { sweepFiles, sweepStudyFiles } from "./sweepFiles.ts";
export { tableFiles } from "./tableFiles.ts";

// A page by itself

export { type ReportInput, renderOpened, renderReport } from "./render.ts";

// The data dictionary: every file, and every column of a table

export { headerOf, type OutputFile, outputFiles, type TableColumns, tables } from "./outputs.ts";

// What trackers of experiments keep

export { type Tracked, withEnds } from "./tracked.ts";

// What files are made from, and what they hold

export type { Content, Gzipped } from "./content.ts";
export type { RunFacts } from "./manifest.ts";
