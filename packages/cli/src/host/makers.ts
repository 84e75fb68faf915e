// A store that knows by which runtimes what was read from it was computed: a run's manifest names them.

import type { Store } from "@carom/core";
import type { RuntimeIdentity } from "@carom/core/models";

export interface StoreWithMakers extends Store {
  /** The runtimes of the artifacts that were read, each once; artifacts that do not say have none. */
  makers(): readonly RuntimeIdentity[];
}

/** The same store, which remembers who computed what was read. */
export function withMakers(store: Store): StoreWithMakers {
  const makers = new Map<string, RuntimeIdentity>();
  return {
    ...store,
    async read(key) {
      const artifact = await store.read(key);
      if (artifact?.computedBy) makers.set(describeRuntime(artifact.computedBy), artifact.computedBy);
      return artifact;
    },
    makers: () => [...makers.values()],
  };
}

/** A runtime in words, equal for equal ones. */
function describeRuntime({ provider, version, device }: RuntimeIdentity): string {
  return `ONNX Runtime ${version} (${provider}) on ${device}`;
}

/** What is told where results of other runtimes answer beside those of this one; undefined where none do. */
export function otherMakers(makers: readonly RuntimeIdentity[], own: RuntimeIdentity): string | undefined {
  const others = makers.map(describeRuntime).filter((each) => each !== describeRuntime(own));
  if (others.length === 0) return undefined;
  return (
    `results in the store were computed by ${others.join(", ")}: their last bits may differ from those of this ` +
    "machine"
  );
}
