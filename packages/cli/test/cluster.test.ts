// Several machines as a user has them: workers that share a store with a command, and come and go.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));
const models = "[{learner: svm-linear, complexity: low}, {learner: ridge, complexity: high}]";
const study = `name: tiny
repetitions: 2
data: {train: points.npz}
split: {target: 0.4, surrogate: 0.4, attacked: 0.2}
surrogates: ${models}
targets: ${models}
attack: {norm: l2, epsilons: [0.1, 0.3]}
`;
const metrics = (name: string) => readFileSync(join(at(name), "metrics.json"), "utf8");
/** Workers are lost after a second in place of two minutes. */
const env = { CAROM_LEASE_SECONDS: "1" };
const studying = (out: string, store: string) =>
  carom(["study", at("tiny.yaml"), "--broker", "leases", "--store", store, "--out", at(out), "--quiet"], { env });

/** A server that speaks S3's protocol, where one is installed: pip install "moto[server]". */
const s3Server = process.env.CAROM_TEST_S3_SERVER ?? "moto_server";
const hasS3 = spawnSync(s3Server, ["--help"], { stdio: "ignore" }).status === 0;
if (!hasS3) console.log(`skipped: a store in a bucket, as ${s3Server} is not installed (pip install "moto[server]")`);

/** A server, and a folder in which bullmq and ioredis are installed, as a user would in a project. */
const redisFolder = process.env.CAROM_TEST_REDIS_PACKAGES;
const hasRedis =
  redisFolder !== undefined && spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
if (!hasRedis)
  console.log("skipped: a queue on Redis, as redis-server or a folder with bullmq and ioredis is not there");

const workers = new Set<ChildProcess>();
afterAll(() => {
  for (const child of workers) child.kill("SIGKILL");
});

interface Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly text: string }>;
  /** Resolves when the worker has written something. */
  says(what: string): Promise<void>;
}

function startWorker(store: string, options: readonly string[] = [], cwd?: string): Worker {
  const child = spawn(process.execPath, [main, "worker", "--workers", "1", "--store", store, ...options], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  workers.add(child);
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (more) => {
      text += more;
      for (const listener of listeners) listener();
    });
  }
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (status) => resolve({ status, text }))),
    says: (what) =>
      new Promise((resolve) => {
        const listen = () => text.includes(what) && resolve();
        listeners.add(listen);
        listen();
      }),
  };
}

