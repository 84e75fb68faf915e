// The verbs that have tasks computed. Each needs most of what the others need, so the bundle keeps them together: a
// process that reads fifty files of its own for each verb begins later.

export { auditCommand } from "./audit.ts";
export { compareCommand } from "./compare.ts";
export { evadeCommand } from "./evade.ts";
export { explainCommand } from "./explain.ts";
export { fitCommand } from "./fit.ts";
export { poisonCommand } from "./poison.ts";
export { studyCommand } from "./study.ts";
export { sweepCommand } from "./sweep.ts";
