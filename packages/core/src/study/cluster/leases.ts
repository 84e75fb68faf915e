// A broker that needs no service: offers, leases and failures are small texts beside the artifacts.
//
// A lease is a text that only one machine can create, and that it writes again while it computes. One that grew old is
// taken over, by replacing what was read of it. Should two machines compute the same task all the same, one of them
// frozen and revived, they write the same artifact.

import {
  type Broker,
  type Clock,
  type Failure,
  type Host,
  lostTooOften,
  MOST_LOST,
  type Offer,
  type Taken,
} from "./broker.ts";
import type { Shelf } from "./shelf.ts";

/** Who has a task, and how many had it before and were lost. */
interface Lease {
  /** Differs between any two times that a task is taken. */
  readonly token: string;
  readonly by: string;
  readonly lost: number;
}

interface LeaseOptions {
  /** What this process is known by, among all that ever use the shelf. */
  readonly self: string;
  /** Milliseconds after which a lease that was not renewed may be taken over. */
  readonly patience: number;
  readonly clock: Pick<Clock, "now">;
  /** Whether the process of that name is certainly gone, as far as that can be seen from here. */
  isGone?(by: string): boolean;
}

const offers = "offers";
const leases = "leases";
const failures = "failures";
const hosts = "hosts";

/** Milliseconds for which a list of free tasks serves: others take from it too, and put nothing in. */
const FRESH = 2000;
/** Milliseconds until a task is looked at again that was nothing for this machine. */
const RESPITE = 30_000;
/** What others are at is looked at so often in the time after which it may be taken over. */
const LOOKS = 4;

