// carom store: look after the folder that finished work is kept in.

import { bytesInWords } from "@carom/core/data";
import { Command } from "commander";
import { collectGarbage, type StoreSummary, storeFolder, verifyStore } from "../host/store.ts";
import { print, tell } from "../terminal/print.ts";
import { type CommonOptions, invalid, printJson, withCommonOptions } from "../ui/options.ts";

/** `carom store gc` and `carom store verify`. */
export function storeCommand(command: Command): Command {
  const gc = new Command("gc")
    .description("remove artifacts that have not been used for long, and what killed runs left half-written")
    .option("--days <number>", "how long is long", parseDays, 30)
    .action(async (options: CommonOptions & { readonly days: number }) => {
      report(await collectGarbage(storeFolder(), options.days), options, "unused for long");
    });
  const verify = new Command("verify")
    .description("check every artifact against its hash and remove the damaged ones")
    .action(async (options: CommonOptions) => {
      const damaged: string[] = [];
      const summary = await verifyStore(storeFolder(), (path) => damaged.push(path));
      for (const path of damaged) tell(`damaged artifact ${path} removed`);
      report(summary, options, "damaged");
    });
  return command.addCommand(withCommonOptions(gc)).addCommand(withCommonOptions(verify));
}

function report(summary: StoreSummary, { json }: CommonOptions, why: string): void {
  if (json) {
    printJson({ folder: storeFolder(), ...summary });
    return;
  }
  print(
    `${storeFolder()}: ${summary.artifacts} artifacts, ${bytesInWords(summary.bytes)}; ` +
      `removed ${summary.removed} that were ${why}, ${bytesInWords(summary.removedBytes)}\n`,
  );
}

function parseDays(text: string): number {
  const days = Number(text);
  if (text.trim() !== "" && days >= 0) return days;
  throw invalid("--days", "a number from 0", text, "for instance --days 7");
}
