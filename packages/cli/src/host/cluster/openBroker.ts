// The broker that a run names.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { InputError } from "@carom/core";
import { type Broker, type Clock, leaseBroker } from "@carom/core/study";
import { isGone, type Owner, thisProcess } from "../owner.ts";
import type { StorePlace } from "../store.ts";
import { folderShelf } from "./folderShelf.ts";
import { objectShelf } from "./objectShelf.ts";
import { openObjects } from "./objects.ts";

/** The broker that is the store itself. */
export const LEASES = "leases";
/** The folder of a store that leases are in. */
const FOLDER = "cluster";
/** Milliseconds after which a machine counts as lost: shared file systems tell of changes up to a minute late. */
const PATIENCE = 120_000;

/** Seconds that a machine may say nothing, where the environment sets them. */
export const patienceVariable = "CAROM_LEASE_SECONDS";

/** Time as it passes. */
export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** @throws InputError for a broker that is not known */
export async function openBroker(address: string, { folder, bucket }: StorePlace): Promise<Broker> {
  if (address !== LEASES) {
    throw new InputError("unknown", `broker "${address}"`, {
      expected: LEASES,
      got: address,
      remedy: `name ${LEASES}: workers then find their tasks in the store`,
    });
  }
  const seconds = Number(process.env[patienceVariable]);
  const shelf =
    bucket === undefined ? folderShelf(join(folder, FOLDER)) : objectShelf(await openObjects(bucket), FOLDER);
  return leaseBroker(shelf, {
    self: JSON.stringify({ ...thisProcess(), token: randomUUID() } satisfies Owner & { readonly token: string }),
    patience: seconds > 0 ? 1000 * seconds : PATIENCE,
    isGone: (by) => isGone(JSON.parse(by) as Owner),
  });
}
