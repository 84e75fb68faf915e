// The broker that a run names.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { InputError } from "@carom/core";
import { type Broker, type Clock, leaseBroker, type Shelf } from "@carom/core/study";
import { isGone, type Owner, thisProcess } from "../owner.ts";
import type { StorePlace } from "../store.ts";
import { folderShelf } from "./folderShelf.ts";
import { objectShelf } from "./objectShelf.ts";
import { openObjects } from "./objects.ts";
import { isRedis, redisBroker } from "./redisBroker.ts";

/** The broker that is the store itself. */
export const LEASES = "leases";
/** The folder of a store that leases are in. */
const FOLDER = "cluster";
/** Milliseconds after which a machine counts as lost: shared file systems tell of changes up to a minute late. */
const PATIENCE = 120_000;

/** Seconds that a machine may say nothing, where the environment sets them. */
const patienceVariable = "CAROM_LEASE_SECONDS";

/** Time as it passes. */
export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** @throws InputError for a broker that is not known */
export async function openBroker(address: string, place: StorePlace): Promise<Broker> {
  const seconds = Number(process.env[patienceVariable]);
  const patience = seconds > 0 ? 1000 * seconds : PATIENCE;
  const self = JSON.stringify({ ...thisProcess(), token: randomUUID() } satisfies Owner & { readonly token: string });
  if (isRedis(address)) return redisBroker(address, { self, patience, store: await storeName(place) });
  if (address !== LEASES) {
    throw new InputError("unknown", `broker "${address}"`, {
      expected: `${LEASES}, or the address of a server such as redis://host:6379`,
      got: address,
      remedy: `name ${LEASES}: workers then find their tasks in the store, and nothing has to be installed`,
    });
  }
  return leaseBroker(await shelfIn(place), {
    ...{ self, patience, clock },
    isGone: (by) => isGone(JSON.parse(by) as Owner),
  });
}

async function shelfIn({ folder, bucket }: StorePlace): Promise<Shelf> {
  return bucket === undefined ? folderShelf(join(folder, FOLDER)) : objectShelf(await openObjects(bucket), FOLDER);
}

/**
 * A name that a store keeps: machines may know its folder by different paths, and a server may serve several stores.
 */
async function storeName(place: StorePlace): Promise<string> {
  const shelf = await shelfIn(place);
  const name = "store/name";
  await shelf.create(name, randomUUID());
  return (await shelf.read(name)) ?? "unnamed";
}
