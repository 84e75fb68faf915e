// A store in which what one kind of device computed never answers for another.

import type { Provider } from "../../models/runtime.ts";
import type { Store } from "./store.ts";
import { hashJson } from "./task.ts";

/** The same store, its artifacts under keys of their own for a device that is no processor. */
export function placedStore(store: Store, provider: Provider): Store {
  if (provider === "cpu") return store;
  const placed = (key: string) => hashJson(["computed by", provider, key]);
  return {
    has: (key) => store.has(placed(key)),
    read: (key) => store.read(placed(key)),
    write: (key, artifact) => store.write(placed(key), artifact),
    room: (type, shape) => store.room(type, shape),
  };
}
