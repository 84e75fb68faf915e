import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { stream } from "../../random.ts";
import { execute } from "../engine/execute.ts";
import type { Plan } from "../engine/plan.ts";
import { MissingInput, memoryStore, type Store } from "../engine/store.ts";
import type { Task } from "../engine/task.ts";
import type { Broker, Offer } from "./broker.ts";
import { brokered } from "./brokered.ts";
import { leaseBroker } from "./leases.ts";
import { Death, serve } from "./serve.ts";
import { memoryShelf, type Shelf } from "./shelf.ts";
import { type VirtualClock, virtualClock } from "./virtualClock.ts";

const PATIENCE = 10_000;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const task = (key: string, ...inputs: string[]): Task => {
  const named = Object.fromEntries(inputs.map((input, i) => [String(i), input]));
  return { key, kind: "sum", parameters: {}, given: {}, inputs: named, label: key, seconds: 1, bytes: 1 };
};
const number = (json: number) => ({ json, arrays: {} });
const brokerFor = (shelf: Shelf, clock: VirtualClock, self: string): Broker =>
  leaseBroker(shelf, { self, patience: PATIENCE, clock });

/** A random plan: each task adds one to the sum of some earlier ones. */
function randomPlan(seed: number, count: number): Plan {
  const random = stream(seed, "plan");
  const tasks = Array.from({ length: count }, (_, i) => {
    const inputs = Array.from({ length: i === 0 ? 0 : random.integer(Math.min(3, i) + 1) }, () => random.integer(i));
    return task(
      `t${i}`,
      ...[...new Set(inputs)].map((input) => `t${input}`),
      ...(inputs.length === 0 ? ["source"] : []),
    );
  });
  return { tasks, sources: new Map([["source", number(1)]]) };
}

/** What the tasks of a plan come to, by hand. */
function sums({ tasks }: Plan): Map<string, number> {
  const known = new Map([["source", 1]]);
  for (const { key, inputs } of tasks) {
    known.set(key, 1 + Object.values(inputs).reduce((sum, input) => sum + known.get(input)!, 0));
  }
  return known;
}

interface Machine {
  /** Ends it without a word. */
  kill(): void;
  readonly done: Promise<number>;
}

/**
 * A machine that computes sums; a task takes some of the clock's time, and one that is killed writes nothing any more.
 */
function machine(
  shelf: Shelf,
  store: Store,
  clock: VirtualClock,
  name: string,
  options: {
    readonly seconds?: number;
    readonly places?: number;
    readonly log?: string[];
    fail?(task: Task): Error | undefined;
  } = {},
): Machine {
  const { seconds = 3, places = 2, log = [], fail } = options;
  let dead = false;
  const dying = new Promise<never>(() => {});
  const alive = <T>(call: () => Promise<T>): Promise<T> =>
    dead ? dying : call().then((value) => (dead ? dying : value));
  const living: Shelf = {
    create: (path, text) => alive(() => shelf.create(path, text)),
    put: (path, text) => alive(() => shelf.put(path, text)),
    replace: (path, expected, text) => alive(() => shelf.replace(path, expected, text)),
    read: (path) => alive(() => shelf.read(path)),
    remove: (path) => alive(() => shelf.remove(path)),
    names: (folder) => alive(() => shelf.names(folder)),
    list: (folder) => alive(() => shelf.list(folder)),
  };
  const done = serve(brokerFor(living, clock, name), {
    ...{ name, pid: 1, places, provider: "cpu", clock, idle: 60_000, onWarning: () => {} },
    stop: new Promise(() => {}),
    async run({ key, inputs, ...rest }) {
      log.push(key);
      await clock.sleep(1000 * seconds);
      if (dead) return dying;
      const error = fail?.({ key, inputs, ...rest });
      if (error) throw error;
      let sum = 1;
      for (const input of Object.values(inputs)) {
        const found = await store.read(input);
        if (!found) throw new MissingInput(input);
        sum += found.json as number;
      }
      await store.write(key, number(sum));
    },
  });
  return {
    kill: () => {
      dead = true;
    },
    done,
  };
}

function coordinator(
  plan: Plan,
  shelf: Shelf,
  store: Store,
  clock: VirtualClock,
  name = "coordinator",
  warnings: string[] = [],
) {
  const workers = brokered(brokerFor(shelf, clock, name), store, {
    ...{ provider: "cpu", clock },
    onWarning: (warning) => warnings.push(warning),
  });
  return execute(plan, [{ key: plan.tasks.at(-1)!.key }], store, workers);
}

