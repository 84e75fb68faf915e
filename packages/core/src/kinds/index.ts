/**
 * `@carom/core/kinds`: each kind of study as one value: what its file looks like, how it is planned, read, told and
 * drawn.
 *
 * @module kinds
 */

// Every kind by name

export {
  type AnyStudy,
  planOfData,
  type SingleStudy,
  studyJsonSchema,
  studyKinds,
  studySchemas,
} from "./registry.ts";

// Two versions of a model

export { type ComparisonQuestion, comparison, finishedComparison } from "./comparison.ts";

// What a kind is, and what is asked of one

export type { Content, Gzipped } from "../report/content.ts";
export type { RunFacts } from "../report/manifest.ts";
export type { AuditSubject } from "./audit.ts";
export { type Answer, type Asked, type Made, planOf, type StudyKind, type Told } from "./kind.ts";
export { oneSweep } from "./sweep.ts";
export { hashesOfTable, requirePairs, type TablePart } from "./table.ts";
