// Workers that are other machines: tasks are offered to them, and are done when their artifacts are in the store.

import { InputError } from "../../errors.ts";
import type { Provider } from "../../models/runtime.ts";
import type { Workers } from "../engine/execute.ts";
import { MissingInput, type Store } from "../engine/store.ts";
import type { Task } from "../engine/task.ts";
import { type Broker, type Clock, codeName, type Failure } from "./broker.ts";

interface BrokeredOptions {
  readonly provider: Provider;
  readonly clock: Clock;
  /** Told that nobody is there to compute, or that the broker is away. */
  onWarning(message: string): void;
}

/** Offered at once for each place to compute, so that no machine waits for the next, and at the least. */
const PER_PLACE = 3;
const FEWEST = 32;
/** Milliseconds between two looks at what is over, while tasks end and while none does. */
const [SOON, LATER] = [20, 1000];
/** The same where the broker tells of what is over: it may have forgotten something. */
const SELDOM = 2000;
/** Tasks about which the store is asked at once. */
const AT_ONCE = 32;
/** Milliseconds between two looks at who is there. */
const HOSTS = 5000;

/** A task that is waited for. */
interface Waiting {
  readonly task: Task;
  resolve(): void;
  reject(error: unknown): void;
}

/** Workers behind a broker. What they computed is seen in the store, whoever computed it. */
export function brokered(
  broker: Broker,
  store: Pick<Store, "has">,
  { provider, clock, onWarning }: BrokeredOptions,
): Workers & { close(): Promise<void> } {
  const code = codeName();
  const waiting = new Map<string, Waiting>();
  const over = new Set<string>();
  let isWatching = false;
  let closed = false;
  let places = 0;
  const offer = (task: Task) => broker.offer({ task, provider, code, deaths: 0 });
  const settling = new Set<string>();
  /** Settles a task that is no longer offered, or offers it again; returns whether it is over. */
  const settle = async (key: string): Promise<boolean> => {
    const each = waiting.get(key);
    if (!each || settling.has(key)) return false;
    settling.add(key);
    try {
      const isThere = await store.has(key);
      const failure = isThere ? undefined : await broker.failureOf(key);
      if (isThere || failure) {
        waiting.delete(key);
        over.add(key);
        if (failure) each.reject(errorOf(failure));
        else each.resolve();
        return true;
      }
      // Whoever had it, or what was offered, is gone without a trace.
      await offer(each.task);
      return false;
    } finally {
      settling.delete(key);
    }
  };
  /** Settles all that is over; returns how much was. */
  const settleAll = async (): Promise<number> => {
    const open = await broker.offered();
    const gone = [...waiting.keys()].filter((key) => !open.has(key));
    let over = 0;
    for (let from = 0; from < gone.length; from += AT_ONCE) {
      const settled = await Promise.all(gone.slice(from, from + AT_ONCE).map(settle));
      over += settled.filter(Boolean).length;
    }
    return over;
  };
  // What cannot be settled now is found at the next look.
  broker.listen?.((key) => void settle(key).catch(() => {}));
  const [soon, later] = broker.listen ? [SELDOM, SELDOM] : [SOON, LATER];
  const look = telling(broker, code, clock, onWarning);
  const watch = async () => {
    let pause = soon;
    let away = false;
    while (waiting.size > 0 && !closed) {
      try {
        pause = (await settleAll()) > 0 ? soon : Math.min(later, pause * 1.5);
        places = await look(waiting.size);
        away = false;
      } catch (error) {
        if (!away) onWarning(`the broker cannot be reached, trying again: ${(error as Error).message}`);
        away = true;
        pause = later;
      }
      if (waiting.size > 0) await clock.sleep(pause);
    }
    isWatching = false;
  };
  return {
    get count() {
      return Math.max(FEWEST, PER_PLACE * places);
    },
    goesOn: true,
    run(task) {
      return new Promise((resolve, reject) => {
        waiting.set(task.key, { task, resolve, reject });
        // What cannot be offered now is found missing, and offered then.
        void offer(task)
          .catch(() => {})
          .then(() => {
            if (isWatching) return;
            isWatching = true;
            void watch();
          });
      });
    },
    /** Takes back what is offered still, and clears away what is left of the rest. */
    async close() {
      closed = true;
      await Promise.all([...waiting.keys()].map((key) => broker.withdraw(key).catch(() => {})));
      if (over.size > 0) await broker.clear?.(over).catch(() => {});
      await broker.close();
    },
  };
}

/** Looks now and then who is there, and tells where nobody could compute; returns the places there are. */
function telling(broker: Broker, code: string, clock: Clock, onWarning: (message: string) => void) {
  let looked = Number.NEGATIVE_INFINITY;
  let places = 0;
  let told: "nothing" | "nobody" | "others" = "nothing";
  const started = clock.now();
  return async (waiting: number): Promise<number> => {
    if (clock.now() - looked < HOSTS) return places;
    looked = clock.now();
    const { hosts } = await broker.status();
    const able = hosts.filter((host) => host.code === code);
    places = able.reduce((sum, host) => sum + host.places, 0);
    // Workers that were started together with this command come in a moment.
    const isEarly = clock.now() - started < HOSTS;
    const found = able.length > 0 || isEarly ? "nothing" : hosts.length > 0 ? "others" : "nobody";
    if (found !== told && found === "others") {
      onWarning(
        `${waiting} tasks wait: ${hosts.length} workers are there, of another version than ${code}; ` +
          "install the same version there",
      );
    }
    if (found !== told && found === "nobody") {
      onWarning(
        `${waiting} tasks wait and no worker is there; start carom worker on some machine, with the same store`,
      );
    }
    told = found;
    return places;
  };
}

function errorOf(failure: Failure): Error {
  if ("missing" in failure) return new MissingInput(failure.missing);
  if ("inputError" in failure) return new InputError(...failure.inputError);
  return new Error(failure.fault);
}
