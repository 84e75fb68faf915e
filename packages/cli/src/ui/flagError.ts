// What the argument parser rejects, told in the sentence that every fault of the input has.

import { InputError, unknownName } from "@carom/core";
import type { Command, CommanderError } from "commander";

/** The InputError that says what a parser's error says. */
export function flagError(error: CommanderError, program: Command, argv: readonly string[]): InputError {
  try {
    const quoted = /'([^']+)'/.exec(error.message)?.[1] ?? "";
    const command = chosenCommand(program, argv);
    switch (error.code) {
      case "commander.unknownOption":
        return unknownName(`option of ${command.name()}`, quoted, optionsOf(command));
      case "commander.unknownCommand":
        return unknownName("verb", quoted, verbsOf(command));
      case "commander.help":
        return unknownName("verb", "", verbsOf(command));
      default:
        return new InputError("invalid", `arguments of ${command.name()}`, {
          expected: `what "${usageOf(command)}" says`,
          got: error.message.replace(/^error: /, ""),
          remedy: "see --help",
        });
    }
  } catch (thrown) {
    return thrown as InputError;
  }
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long ? [long] : [])).concat("--help");
}

function verbsOf(command: Command): string[] {
  return command.commands.map((each) => each.name());
}

/** The innermost command that the arguments name. */
function chosenCommand(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv.slice(2)) {
    const next = command.commands.find((each) => each.name() === word);
    if (!next) break;
    command = next;
  }
  return command;
}

function usageOf(command: Command): string {
  const parents = command.parent ? `${command.parent.name()} ` : "";
  return `${parents}${command.name()} ${command.usage()}`;
}
