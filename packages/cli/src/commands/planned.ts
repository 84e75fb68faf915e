// The verbs that have tasks computed, but `fit`, which needs none of what these report with. Each needs most of what
// the others need, so the bundle keeps them together: a process that reads fifty files of its own for each verb begins
// later.

export { auditCommand } from "./audit.ts";
export { compareCommand } from "./compare.ts";
export { evadeCommand } from "./evade.ts";
export { explainCommand } from "./explain.ts";
export { poisonCommand } from "./poison.ts";
export { studyCommand } from "./study.ts";
export { sweepCommand } from "./sweep.ts";
