// The query ledger between processes: however many start, one holds it, and the budget is kept.

import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const BUDGET = 100;
const program = join(folder, "holder.mjs");
writeFileSync(
  program,
  `import { openLedger } from ${JSON.stringify(new URL("../dist/host/http/ledger.js", import.meta.url).href)};
const hold = (path, forMs) => {
  let ledger;
  try { ledger = openLedger({ path, target: {}, audit: "a", maxQueries: ${BUDGET}, name: "t" }); }
  catch (error) { return { refused: error.message }; }
  const from = process.hrtime.bigint();
  let sent = 0;
  try { for (;;) { ledger.reserve(10); sent += 10; } } catch {}
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
  const to = process.hrtime.bigint();
  ledger.close();
  return { sent, from: String(from), to: String(to) };
};
if (process.send) process.on("message", ({ path, at }) => { while (Date.now() < at); process.send(hold(path, 5)); });
else { const found = hold(process.argv[2], Number(process.argv[3])); console.log(JSON.stringify(found)); }
`,
);
interface Held {
  readonly refused?: string;
  readonly sent?: number;
  readonly from?: string;
  readonly to?: string;
}

describe("processes that start at the same moment", () => {
  const processes = Array.from({ length: 4 }, () => fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] }));
  afterAll(() => {
    for (const each of processes) each.kill();
  });

  it.each(["no lock", "the lock of a process that was killed"])("with %s: one at a time holds it", async (left) => {
    let lock = "";
    if (left !== "no lock") {
      const path = join(folder, "killed.jsonl");
      const killed = spawn(process.execPath, [program, path, "60000"], { stdio: "ignore" });
      while (!existsSync(`${path}.lock`) || lock === "") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (existsSync(`${path}.lock`)) lock = readFileSync(`${path}.lock`, "utf8");
      }
      killed.kill("SIGKILL");
      await once(killed, "exit");
    }
    for (let round = 0; round < 25; round++) {
      const path = join(folder, `${left.length} ${round}.jsonl`);
      if (lock !== "") writeFileSync(`${path}.lock`, lock);
      const at = Date.now() + 10;
      const all = await Promise.all(
        processes.map(async (each) => {
          each.send({ path, at });
          const [found] = (await once(each, "message")) as [Held];
          return found;
        }),
      );
      const held = all
        .filter(({ from }) => from !== undefined)
        .map(({ from, to }) => [BigInt(from!), BigInt(to!)])
        .sort(([a], [b]) => (a < b ? -1 : 1));
      expect(held.length).toBeGreaterThan(0);
      for (const [i, [from]] of held.slice(1).entries()) expect(from > held[i][1]).toBe(true);
      expect(all.reduce((sum, { sent = 0 }) => sum + sent, 0)).toBe(BUDGET);
      for (const { refused } of all) if (refused) expect(refused).toMatch(/one audit of it at a time/);
      expect([existsSync(`${path}.lock`), existsSync(`${path}.lock.breaking`)]).toEqual([false, false]);
    }
  });
});

/** A process namespace of its own, where the system lets us have one. */
const namespace = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
const hasNamespaces = spawnSync("unshare", [...namespace, "true"]).status === 0;

describe.runIf(hasNamespaces)("a process in a namespace where others' numbers mean nothing", () => {
  const path = join(folder, "namespaces.jsonl");
  const within = (...args: string[]) =>
    spawnSync("unshare", [...namespace, process.execPath, program, ...args], { encoding: "utf8" });

  it("keeps the ledger to itself, also from others like it, and from those who find its lock when it is gone", async () => {
    const holder = spawn("unshare", [...namespace, process.execPath, program, path, "60000"], {
      stdio: "ignore",
      detached: true,
    });
    while (!existsSync(`${path}.lock`)) await new Promise((resolve) => setTimeout(resolve, 20));
    const refusal = /one audit of it at a time.*remove .*namespaces.jsonl.lock/;
    expect(JSON.parse(within(path, "0").stdout).refused).toMatch(refusal);
    const outside = () =>
      JSON.parse(spawnSync(process.execPath, [program, path, "0"], { encoding: "utf8" }).stdout) as Held;
    expect(outside().refused).toMatch(refusal);
    process.kill(-holder.pid!, "SIGKILL");
    await once(holder, "exit");
    expect(outside().refused).toMatch(refusal);
    rmSync(`${path}.lock`);
    // All of the budget was counted before.
    expect(outside()).toMatchObject({ sent: 0 });
  });
});

it("a lock that is removed by hand ends the audit that had it, and what it had counted stays counted", async () => {
  const { openLedger } = await import("../src/host/http/ledger.ts");
  const path = join(folder, "removed.jsonl");
  const options = { path, target: {}, audit: "a", maxQueries: BUDGET, name: "t" };
  const first = openLedger(options);
  first.reserve(30);
  rmSync(`${path}.lock`);
  const second = openLedger(options);
  expect(second.sent).toBe(30);
  expect(() => first.reserve(10)).toThrow(/one audit of it at a time/);
  second.reserve(60);
  second.close();
  first.close();
  // What the first counted last, it did not send.
  const third = openLedger(options);
  expect(third.sent).toBe(100);
  third.close();
});