/** Multiples of it lie far from each other modulo 1, of neighbours too. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A broker in a place for small texts. */
export function leaseBroker(shelf: Shelf, { self, patience, clock, isGone = () => false }: LeaseOptions): Broker {
  const own = `${hosts}/${nameIn(self)}`;
  let taken = 0;
  const isOurs = async (key: string, text: string) => (await shelf.read(`${leases}/${key}`)) === text;
  const end = async (key: string, text: string, failure?: Failure) => {
    if (failure) await shelf.put(`${failures}/${key}`, JSON.stringify(failure));
    const [ours] = await Promise.all([isOurs(key, text), shelf.remove(`${offers}/${key}`)]);
    if (ours) await shelf.remove(`${leases}/${key}`);
  };
  /** Somebody may have taken it over. */
  const release = async (key: string, text: string) => {
    if (await isOurs(key, text)) await shelf.remove(`${leases}/${key}`);
  };
  const textOf = (lost: number) => JSON.stringify({ token: `${self} ${taken++}`, by: self, lost } satisfies Lease);
  /** The lease of a free task, as its text; undefined where somebody was faster. */
  const lease = async (key: string): Promise<string | undefined> => {
    const text = textOf(0);
    return (await shelf.create(`${leases}/${key}`, text)) ? text : undefined;
  };
  /** The lease of a task that was lost, as its text. */
  const takeOver = async (key: string, age: number): Promise<string | undefined> => {
    const name = `${leases}/${key}`;
    const found = await shelf.read(name);
    if (found === undefined) return undefined;
    const { by, lost } = JSON.parse(found) as Lease;
    if (age < patience && !isGone(by)) return undefined;
    const text = textOf(lost + 1);
    if (!(await shelf.replace(name, found, text))) return undefined;
    if (lost + 1 < MOST_LOST) return text;
    await end(key, text, lostTooOften(key.slice(0, 12)));
    return undefined;
  };
  /** What is offered and was free when it was last listed, and when that was. */
  let free: string[] = [];
  let listed = Number.NEGATIVE_INFINITY;
  /** When what was refused. */
  const refused = new Map<string, number>();
  /** Lists what is free, from a place that differs between machines, so that not all want the same. */
  const listFree = async () => {
    listed = clock.now();
    const open = await shelf.names(offers);
    const held = new Set(open.length === 0 ? [] : await shelf.names(leases));
    for (const [key, moment] of refused) if (listed - moment > RESPITE) refused.delete(key);
    const all = open.filter((key) => !held.has(key) && !refused.has(key));
    const start = Math.floor((((hashOf(self) + taken) * GOLDEN) % 1) * all.length);
    free = [...all.slice(start), ...all.slice(0, start)];
  };
  let looked = Number.NEGATIVE_INFINITY;
  /** Leases of offered tasks that may have been lost: what is renewed in time is nobody else's business. */
  const suspicious = async () => {
    // Who ran here before may have left what nobody else sees to be free.
    const least = looked === Number.NEGATIVE_INFINITY ? 0 : patience / 2;
    if (clock.now() - looked < patience / LOOKS) return [];
    const open = new Set(await shelf.names(offers));
    if (open.size === 0) return [];
    looked = clock.now();
    return (await shelf.list(leases)).filter(({ name, age }) => age >= least && open.has(name));
  };
  return {
    patience,
    async offer(offer) {
      const { key } = offer.task;
      await Promise.all([shelf.remove(`${failures}/${key}`), shelf.create(`${offers}/${key}`, JSON.stringify(offer))]);
    },
    withdraw: (key) => shelf.remove(`${offers}/${key}`),
    async clear(keys) {
      const left = (await shelf.names(leases)).filter((key) => keys.has(key));
      await Promise.all(left.map((key) => shelf.remove(`${leases}/${key}`)));
    },
    offered: async () => new Set(await shelf.names(offers)),
    async failureOf(key) {
      const text = await shelf.read(`${failures}/${key}`);
      if (text === undefined) return undefined;
      await shelf.remove(`${failures}/${key}`);
      return JSON.parse(text) as Failure;
    },
    async take(most, isWilling) {
      const found: Taken[] = [];
      const add = async (key: string, text: string | undefined) => {
        if (text === undefined) return;
        const written = await shelf.read(`${offers}/${key}`);
        // It was finished since it was listed, or is nothing for this machine.
        const offer = written === undefined ? undefined : (JSON.parse(written) as Offer);
        if (offer && isWilling(offer)) {
          found.push(takenOf(offer, text));
          return;
        }
        if (offer) refused.set(key, clock.now());
        await release(key, text);
      };
      if (free.length === 0 || clock.now() - listed > FRESH) await listFree();
      for (let key = free.shift(); key !== undefined; key = found.length < most ? free.shift() : undefined) {
        await add(key, await lease(key));
      }
      if (found.length === most) return found;
      for (const { name, age } of await suspicious()) {
        if (found.length === most) break;
        await add(name, await takeOver(name, age));
      }
      return found;
    },
    attend: (host) => shelf.put(own, JSON.stringify(host)),
    leave: () => shelf.remove(own),
    async status() {
      const [open, held, failed, here] = await Promise.all([offers, leases, failures, hosts].map(shelf.list));
      const texts = here.filter(({ age }) => age < patience).map(({ name }) => shelf.read(`${hosts}/${name}`));
      const names = new Set(open.map(({ name }) => name));
      return {
        hosts: (await Promise.all(texts)).flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Host])),
        offered: open.length,
        taken: held.filter(({ name, age }) => age < patience && names.has(name)).length,
        failed: failed.length,
      };
    },
    close: async () => {},
  };

  function takenOf(offer: Offer, text: string): Taken {
    const { key } = offer.task;
    return {
      offer,
      async renew() {
        if (await isOurs(key, text)) await shelf.put(`${leases}/${key}`, text);
      },
      end: (failure) => end(key, text, failure),
      async giveBack(died = false) {
        if (died) await shelf.put(`${offers}/${key}`, JSON.stringify({ ...offer, deaths: offer.deaths + 1 }));
        await release(key, text);
      },
    };
  }
}

/** A name that every folder takes. */
const nameIn = (text: string) => text.replace(/[^\w.-]/g, "-");

function hashOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
  return sum;
}
