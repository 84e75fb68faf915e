// Reports: what studies found, as files of text, for whoever writes or shows them.

export { auditFiles } from "./auditFiles.ts";
export type { Content, Gzipped } from "./content.ts";
export { html, type Markup } from "./html.ts";
export type { RunFacts } from "./manifest.ts";
export { poisoningFiles } from "./poisoningFiles.ts";
export { type ReportInput, renderReport } from "./render.ts";
export { studyFiles } from "./studyFiles.ts";
export { sweepFiles, sweepStudyFiles } from "./sweepFiles.ts";
export { tableFiles } from "./tableFiles.ts";
