// The store at its place: a folder, or a bucket with copies in a folder.

import { objectStore } from "./cluster/objectStore.ts";
import { openObjects } from "./cluster/objects.ts";
import { type DiskStore, diskStore, type StorePlace } from "./store.ts";

/**
 * @param onDamage told the path of a damaged artifact that was removed
 * @param held bytes of rows that are read at once, as `openArtifact` has them
 */
export async function openStore(
  { folder, bucket }: StorePlace,
  onDamage: (path: string) => void = () => {},
  held?: number,
): Promise<DiskStore> {
  const local = diskStore(folder, onDamage, held);
  return bucket === undefined ? local : objectStore(local, await openObjects(bucket));
}
