// The store at its place: a folder, or a bucket with copies in a folder.

import { objectStore } from "./cluster/objectStore.ts";
import { openObjects } from "./cluster/objects.ts";
import { type DiskStore, diskStore, type StorePlace } from "./store.ts";

/** @param onDamage told the path of a damaged artifact that was removed */
export async function openStore(
  { folder, bucket }: StorePlace,
  onDamage: (path: string) => void = () => {},
): Promise<DiskStore> {
  const local = diskStore(folder, onDamage);
  return bucket === undefined ? local : objectStore(local, await openObjects(bucket));
}
