// Whether a study comes out the same byte for byte on several hosts, whatever becomes of them while it runs.
//   node bench/cluster/hosts.mjs [plain,folder,chaos] [rows = 8000]
//
// A study of 3 repetitions, 6 surrogates and 6 targets, once alone, then on three hosts: that share Redis and a bucket
// and nothing else (plain); that share a folder, and have no network (folder); and again Redis and a bucket, while
// hosts are killed at 30 random moments and started again, the command that asks being on one of them, Redis forgets
// all it holds twice, the bucket is away for 10 s, and one host stands still for two times of a lease (chaos). Hosts
// are namespaces of Linux (as root), else folders. CAROM_TEST_REDIS_PACKAGES names a folder with bullmq, ioredis and
// aws4fetch, CAROM_TEST_S3_SERVER the server of S3's protocol.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stream, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { models } from "./models.mjs";
import { makePlaces } from "./places.mjs";
import { bucketEnv, bucketUrl, redisUrl, startRedis, startS3 } from "./services.mjs";

const [which = "plain,folder,chaos", rows = "8000"] = process.argv.slice(2);
const main = fileURLToPath(new URL("../../packages/cli/bin/carom.js", import.meta.url));
const packages = process.env.CAROM_TEST_REDIS_PACKAGES ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "carom-hosts-"));
const [HOSTS, KILLS, AWAY_S] = [3, 30, 10];
/** Seconds after which a host counts as lost. */
const LEASE_S = 10;
/** All that shall happen does in this share of what the study takes alone, and in so many seconds at least. */
const [SHARE, FEWEST_S] = [1.2, 35];
const seed = 24;

const study = `name: hosts
repetitions: 3
data: {train: points.npz}
split: {target: 0.4, surrogate: 0.4, attacked: 0.2}
surrogates:${models}
targets:${models}
attack: {norm: l2, epsilons: [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]}
`;

/** Writes the study and its data into a folder: two classes of normal rows. @param {string} place */
function writeStudy(place) {
  const [n, width] = [Number(rows), 20];
  const random = stream(seed, "rows");
  const y = Int32Array.from({ length: n }, (_, i) => i % 2);
  const x = Float32Array.from({ length: n * width }, (_, i) => {
    const mean = 0.4 + 0.2 * y[Math.floor(i / width)] * (i % 3 === 0 ? 1 : 0);
    return Math.min(1, Math.max(0, mean + 0.15 * random.normal()));
  });
  writeFileSync(
    join(place, "points.npz"),
    writeNpz({ x: tensor("float32", [n, width], x), y: tensor("int32", [n], y) }),
  );
  writeFileSync(join(place, "hosts.yaml"), study);
}

const carom = `"${process.execPath}" "${main}"`;
const asking = (/** @type {string} */ place) => `${carom} study ${place}/hosts.yaml --quiet --out ${place}/out`;
const metrics = (/** @type {string} */ place) => readFileSync(join(place, "out", "metrics.json"), "utf8");
const seconds = (/** @type {number} */ since) => ((performance.now() - since) / 1000).toFixed(0);

/** The study on one host alone, without any other, and the seconds that it took. */
async function alone() {
  const at = join(folder, "alone");
  mkdirSync(at);
  const places = makePlaces(1, { folder: at, packages, shares: false });
  const [host] = places.hosts;
  writeStudy(host.folder);
  const began = performance.now();
  const status = await host.run(`${asking(host.inside)} --workers 1`, { PATH: process.env.PATH }).ended;
  places.remove();
  if (status !== 0) throw new Error(`the study alone: ${readFileSync(join(host.folder, "log"), "utf8")}`);
  const took = (performance.now() - began) / 1000;
  console.log(`alone: ${took.toFixed(0)} s, load ${loadavg()[0].toFixed(1)}`);
  return { reference: metrics(host.folder), took };
}

