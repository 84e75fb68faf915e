// carom status: who computes for a store, and what waits.

import { codeName } from "@carom/core/study";
import type { Command } from "commander";
import { LEASES, openBroker } from "../host/cluster/openBroker.ts";
import { storePlace } from "../host/store.ts";
import { print } from "../terminal/print.ts";
import { type ClusterOptions, withClusterOptions } from "../ui/clusterOptions.ts";
import { printJson } from "../ui/options.ts";

/** `carom status`. */
export function statusCommand(command: Command): Command {
  command.option("--json", "print one JSON document on standard output and nothing else there").action(run);
  return withClusterOptions(command);
}

async function run({ broker = LEASES, json }: ClusterOptions & { readonly json?: boolean }): Promise<void> {
  const place = storePlace();
  const store = place.bucket ?? place.folder;
  const open = await openBroker(broker, place);
  const status = await open.status();
  await open.close();
  if (json) {
    printJson({ store, ...status });
    return;
  }
  const code = codeName();
  const hosts = status.hosts.map(
    ({ name, pid, places, code: theirs }) =>
      `  ${name}, process ${pid}: ${places} at a time${theirs === code ? "" : `; of another version, ${theirs}`}\n`,
  );
  const { offered, taken, failed } = status;
  print(
    `${store}: ${offered} tasks offered, ${taken} of them being computed, ${failed} failed\n` +
      `${hosts.length === 0 ? "no workers\n" : `workers:\n${hosts.join("")}`}`,
  );
}
