// A broker that needs no service: offers, leases and failures are small texts beside the artifacts.
//
// A lease is a text that only one machine can create, and that it writes again while it computes. One that grew old is
// taken over, by replacing what was read of it. Should two machines compute the same task all the same, one of them
// frozen and revived, they write the same artifact.

import { type Broker, type Failure, type Host, lostTooOften, MOST_LOST, type Offer, type Taken } from "./broker.ts";
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
  /** Whether the process of that name is certainly gone, as far as that can be seen from here. */
  isGone?(by: string): boolean;
}

const offers = "offers";
const leases = "leases";
const failures = "failures";
const hosts = "hosts";

/** A broker in a place for small texts. */
export function leaseBroker(shelf: Shelf, { self, patience, isGone = () => false }: LeaseOptions): Broker {
  const own = `${hosts}/${nameIn(self)}`;
  let taken = 0;
  const end = async (key: string, text: string, failure?: Failure) => {
    if (failure) await shelf.put(`${failures}/${key}`, JSON.stringify(failure));
    await shelf.remove(`${offers}/${key}`);
    await release(key, text);
  };
  /** Somebody may have taken it over. */
  const release = async (key: string, text: string) => {
    if ((await shelf.read(`${leases}/${key}`)) === text) await shelf.remove(`${leases}/${key}`);
  };
  /** The lease of a task, as its text, where nobody has it any more or yet. */
  const lease = async (key: string, age: number | undefined): Promise<string | undefined> => {
    const name = `${leases}/${key}`;
    const textOf = (lost: number) => JSON.stringify({ token: `${self} ${taken++}`, by: self, lost } satisfies Lease);
    if (age === undefined) {
      const text = textOf(0);
      return (await shelf.create(name, text)) ? text : undefined;
    }
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
  return {
    patience,
    async offer(offer) {
      await shelf.remove(`${failures}/${offer.task.key}`);
      await shelf.create(`${offers}/${offer.task.key}`, JSON.stringify(offer));
    },
    withdraw: (key) => shelf.remove(`${offers}/${key}`),
    offered: async () => new Set((await shelf.list(offers)).map(({ name }) => name)),
    async failureOf(key) {
      const text = await shelf.read(`${failures}/${key}`);
      if (text === undefined) return undefined;
      await shelf.remove(`${failures}/${key}`);
      return JSON.parse(text) as Failure;
    },
    async take(most, isWilling) {
      const open = await shelf.list(offers);
      if (open.length === 0) return [];
      const ages = new Map((await shelf.list(leases)).map(({ name, age }) => [name, age]));
      const found: Taken[] = [];
      // Free ones first, from a place that differs between machines, so that not all want the same.
      const start = Math.floor((hashOf(self) + taken) % open.length);
      const order = [...open.slice(start), ...open.slice(0, start)].sort(
        (a, b) => Number(ages.has(a.name)) - Number(ages.has(b.name)),
      );
      for (const { name: key } of order) {
        if (found.length === most) break;
        const text = await lease(key, ages.get(key));
        if (text === undefined) continue;
        const written = await shelf.read(`${offers}/${key}`);
        // It was finished between the two lists, or is nothing for this machine.
        const offer = written === undefined ? undefined : (JSON.parse(written) as Offer);
        if (offer && isWilling(offer)) found.push(takenOf(offer, text));
        else await release(key, text);
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
        if ((await shelf.read(`${leases}/${key}`)) === text) await shelf.put(`${leases}/${key}`, text);
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
