// Options of commands that other machines may work for.

import type { Command } from "commander";
import { LEASES } from "../host/cluster/openBroker.ts";
import { useStore } from "../host/store.ts";

export interface ClusterOptions {
  readonly broker?: string;
}

/** Adds --store. */
function withStoreOption(command: Command): Command {
  return command.option(
    "--store <place>",
    "where finished work is kept, which several machines may share: a folder, or s3://BUCKET/PREFIX; " +
      "CAROM_STORE where absent",
    useStore,
  );
}

/** Adds --store and --broker. */
export function withClusterOptions(command: Command): Command {
  return withStoreOption(command).option(
    "--broker <place>",
    `what hands tasks to carom worker, here or on other machines: ${LEASES}, texts in the store, or ` +
      "redis://HOST:PORT; where absent " +
      "this command computes",
  );
}
