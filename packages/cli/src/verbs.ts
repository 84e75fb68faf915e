// The verbs: how help names each and says what it does, and the file that declares its options, loaded where asked for.

import type { Command } from "commander";

interface Verb {
  /** As the list of verbs shows it: its name, and what it takes. */
  readonly usage: string;
  readonly description: string;
  /** Gives what declares arguments and options on a command of that name. */
  load(): Promise<(command: Command) => Command>;
}

const planned = () => import("./commands/planned.ts");
const direct = () => import("./commands/direct.ts");

export const verbs: readonly Verb[] = [
  {
    usage: "audit [options]",
    description: "train surrogates, attack them, judge the attacks on a target, explain, report",
    load: async () => (await planned()).auditCommand,
  },
  {
    usage: "compare [options] <A> <B>",
    description: "audit two versions of a model on the same points, and tell where one is misled more often",
    load: async () => (await planned()).compareCommand,
  },
  {
    usage: "study [options] [file]",
    description: "run a grid of surrogates and targets from a study file; what is finished is never computed again",
    load: async () => (await planned()).studyCommand,
  },
  {
    usage: "fit [options] [learner]",
    description: "train one model and write it as ONNX",
    load: async () => (await import("./commands/fit.ts")).fitCommand,
  },
  {
    usage: "inspect [options] <model>",
    description: "what a model file holds: inputs, scores, operators with gradients; with data, what is suspicious",
    load: async () => (await direct()).inspectCommand,
  },
  {
    usage: "score [options]",
    description: "scores of a model on data, and its error with an interval",
    load: async () => (await direct()).scoreCommand,
  },
  {
    usage: "evade [options]",
    description: "craft points that a model gets wrong, within a budget",
    load: async () => (await planned()).evadeCommand,
  },
  {
    usage: "judge [options]",
    description:
      "count points that another tool crafted: how many mislead a model, and how far they are from their rows",
    load: async () => (await direct()).judgeCommand,
  },
  {
    usage: "poison [options] [learner]",
    description: "craft points that join the training data of a model and make it err",
    load: async () => (await planned()).poisonCommand,
  },
  {
    usage: "explain [options]",
    description: "why points crafted on some models mislead another: S, R, rho, V, first order, and a finding in words",
    load: async () => (await planned()).explainCommand,
  },
  {
    usage: "sweep [options] <learner>",
    description: "complexity of a learner against clean error, error under attack, gradient size S and variability V",
    load: async () => (await planned()).sweepCommand,
  },
  {
    usage: "pdf [options] <run>",
    description: "the report of a run and its figures as PDF, printed by a browser that is installed",
    load: async () => (await import("./commands/pdf.ts")).pdfCommand,
  },
  {
    usage: "data",
    description: "look at data, propose what holds of their columns, or fetch public ones",
    load: async () => (await direct()).dataCommand,
  },
  {
    usage: "store",
    description: "look after the store of finished work (CAROM_STORE)",
    load: async () => (await import("./commands/store.ts")).storeCommand,
  },
  {
    usage: "worker [options]",
    description: "compute tasks of commands that were started with --broker, here or on other machines",
    load: async () => (await import("./commands/worker.ts")).workerCommand,
  },
  {
    usage: "status [options]",
    description: "who computes for a store, and what waits",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
];
