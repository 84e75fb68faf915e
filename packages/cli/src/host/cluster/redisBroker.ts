// A broker on Redis or Valkey, by the queues of BullMQ: one flat queue of jobs, each named by the key of its task.

import { InputError } from "@carom/core";
import {
  type Broker,
  type Failure,
  type Host,
  lostTooOften,
  MOST_LOST,
  type Offer,
  type Taken,
} from "@carom/core/study";
import { optionalPackage } from "../optionalPackage.ts";

/** The parts of BullMQ and ioredis that are used. */
interface Job {
  readonly id: string;
  readonly data: Offer;
  extendLock(token: string, milliseconds: number): Promise<unknown>;
  moveToCompleted(value: string, token: string, fetchNext: boolean): Promise<unknown>;
  moveToDelayed(timestamp: number, token: string): Promise<unknown>;
  moveToWait(token: string): Promise<unknown>;
  updateData(data: Offer): Promise<unknown>;
}
interface Queue {
  add(name: string, data: Offer, options: object): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  getRanges(types: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
  on(event: "error", listener: () => void): void;
}
interface Worker {
  getNextJob(token: string, options: { readonly block: boolean }): Promise<Job | undefined>;
  startStalledCheckTimer(): Promise<void>;
  on(event: "failed", listener: (job: Job | undefined) => void): void;
  on(event: "error", listener: () => void): void;
  close(force: boolean): Promise<void>;
}
interface QueueEvents {
  on(event: "completed" | "failed", listener: (of: { readonly jobId: string }) => void): void;
  on(event: "error", listener: () => void): void;
  close(): Promise<void>;
}
interface BullMq {
  readonly Queue: new (name: string, options: object) => Queue;
  readonly Worker: new (name: string, processor: null, options: object) => Worker;
  readonly QueueEvents: new (name: string, options: object) => QueueEvents;
}
interface Redis {
  connect(): Promise<void>;
  config(verb: "GET", name: string): Promise<readonly string[]>;
  get(name: string): Promise<string | null>;
  getdel(name: string): Promise<string | null>;
  set(name: string, text: string, unit: "PX", milliseconds: number): Promise<unknown>;
  del(name: string): Promise<unknown>;
  keys(pattern: string): Promise<readonly string[]>;
  disconnect(): void;
  on(event: "error", listener: () => void): void;
}
type RedisClass = new (address: string, options: object) => Redis;

/** Whether a text is the address of such a server. */
export const isRedis = (address: string): boolean => /^rediss?:\/\//.test(address);

const PREFIX = "carom";
/** Milliseconds for which a failure waits to be read. */
const FAILURE_MS = 7 * 86_400_000;
/** Milliseconds until a task is taken again whose process died: another machine shall try. */
const RESPITE = 5000;
/** Milliseconds until a server that does not answer at the start counts as away. */
const CONNECT_MS = 5000;

interface RedisOptions {
  /** What this process is known by. */
  readonly self: string;
  readonly patience: number;
  /** What tasks of different stores are kept apart by. */
  readonly store: string;
}

/** @throws InputError where the packages are missing, and for a server that is away or may forget what it holds */
export async function redisBroker(address: string, { self, patience, store }: RedisOptions): Promise<Broker> {
  const { bullMq, RedisClient } = await packages(address);
  const redis = new RedisClient(address, { maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: CONNECT_MS });
  redis.on("error", () => {});
  await usable(redis, address);
  const name = `tasks-${store}`;
  const at = (...parts: readonly string[]) => [PREFIX, store, ...parts].join(":");
  const shared = { connection: redis, prefix: PREFIX };
  const queue = new bullMq.Queue(name, shared);
  queue.on("error", () => {});
  let worker: Worker | undefined;
  let events: QueueEvents | undefined;
  const taking = (): Worker => {
    if (worker) return worker;
    worker = new bullMq.Worker(name, null, {
      ...{ ...shared, autorun: false, lockDuration: patience, stalledInterval: patience / 2 },
      ...{ maxStalledCount: MOST_LOST, skipLockRenewal: true },
    });
    worker.on("error", () => {});
    // Only tasks end so whose machines were lost again and again.
    worker.on("failed", (job) => job && void leaveFailure(job.id, lostTooOften(`"${job.data.task.label}"`)));
    void worker.startStalledCheckTimer();
    return worker;
  };
  const leaveFailure = (key: string, failure: Failure) =>
    redis.set(at("failures", key), JSON.stringify(failure), "PX", FAILURE_MS);
  let taken = 0;
  const takenOf = (job: Job, token: string): Taken => ({
    offer: job.data,
    async renew() {
      await job.extendLock(token, patience);
    },
    async end(failure) {
      if (failure) await leaveFailure(job.id, failure);
      // Who took it over in the meantime ends it.
      await job.moveToCompleted("", token, false).catch(ifLost);
    },
    async giveBack(died = false) {
      if (died) await job.updateData({ ...job.data, deaths: job.data.deaths + 1 });
      await (died ? job.moveToDelayed(Date.now() + RESPITE, token) : job.moveToWait(token)).catch(ifLost);
    },
  });
  return {
    patience,
    async offer(offer) {
      await redis.del(at("failures", offer.task.key));
      const options = { jobId: offer.task.key, removeOnComplete: true, removeOnFail: true, attempts: 1 };
      await queue.add("task", offer, options);
    },
    async withdraw(key) {
      await queue.remove(key);
    },
    offered: async () => new Set(await queue.getRanges(["wait", "active", "delayed", "paused", "prioritized"])),
    listen(onOver) {
      events = new bullMq.QueueEvents(name, shared);
      events.on("error", () => {});
      for (const event of ["completed", "failed"] as const) events.on(event, ({ jobId }) => onOver(jobId));
    },
    async failureOf(key) {
      const text = await redis.getdel(at("failures", key));
      return text === null ? undefined : (JSON.parse(text) as Failure);
    },
    async take(most, isWilling) {
      const found: Taken[] = [];
      while (found.length < most) {
        const token = `${self} ${taken++}`;
        const job = await taking().getNextJob(token, { block: false });
        if (!job) break;
        if (isWilling(job.data)) found.push(takenOf(job, token));
        else await job.moveToDelayed(Date.now() + RESPITE, token).catch(ifLost);
      }
      return found;
    },
    async attend(host) {
      await redis.set(at("hosts", self), JSON.stringify(host), "PX", patience);
    },
    async leave() {
      await redis.del(at("hosts", self));
    },
    async status() {
      const names = await redis.keys(at("hosts", "*"));
      const texts = await Promise.all(names.map((each) => redis.get(each)));
      const offered = await queue.getRanges(["wait", "delayed", "paused", "prioritized"]);
      const active = await queue.getRanges(["active"]);
      return {
        hosts: texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Host])),
        offered: offered.length + active.length,
        taken: active.length,
        failed: (await redis.keys(at("failures", "*"))).length,
      };
    },
    async close() {
      await worker?.close(true);
      await events?.close();
      await queue.close();
      redis.disconnect();
    },
  };
}

