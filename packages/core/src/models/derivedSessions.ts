// Sessions of graphs derived from one model, such as those of its gradients: compiled when first asked for, and let go
// of where their weights together are more than may be held.

import { closeLongestUnused, type Held } from "./held.ts";
import { bytesIn, type Compilable, type Session } from "./runtime.ts";

/** The session of a graph, which takes two to four times the graph's bytes. */
interface HeldSession extends Held {
  readonly session: Promise<Session>;
  users: number;
}

interface DerivedSessions {
  /**
   * Does some work in the session of a graph.
   *
   * @param name which graph: it is written once, as long as its session is held
   */
  use<T>(name: string, write: () => Compilable, work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Sessions of graphs of up to `most` bytes in all, or a single one; those used longest ago are released first. */
export function derivedSessions(compile: (model: Compilable) => Promise<Session>, most: number): DerivedSessions {
  // From the one used longest ago to the last one.
  const held = new Map<string, HeldSession>();

  // Whoever asks for room is a user of what is to be compiled.
  const makeRoom = () =>
    closeLongestUnused(
      held,
      ({ bytes }) => bytes <= most,
      ({ session }) => release(session),
    );

  function hold(write: () => Compilable): HeldSession {
    const model = write();
    // Later, when it is among those held.
    const room = Promise.resolve().then(makeRoom);
    return { session: room.then(() => compile(model)), bytes: bytesIn(model), users: 0 };
  }

  return {
    async use(name, write, work) {
      const entry = held.get(name) ?? hold(write);
      held.delete(name);
      held.set(name, entry);
      entry.users++;
      try {
        return await work(await entry.session);
      } finally {
        entry.users--;
      }
    },
    async close() {
      for (const { session } of held.values()) await release(session);
      held.clear();
    },
  };
}

/** Releases a session, where there is one: that it could not be compiled was told to who asked for it. */
async function release(session: Promise<Session>): Promise<void> {
  const compiled = await session.catch(() => undefined);
  await compiled?.release();
}
