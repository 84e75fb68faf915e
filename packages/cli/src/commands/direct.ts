// The verbs that look at data and models themselves, and need neither learners nor attacks.

export { dataCommand } from "./data.ts";
export { inspectCommand } from "./inspect.ts";
export { judgeCommand } from "./judge.ts";
export { scoreCommand } from "./score.ts";