/** Ends a worker without a word, and all that it started, as a machine that loses its power does. */
function kill({ child }: Worker): void {
  const children = (pid: number): number[] =>
    (spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" }).stdout ?? "")
      .split(/\s+/)
      .filter(Boolean)
      .flatMap((each) => [Number(each), ...children(Number(each))]);
  for (const pid of [child.pid!, ...children(child.pid!)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
}

beforeAll(async () => {
  writeFileSync(at("points.npz"), pointsFile(300));
  writeFileSync(at("tiny.yaml"), study);
  const reference = await carom(["study", at("tiny.yaml"), "--workers", "1", "--quiet", "--out", at("reference")]);
  expect(reference).toMatchObject({ status: 0, stderr: "" });
});

it("workers that come, drain, are killed or stand still leave the result as it is", { timeout: 120_000 }, async () => {
  const store = at("store");
  const run = studying("shared", store);
  const killed = startWorker(store);
  await killed.says("done:");
  kill(killed);
  const frozen = startWorker(store);
  await frozen.says("done:");
  // What watches the worker sleeps too, so that nothing renews its lease.
  const pids = spawnSync("ps", ["-o", "pid=", "--ppid", String(frozen.child.pid)], { encoding: "utf8" }).stdout;
  const frozenPids = [frozen.child.pid!, ...pids.split(/\s+/).filter(Boolean).map(Number)];
  for (const pid of frozenPids) process.kill(pid, "SIGSTOP");
  const drained = startWorker(store);
  await drained.says("done:");
  drained.child.kill("SIGTERM");
  expect(await drained.ended).toMatchObject({ status: 0, text: expect.stringMatching(/\n\d+ tasks? finished\n$/) });
  const last = startWorker(store, ["--idle", "3s"]);
  const finished = await run;
  expect(finished).toMatchObject({ status: 0 });
  for (const pid of frozenPids) process.kill(pid, "SIGCONT");
  expect((await last.ended).status).toBe(0);
  frozen.child.kill("SIGTERM");
  await frozen.ended;
  expect(metrics("shared")).toBe(metrics("reference"));
  // Nothing is offered or held any more, and nothing half-written is left.
  const rest = contentOf(store).filter((name) => /(offers|leases|failures).*json|partial/.test(name));
  expect(rest).toEqual([]);
});

it.skipIf(!hasS3)("machines that share nothing but a bucket give the same result", { timeout: 120_000 }, async () => {
  const port = 20_000 + (process.pid % 20_000);
  const server = spawn(s3Server, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  workers.add(server);
  const endpoint = `http://127.0.0.1:${port}`;
  const created = async () =>
    (await fetch(`${endpoint}/bucket`, { method: "PUT" }).catch(() => undefined))?.ok === true;
  while (!(await created())) await new Promise((resolve) => setTimeout(resolve, 200));
  const bucket = (machine: string) => ({
    ...env,
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" },
    CAROM_CACHE: at(`cache-${machine}`),
  });
  const options = ["--store", "s3://bucket/some/prefix"];
  const helping = ["a", "b"].map((machine) =>
    carom(["worker", "--workers", "1", "--idle", "8s", "--quiet", ...options], { env: bucket(machine) }),
  );
  const run = (out: string, machine: string) =>
    carom(["study", at("tiny.yaml"), "--broker", "leases", ...options, "--out", at(out), "--quiet"], {
      env: bucket(machine),
    });
  expect(await run("bucket", "c")).toMatchObject({ status: 0 });
  expect(metrics("bucket")).toBe(metrics("reference"));
  for (const helper of helping) expect((await helper).stdout).toMatch(/^[1-9]\d* tasks? finished\n$/);
  // Another machine finds everything there, without a worker.
  expect(await run("elsewhere", "d")).toMatchObject({ status: 0 });
  expect(metrics("elsewhere")).toBe(metrics("reference"));
  server.kill();
});

it.skipIf(!hasRedis)(
  "a queue that is restarted and forgets all, and a machine that is killed, change nothing",
  {
    timeout: 180_000,
  },
  async () => {
    const port = String(40_000 + (process.pid % 20_000));
    const serve = (...options: readonly string[]) => {
      const given = ["--port", port, "--save", "", "--appendonly", "no", "--dir", folder, ...options];
      const server = spawn("redis-server", given, { stdio: "ignore" });
      workers.add(server);
      return server;
    };
    const ended = (server: ChildProcess) => new Promise((resolve) => server.once("close", resolve));
    const store = at("queued");
    const broker = ["--broker", `redis://127.0.0.1:${port}`];
    const asking = ["study", at("tiny.yaml"), ...broker, "--store", store, "--out", at("queue"), "--quiet"];
    const ask = () => carom(asking, { env, cwd: redisFolder! });
    // Nobody is there, then a server that may throw away what it holds.
    expect((await ask()).stderr).toMatch(/expected a server of Redis or Valkey that answers/);
    const forgetful = serve("--maxmemory-policy", "allkeys-lru");
    let refused = await ask();
    while (refused.stderr.includes("that answers")) refused = await ask();
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("got allkeys-lru") });
    forgetful.kill("SIGKILL");
    await ended(forgetful);
    const first = serve();
    const run = new Promise((resolve) => setTimeout(resolve, 500)).then(ask);
    const killed = startWorker(store, broker, redisFolder);
    await killed.says("done:");
    kill(killed);
    first.kill("SIGKILL");
    await ended(first);
    serve();
    const last = startWorker(store, [...broker, "--idle", "5s"], redisFolder);
    expect(await run).toMatchObject({ status: 0 });
    expect((await last.ended).status).toBe(0);
    expect(metrics("queue")).toBe(metrics("reference"));
  },
);

it("a bucket without credentials, or with an address that is none, is refused in one sentence", async () => {
  const without = { AWS_ACCESS_KEY_ID: undefined };
  const { status, stderr } = await carom(["worker", "--store", "s3://bucket"], { env: without });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^carom: missing credentials for s3:\/\/bucket: expected AWS_ACCESS_KEY_ID/);
  expect((await carom(["status", "--store", "s3://"])).stderr).toMatch(/expected s3:\/\/BUCKET\/PREFIX/);
});

it("packages that were never asked for are named where a queue needs them", async () => {
  for (const verb of ["worker", "status"]) {
    const { status, stderr } = await carom([verb, "--broker", "redis://127.0.0.1:1", "--store", at("none")], {
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected the packages bullmq and ioredis, .* got neither; .*npm install bullmq ioredis/);
  }
});

it("a command that nobody works for says so, and status tells what waits", { timeout: 60_000 }, async () => {
  const store = at("alone");
  const child = spawn(
    process.execPath,
    [main, "study", at("tiny.yaml"), "--broker", "leases", "--store", store, "--out", at("alone-out")],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } },
  );
  workers.add(child);
  let text = "";
  const told = new Promise<void>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (more) => {
      text += more;
      if (text.includes("no worker is there; start carom worker")) resolve();
    });
  });
  await told;
  const { stdout } = await carom(["status", "--store", store, "--json"]);
  const status = JSON.parse(stdout) as { readonly offered: number; readonly hosts: readonly unknown[] };
  expect(status.offered).toBeGreaterThan(0);
  expect(status.hosts).toEqual([]);
  child.kill("SIGTERM");
});

it("a broker that is not known is refused in one sentence", async () => {
  const { status, stderr } = await carom(["audit", "--broker", "kafka://host", "--quiet"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^carom: unknown broker "kafka:\/\/host": expected leases, or the address/);
  expect((await carom(["worker", "--for", "soon"])).stderr).toMatch(/a time such as 90s/);
});