/** @param {"plain" | "folder" | "chaos"} how @param {Awaited<ReturnType<typeof alone>>} result */
async function together(how, { reference, took }) {
  const at = join(folder, how);
  mkdirSync(at);
  const shares = how === "folder";
  const places = makePlaces(HOSTS, { folder: at, packages, shares });
  const { hosts, services, address } = places;
  const redis = () => startRedis(services, address);
  let queue = shares ? undefined : redis();
  const bucket = shares ? undefined : startS3(services, address);
  await after(3000);
  const where = shares ? `--store ${places.shared}/store` : `--store ${bucketUrl} --broker ${redisUrl(address)}`;
  const env = { PATH: process.env.PATH, CAROM_LEASE_SECONDS: String(LEASE_S), ...bucketEnv(address) };
  for (const host of hosts) writeStudy(host.folder);
  const scriptOf = (/** @type {number} */ i) => {
    const worker = `${carom} worker --workers 1 ${where}`;
    const { inside } = hosts[i];
    // The first host asks too. A run that was begun stays where it is: a host that comes back writes another one.
    return i > 0
      ? `exec ${worker}`
      : `${worker} & rm -rf ${inside}/out && ${asking(inside)} ${where} ${shares ? "--broker leases" : ""} && ` +
          `touch ${inside}/finished`;
  };
  const start = (/** @type {number} */ i) => hosts[i].run(scriptOf(i), env);
  const running = hosts.map((_, i) => start(i));
  const began = performance.now();
  let isOver = false;
  const seen = { killed: 0, forgot: 0, away: 0, frozen: 0 };
  const asked = (async () => {
    for (;;) {
      const current = running[0];
      const status = await current.ended;
      if (current !== running[0]) continue;
      // A host that was killed is started again by who killed it.
      if (status === 0 || how !== "chaos") return status;
      await after(3000);
      if (current === running[0]) return status;
    }
  })().finally(() => {
    isOver = true;
  });
  if (how === "chaos") {
    const random = stream(seed, "chaos");
    const length = Math.max(FEWEST_S, SHARE * took);
    /** @type {Set<number>} */
    const still = new Set();
    const kill = async () => {
      if (isOver) return;
      const able = [...hosts.keys()].filter((i) => !still.has(i));
      const i = able[random.integer(able.length)];
      still.add(i);
      running[i].kill();
      await running[i].ended;
      running[i] = start(i);
      still.delete(i);
      seen.killed++;
    };
    const forget = async () => {
      queue?.kill();
      await queue?.ended;
      queue = redis();
      seen.forgot++;
    };
    const leave = async () => {
      bucket?.down();
      await after(1000 * AWAY_S);
      bucket?.up();
      seen.away++;
    };
    const freeze = async () => {
      still.add(HOSTS - 1);
      running[HOSTS - 1].freeze();
      await after(2000 * LEASE_S);
      running[HOSTS - 1].revive();
      still.delete(HOSTS - 1);
      seen.frozen++;
    };
    const events = [
      ...Array.from({ length: KILLS }, () => ({ at: length * random.uniform(), happen: kill })),
      ...[0.25, 0.75].map((part) => ({ at: length * part, happen: forget })),
      { at: 0.45 * length, happen: leave },
      { at: 0.6 * length, happen: freeze },
    ].sort((a, b) => a.at - b.at);
    const happening = [];
    for (const { at: moment, happen } of events) {
      await after(Math.max(0, began + 1000 * moment - performance.now()));
      if (isOver) break;
      happening.push(happen());
    }
    await Promise.all(happening);
  }
  const status = await asked;
  for (const each of running) each.kill();
  queue?.kill();
  bucket?.kill();
  await Promise.all(running.map(({ ended }) => ended));
  places.remove();
  const same = status === 0 && metrics(hosts[0].folder) === reference;
  const isFull = how !== "chaos" || seen.killed === KILLS;
  const finished = hosts.map(({ folder: own }) => readFileSync(join(own, "log"), "utf8").match(/done: /g)?.length ?? 0);
  console.log(
    `${how}: ${HOSTS} hosts by ${places.kind}, ${shares ? "a folder" : `Redis and ${bucket?.name}`}: metrics.json ` +
      `${same ? "equals that of the study alone byte for byte" : `DIFFERS or is absent (status ${status})`}; ` +
      `tasks finished by each: ${finished.join(", ")}; ${seconds(began)} s, load ${loadavg()[0].toFixed(1)}`,
  );
  if (how === "chaos") {
    console.log(
      `  ${seen.killed} of ${KILLS} kills, Redis restarted ${seen.forgot} times, the bucket away ${seen.away} times for ` +
        `${AWAY_S} s, ${seen.frozen} host frozen for ${2 * LEASE_S} s${isFull ? "" : ": the study was over too soon"}`,
    );
  }
  if (!same || !isFull) {
    process.exitCode = 1;
    console.log(`  logs are left in ${at}`);
  }
}

const result = await alone();
for (const how of which.split(",")) await together(/** @type {"plain"} */ (how), result);
if (!process.exitCode) rmSync(folder, { recursive: true });
