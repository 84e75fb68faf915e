// The command line: the verbs and what they share.

import { VERSION } from "@carom/core";
import { Command, Help } from "commander";
import { verbs } from "./verbs.ts";

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

/**
 * The command line; errors are thrown, never printed or exited on here. Verbs that are not wanted are only named, so
 * that their files need not be read.
 */
export async function createProgram(isWanted: (name: string) => boolean = () => true): Promise<Command> {
  const usages = new Map<string, string>();
  const program = new Command("carom")
    .description("How well do adversarial attacks transfer to a model, and why?")
    .version(VERSION)
    .addHelpText("after", more)
    .showHelpAfterError(false);
  for (const { usage, description, load } of verbs) {
    const [name] = usage.split(" ");
    usages.set(name, usage);
    const command = new Command(name).description(description);
    program.addCommand(isWanted(name) ? (await load())(command) : command);
  }
  prepare(program);
  const subcommandTerm = (command: Command) =>
    usages.get(command.name()) ?? Help.prototype.subcommandTerm.call(program.createHelp(), command);
  return program.configureHelp({ ...program.configureHelp(), subcommandTerm });
}

/** The verb that the words of a command line are about. */
export function verbAsked(words: readonly string[]): string | undefined {
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  return first === "help" ? second : first;
}

/** Makes a command and its subcommands throw, so that one place writes every message; help fits narrow terminals. */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ minWidthToWrap: 20 });
  for (const each of command.commands) prepare(each);
}
