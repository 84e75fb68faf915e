import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { type Artifact, decodeArtifact, encodeArtifact, hashArtifact } from "./artifact.ts";
import { execute, type Workers } from "./execute.ts";
import type { Plan } from "./plan.ts";
import { MissingInput, memoryStore, type Store } from "./store.ts";
import { hashJson, type Task, taskKey } from "./task.ts";

const artifact = (value: number): Artifact => ({ json: value, arrays: { x: tensor("float64", [1], [value]) } });

function task(key: string, ...inputs: string[]): Task {
  const named = Object.fromEntries(inputs.map((input, i) => [String(i), input]));
  return { key, kind: "sum", parameters: {}, given: {}, inputs: named, label: key, seconds: 1, bytes: 1 };
}

/** A diamond on one source: d needs b and c, which need a, which needs the source. */
const diamond: Plan = {
  tasks: [task("a", "source"), task("b", "a"), task("c", "a"), task("d", "b", "c"), task("unneeded", "a")],
  sources: new Map([["source", artifact(1)]]),
};

/** Workers that add up their inputs, in turns that let others come between. */
function adders(store: Store, count: number, log: string[] = []): Workers & { readonly peak: () => number } {
  let running = 0;
  let peak = 0;
  return {
    count,
    peak: () => peak,
    async run({ key, inputs }) {
      peak = Math.max(peak, ++running);
      log.push(key);
      let sum = 0;
      for (const input of Object.values(inputs)) {
        const found = await store.read(input);
        if (!found) {
          running--;
          throw new MissingInput(input);
        }
        sum += found.json as number;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
      await store.write(key, artifact(sum + 1));
      running--;
    },
  };
}

describe("execute", () => {
  test("computes what is wanted, inputs first, each task once, nothing unneeded", async () => {
    const store = memoryStore();
    const log: string[] = [];
    await execute(diamond, [{ key: "d" }], store, adders(store, 1, log));
    expect(log.toSorted()).toEqual(["a", "b", "c", "d"]);
    expect([log[0], log[3]]).toEqual(["a", "d"]);
    // a = 2, b = c = 3, d = 7.
    expect((await store.read("d"))?.json).toBe(7);
  });

  test("keeps as many workers busy as there are independent tasks", async () => {
    const store = memoryStore();
    const workers = adders(store, 4);
    await execute(diamond, [{ key: "d" }], store, workers);
    expect(workers.peak()).toBe(2);
  });

  test("does not compute what the store has, nor what only that would need", async () => {
    const store = memoryStore();
    await store.write("b", artifact(10));
    await store.write("c", artifact(20));
    const log: string[] = [];
    await execute(diamond, [{ key: "d" }], store, adders(store, 2, log));
    expect(log).toEqual(["d"]);
    expect((await store.read("d"))?.json).toBe(31);
  });

  test("computes an input again that turns out to be missing, and then what needs it", async () => {
    const store = memoryStore();
    const damaged = new Set(["b"]);
    const flaky: Store = {
      ...store,
      has: async (key) => damaged.has(key) || store.has(key),
      read: async (key) => (damaged.delete(key) ? undefined : store.read(key)),
    };
    const log: string[] = [];
    await execute(diamond, [{ key: "d" }], flaky, adders(flaky, 1, log));
    expect((await store.read("d"))?.json).toBe(7);
    expect(log.filter((key) => key === "b")).toHaveLength(1);
    expect(log.filter((key) => key === "d")).toHaveLength(2);
  });

  test("gives a store up that keeps losing the same artifact", async () => {
    const store = memoryStore();
    const leaky: Store = { ...store, read: async (key) => (key === "b" ? undefined : store.read(key)) };
    const log: string[] = [];
    await expect(execute(diamond, [{ key: "d" }], leaky, adders(leaky, 2, log))).rejects.toThrow(
      "artifact b… gone for the 4th time",
    );
    expect(log.filter((key) => key === "d")).toHaveLength(4);
  });

  test("stops at a fault and tells it, after what is running has ended", async () => {
    const store = memoryStore();
    const workers = adders(store, 2);
    const run: Workers["run"] = async (each, onProgress) => {
      if (each.key === "b") throw new Error("b cannot be computed");
      return workers.run(each, onProgress);
    };
    await expect(execute(diamond, [{ key: "d" }], store, { count: 2, run })).rejects.toThrow("b cannot be computed");
    expect(await store.has("c")).toBe(true);
    expect(await store.has("d")).toBe(false);
  });

  test("reports progress that never falls and ends at the whole", async () => {
    const store = memoryStore();
    const seen: number[] = [];
    await execute(diamond, [{ key: "d" }], store, adders(store, 2), ({ done }) => seen.push(done));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test("ends at the whole, all tasks counted, whatever the seconds of its tasks sum to", async () => {
    const random = stream(0, "seconds");
    for (let trial = 0; trial < 50; trial++) {
      const keys = Array.from({ length: 2 + random.integer(40) }, (_, i) => `t${i}`);
      const tasks = keys.map((key, i) => ({ ...task(key, keys[i - 1] ?? "source"), seconds: random.uniform() }));
      const store = memoryStore();
      const seen: string[] = [];
      const tell: Parameters<typeof execute>[4] = ({ done, tasksDone, tasks: all }) => {
        seen.push(`${done}, ${tasksDone} of ${all}`);
      };
      await execute({ ...diamond, tasks }, [{ key: keys.at(-1)! }], store, adders(store, 2), tell);
      expect(seen.at(-1)).toBe(`1, ${keys.length} of ${keys.length}`);
    }
  });

  test("counts a task once that says at its end that all is done, and weighs tasks by their seconds", async () => {
    const store = memoryStore();
    const workers = adders(store, 1);
    const run: Workers["run"] = async (each, onProgress) => {
      for (const share of [0.25, 1]) onProgress(share);
      await workers.run(each, onProgress);
    };
    const chain = ["a", "b", "c", "d"].map((key, i, all) => ({ ...task(key, all[i - 1] ?? "source"), seconds: i + 1 }));
    const seen: number[] = [];
    const told: number[] = [];
    await execute({ ...diamond, tasks: chain }, [{ key: "d" }], store, { count: 1, run }, ({ done, seconds }) => {
      seen.push(done);
      told.push(seconds);
    });
    // Each of four tasks: as it begins, at a quarter, at its own end, at ours; of ten seconds in all.
    const marks = [0, 1, 3, 6].flatMap((before, i) => [0, 0.25, 1, 1].map((share) => (before + share * (i + 1)) / 10));
    seen.forEach((done, at) => {
      expect(done).toBeCloseTo(marks[at], 12);
    });
    expect(seen).toHaveLength(marks.length);
    expect(new Set(told)).toEqual(new Set([10]));
  });
});

describe("keys and artifacts", () => {
  test("a key depends on kind, version, parameters and inputs, not on the order of names", () => {
    const key = taskKey("fit", 1, { a: 1, b: [1, 2] }, { data: "x" });
    expect(taskKey("fit", 1, { b: [1, 2], a: 1 }, { data: "x" })).toBe(key);
    const others = [
      taskKey("look", 1, { a: 1, b: [1, 2] }, { data: "x" }),
      taskKey("fit", 2, { a: 1, b: [1, 2] }, { data: "x" }),
      taskKey("fit", 1, { a: 1, b: [2, 1] }, { data: "x" }),
      taskKey("fit", 1, { a: 1, b: [1, 2] }, { data: "y" }),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
    // printf '{"a":[true,null],"b":"x"}' | sha256sum
    expect(hashJson({ b: "x", a: [true, null] })).toBe(
      "53edb451f1bfdc1e8228c164bb1503e1243a96649e244a0cda421ba7e09890e9",
    );
  });

  test("an artifact comes back as it was, from any place in memory", () => {
    const given: Artifact = {
      json: { name: "ü", list: [1, null] },
      arrays: {
        bytes: tensor("uint8", [3], [1, 2, 3]),
        big: tensor("int64", [2], [1, -2]),
        real: tensor("float32", [2, 2], [1, 2, 3, 4.5]),
        none: tensor("float64", [0], []),
      },
    };
    const bytes = encodeArtifact(given);
    expect(hashArtifact(given)).toBe(createHash("sha256").update(bytes).digest("hex"));
    for (const shift of [0, 1, 8]) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeArtifact(moved.subarray(shift))).toEqual(given);
    }
  });

  test("who computed an artifact is kept with it, and is no part of its content", () => {
    const given: Artifact = { json: 1, arrays: { one: tensor("int32", [1], [1]) } };
    const made: Artifact = { ...given, computedBy: { provider: "cpu", version: "1.2.3", device: "a processor" } };
    expect(decodeArtifact(encodeArtifact(made))).toEqual(made);
    expect(hashArtifact(made)).toBe(hashArtifact(given));
    expect(encodeArtifact(made)).not.toEqual(encodeArtifact(given));
  });
});
