// What the argument parser rejects, told in the sentence that every fault of the input has.

import { InputError, unknownName } from "@carom/core";
import type { Command, CommanderError } from "commander";

/** The InputError that says what a parser's error says. */
export function flagError(error: CommanderError, program: Command, argv: readonly string[]): InputError {
  try {
    const quoted = /'([^']+)'/.exec(error.message)?.[1]?.replace(/=.*/s, "") ?? "";
    const command = chosenCommand(program, argv);
    const name = pathOf(command);
    const remedy = `see ${name} --help`;
    switch (error.code) {
      case "commander.unknownOption":
        return unknownName(`option of ${name}`, quoted, optionsOf(command));
      case "commander.unknownCommand":
        return unknownName(kindOf(command), quoted, verbsOf(command));
      case "commander.help":
        return new InputError("missing", kindOf(command), {
          expected: `one of ${verbsOf(command).join(", ")}`,
          got: "none",
          remedy,
        });
      case "commander.missingMandatoryOptionValue":
      case "commander.missingArgument":
        return new InputError("missing", `argument of ${name}`, { expected: quoted, got: "none", remedy });
      case "commander.optionMissingArgument":
        return new InputError("missing", `value of ${quoted.split(" ")[0]}`, { expected: quoted, got: "none", remedy });
      default:
        return new InputError("invalid", `arguments of ${name}`, {
          expected: `${name} ${command.usage()}`,
          got: withoutHeaders(argv.slice(2)).join(" "),
          remedy,
        });
    }
  } catch (thrown) {
    return thrown as InputError;
  }
}

/** Arguments without the values of --header: where one is not quoted, its parts are arguments of their own. */
function withoutHeaders(words: readonly string[]): string[] {
  let hidden = false;
  return words.flatMap((word) => {
    if (word.startsWith("--")) hidden = word.startsWith("--header");
    else if (hidden) return [];
    return [hidden ? "--header ..." : word];
  });
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long ? [long] : [])).concat("--help");
}

function verbsOf(command: Command): string[] {
  return command.commands.map((each) => each.name());
}

function kindOf(command: Command): string {
  return command.parent ? `verb of ${pathOf(command)}` : "verb";
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

/** "carom data info" */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