test("nothing is left of a machine that ends after its result and before it gives its lease back", async () => {
  const [clock, store] = [virtualClock(), memoryStore()];
  const shelf = memoryShelf(clock.now);
  const never = new Promise<never>(() => {});
  const dying: Shelf = {
    ...shelf,
    remove: (path) => (path.startsWith("leases/") ? never : shelf.remove(path)),
  };
  machine(dying, store, clock, "dying", { places: 1 });
  const plan: Plan = { tasks: [task("only", "source")], sources: new Map([["source", number(1)]]) };
  const workers = brokered(brokerFor(shelf, clock, "coordinator"), store, {
    ...{ provider: "cpu", clock },
    onWarning: () => {},
  });
  await clock.runUntil(execute(plan, [{ key: "only" }], store, workers), turn);
  expect(await shelf.names("leases")).toEqual(["only"]);
  await workers.close();
  expect(await shelf.names("leases")).toEqual([]);
});

describe("machines that share a store", () => {
  test("compute what one process would, each task once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 4 }),
        async (seed, count, machines) => {
          const [clock, store, log] = [virtualClock(), memoryStore(), [] as string[]];
          const shelf = memoryShelf(clock.now);
          for (let i = 0; i < machines; i++) machine(shelf, store, clock, `m${i}`, { log });
          const plan = randomPlan(seed, count);
          await clock.runUntil(coordinator(plan, shelf, store, clock), turn);
          const last = plan.tasks.at(-1)!.key;
          expect((await store.read(last))?.json).toBe(sums(plan).get(last));
          expect(new Set(log).size).toBe(log.length);
          expect(await shelf.list("offers")).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("lose nothing to machines that are killed at any moment, nor to coordinators that come and go", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 5 }),
        async (seed, kills) => {
          const [clock, store] = [virtualClock(), memoryStore()];
          const shelf = memoryShelf(clock.now);
          const plan = randomPlan(seed, 20);
          const mortal = kills.map((at, i) => ({ at, machine: machine(shelf, store, clock, `m${i}`) }));
          for (const { at, machine: each } of mortal) void clock.sleep(at).then(each.kill);
          machine(shelf, store, clock, "survivor");
          const all = Promise.all([
            coordinator(plan, shelf, store, clock, "first"),
            coordinator(plan, shelf, store, clock, "second"),
          ]);
          await clock.runUntil(all, turn);
          const last = plan.tasks.at(-1)!.key;
          expect((await store.read(last))?.json).toBe(sums(plan).get(last));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a broker that forgets everything costs time, no result", async () => {
    const [clock, store] = [virtualClock(), memoryStore()];
    const shelf = memoryShelf(clock.now);
    const plan = randomPlan(3, 30);
    machine(shelf, store, clock, "m");
    void (async () => {
      for (;;) {
        await clock.sleep(4000);
        for (const folder of ["offers", "leases", "failures"]) {
          for (const { name } of await shelf.list(folder)) await shelf.remove(`${folder}/${name}`);
        }
      }
    })();
    await clock.runUntil(coordinator(plan, shelf, store, clock), turn);
    const last = plan.tasks.at(-1)!.key;
    expect((await store.read(last))?.json).toBe(sums(plan).get(last));
  });

  test("an artifact that is lost is computed again", async () => {
    const [clock, store, log] = [virtualClock(), memoryStore(), [] as string[]];
    const shelf = memoryShelf(clock.now);
    const plan: Plan = {
      tasks: [task("a", "source"), task("b", "a"), task("c", "b", "a")],
      sources: new Map([["source", number(1)]]),
    };
    let state: "sound" | "damaged" | "made again" = "sound";
    const leaky: Store = {
      ...store,
      has: async (key) => (key === "a" && state === "damaged" ? false : store.has(key)),
      async read(key) {
        if (key !== "a" || state === "made again") return store.read(key);
        state = "damaged";
        return undefined;
      },
      async write(key, artifact) {
        if (key === "a" && state === "damaged") state = "made again";
        return store.write(key, artifact);
      },
    };
    machine(shelf, leaky, clock, "m", { log });
    await clock.runUntil(coordinator(plan, shelf, leaky, clock), turn);
    expect((await store.read("c"))?.json).toBe(1 + 3 + 2);
    expect(log.filter((key) => key === "a")).toHaveLength(2);
  });

  test("a task that kills whoever computes it fails after three, with their words, and the rest goes on", async () => {
    const [clock, store, log] = [virtualClock(), memoryStore(), [] as string[]];
    const shelf = memoryShelf(clock.now);
    const plan: Plan = {
      tasks: [task("poison", "source"), task("a", "source"), task("b", "a"), task("end", "b", "poison")],
      sources: new Map([["source", number(1)]]),
    };
    const fail = ({ key }: Task) =>
      key === "poison"
        ? new Death("invalid", "task", { expected: "life", got: "a crash", remedy: "change the model" })
        : undefined;
    for (const name of ["m1", "m2", "m3", "m4"]) machine(shelf, store, clock, name, { log, fail });
    const run = clock.runUntil(coordinator(plan, shelf, store, clock), turn);
    await expect(run).rejects.toThrow("change the model");
    await expect(run).rejects.toBeInstanceOf(InputError);
    expect(log.filter((key) => key === "poison")).toHaveLength(3);
    expect((await store.read("b"))?.json).toBe(3);
  });

  test("ask little of the shelf: lists are few, however short tasks are, and ages are fewer", async () => {
    const [clock, store] = [virtualClock(), memoryStore()];
    const asked: Record<keyof Shelf, number> = { create: 0, put: 0, replace: 0, read: 0, remove: 0, names: 0, list: 0 };
    const shelf = memoryShelf(clock.now);
    const counted = new Proxy(shelf, {
      get(target, verb: keyof Shelf) {
        asked[verb]++;
        return target[verb];
      },
    });
    const [count, machines] = [400, 4];
    const tasks = Array.from({ length: count }, (_, i) => task(`t${i}`, "source"));
    const plan: Plan = {
      tasks: [...tasks, task("end", ...tasks.map(({ key }) => key))],
      sources: new Map([["source", number(1)]]),
    };
    for (let i = 0; i < machines; i++) machine(counted, store, clock, `m${i}`, { seconds: 0.1 });
    await clock.runUntil(coordinator(plan, counted, store, clock), turn);
    expect((await store.read("end"))?.json).toBe(1 + 2 * count);
    // An offer, and at most one try of each machine to have it.
    expect(asked.create).toBeLessThan((machines + 2) * count);
    expect(asked.names).toBeLessThan(count);
    const seconds = clock.now() / 1000;
    expect(asked.list).toBeLessThan((machines + 1) * (4 + (4 * 1000 * seconds) / PATIENCE + seconds / 5));
  });

  test("machines of another version compute nothing, and both sides are told", async () => {
    const [clock, store] = [virtualClock(), memoryStore()];
    const shelf = memoryShelf(clock.now);
    const other = brokerFor(shelf, clock, "other");
    await other.attend({ name: "other", pid: 1, places: 2, code: "0.0.1-00000000" });
    const warnings: string[] = [];
    const plan = randomPlan(1, 3);
    const run = coordinator(plan, shelf, store, clock, "coordinator", warnings);
    await clock.runUntil(clock.sleep(7000), turn);
    expect(warnings.join()).toContain("another version");
    const seen: Offer[] = [];
    expect(await other.take(9, (offer) => seen.push(offer) > 99)).toEqual([]);
    expect(seen.length).toBeGreaterThan(0);
    machine(shelf, store, clock, "same");
    await clock.runUntil(run, turn);
  });

  test("one lease at a time, and none is taken over before its time", async () => {
    const clock = virtualClock();
    const shelf = memoryShelf(clock.now);
    const [first, second] = [brokerFor(shelf, clock, "first"), brokerFor(shelf, clock, "second")];
    await first.offer({ task: task("a"), provider: "cpu", code: "c", deaths: 0 });
    const [held] = await first.take(5, () => true);
    expect(await second.take(5, () => true)).toEqual([]);
    const pass = (milliseconds: number) => clock.runUntil(clock.sleep(milliseconds), turn);
    await pass(PATIENCE - 1);
    expect(await second.take(5, () => true)).toEqual([]);
    await held.renew();
    await pass(PATIENCE - 1);
    expect(await second.take(5, () => true)).toEqual([]);
    // What others are at is not looked at all the time.
    await pass(PATIENCE / 4);
    const [taken] = await second.take(5, () => true);
    expect(taken.offer.task.key).toBe("a");
    // Who was frozen and comes back neither renews nor ends what is another's.
    await held.renew();
    await held.giveBack();
    await pass(PATIENCE - 1);
    expect(await first.take(5, () => true)).toEqual([]);
    await taken.end();
    expect(await first.offered()).toEqual(new Set());
  });
});
