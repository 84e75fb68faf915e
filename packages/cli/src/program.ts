// The verbs and what they share.

import { VERSION } from "@carom/core";
import { Command } from "commander";
import { auditCommand } from "./commands/audit.ts";
import { compareCommand } from "./commands/compare.ts";
import { dataCommand } from "./commands/data.ts";
import { evadeCommand } from "./commands/evade.ts";
import { explainCommand } from "./commands/explain.ts";
import { fitCommand } from "./commands/fit.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { judgeCommand } from "./commands/judge.ts";
import { pdfCommand } from "./commands/pdf.ts";
import { poisonCommand } from "./commands/poison.ts";
import { scoreCommand } from "./commands/score.ts";
import { statusCommand } from "./commands/status.ts";
import { storeCommand } from "./commands/store.ts";
import { studyCommand } from "./commands/study.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { workerCommand } from "./commands/worker.ts";

const more = `
Begin with the demonstration, which needs nothing:
  carom audit

Variables of the environment:
  CAROM_STORE          place of finished work: a folder, or s3://BUCKET/PREFIX
  CAROM_DATA           folder of public data
  CAROM_MEMORY         gigabytes that a process may take; half of all if unset
  CAROM_LIMITS         larger limits of files and answers, such as classes=1e5
  CAROM_MODEL_SECONDS  processor seconds of one computation; 600 if unset

Exit status:
  0    done
  1    a fault of carom
  2    a fault of the input, told in one sentence
  3    a gate (--fail-if) that failed
  130  interrupted`;

/** The whole command line; errors are thrown, never printed or exited on here. */
export function createProgram(): Command {
  const program = new Command("carom")
    .description("How well do adversarial attacks transfer to a model, and why?")
    .version(VERSION)
    .addHelpText("after", more)
    .showHelpAfterError(false);
  const verbs = [
    auditCommand(),
    compareCommand(),
    studyCommand(),
    fitCommand(),
    inspectCommand(),
    scoreCommand(),
    evadeCommand(),
    judgeCommand(),
    poisonCommand(),
    explainCommand(),
    sweepCommand(),
    pdfCommand(),
    dataCommand(),
    storeCommand(),
    workerCommand(),
    statusCommand(),
  ];
  for (const command of verbs) program.addCommand(command);
  prepare(program);
  return program;
}

/** Makes a command and its subcommands throw, so that one place writes every message; help fits narrow terminals. */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ minWidthToWrap: 20 });
  for (const each of command.commands) prepare(each);
}