/** A lock that is another's by now: what was computed is in the store all the same. */
function ifLost(error: Error): void {
  if (!/lock|not found|Missing|not in the/i.test(error.message)) throw error;
}

async function packages(address: string) {
  const bullMq = await optionalPackage<BullMq & { readonly default?: BullMq }>("bullmq");
  const client = await optionalPackage<{ readonly default: RedisClass }>("ioredis");
  if (bullMq && client) return { bullMq: bullMq.default ?? bullMq, RedisClient: client.default };
  throw new InputError("unsupported", `broker ${address}`, {
    expected: "the packages bullmq and ioredis, which speak to it",
    got: bullMq ? "no ioredis" : client ? "no bullmq" : "neither",
    remedy: "install them with npm install bullmq ioredis, or leave tasks in the store (--broker leases)",
  });
}

/** @throws InputError for a server that does not answer, or throws away what it holds when memory is short */
async function usable(redis: Redis, address: string): Promise<void> {
  const place = address.replace(/\/\/[^@/]*@/, "//");
  const away = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no answer")), CONNECT_MS).unref());
  try {
    await Promise.race([redis.connect(), away]);
  } catch (error) {
    redis.disconnect();
    throw new InputError("invalid", `broker ${place}`, {
      expected: "a server of Redis or Valkey that answers",
      got: (error as Error).message,
      remedy: "start one, or see its address",
    });
  }
  // Servers that others run may not tell.
  const [, policy] = await redis.config("GET", "maxmemory-policy").catch((): readonly string[] => []);
  if (policy === undefined || policy === "noeviction") return;
  redis.disconnect();
  throw new InputError("invalid", `broker ${place}`, {
    expected: "a server that keeps what it is given (maxmemory-policy noeviction)",
    got: policy,
    remedy: "set it with redis-cli config set maxmemory-policy noeviction",
  });
}
