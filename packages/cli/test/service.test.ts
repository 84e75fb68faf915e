// Audits of a target behind an address that are killed, that run out of budget, and that hold a secret.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { learners, stream } from "@carom/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rowKey } from "../src/host/http/ledger.ts";
import { type ModelServer, type Served, startModelServer } from "./modelServer.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const data = join(folder, "points.npz");
const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));
const question = ["audit", "--data", data, "--epsilon", "0.1,0.3", "--quiet", "--points", "20"];
/** The same on few surrogates, which are trained soon. */
const chosen = ["ridge", "logistic", "svm-linear"];
const short = [...question, "--surrogates", chosen.join()];
const attackable = Object.values(learners).filter(
  ({ capabilities }) => capabilities.differentiable && !capabilities.images,
);
/** 8 rows at first, then 20 points, clean and crafted on every surrogate, in two complexities, with 2 budgets. */
const enough = (surrogates: number) => 8 + 20 * (1 + 2 * surrogates * 2);
const ENOUGH = enough(attackable.length);

const model: Served = {
  features: 4,
  classes: 2,
  async answer(rows) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    return rows.map(([a, b]) => [0.75 - a - 0.5 * b, a + 0.5 * b - 0.75]);
  },
};

beforeAll(() => writeFileSync(data, pointsFile(80)));

function start(args: readonly string[], store: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, CAROM_STORE: store, ...env },
  });
}

function ledgerOf(store: string): { readonly text: string; readonly rows: ReadonlySet<string>; readonly sent: number } {
  const at = join(store, "ledgers");
  const name = readdirSync(at).find((each) => each.endsWith(".jsonl"))!;
  const text = readFileSync(join(at, name), "utf8");
  const whole = text.split("\n").slice(0, -1);
  const entries = whole.map((line) => JSON.parse(line) as { row?: string; sent?: number });
  return {
    text,
    rows: new Set(entries.flatMap(({ row }) => row ?? [])),
    sent: entries.reduce((sum, { sent = 0 }) => sum + sent, 0),
  };
}

describe("an audit of a target behind an address", () => {
  it("that is killed at any moment goes on without asking twice what was answered", async () => {
    const server = await startModelServer(model);
    const store = join(folder, "killed");
    const args = [...short, "--target", `${server.origin}/v2/models/m`, "--batch", "5", "--concurrency", "2"];
    const random = stream(7, "kill");
    let answered: ReadonlySet<string> = new Set();
    let seen = 0;
    let kills = 0;
    const nothingTwice = () => {
      const keys = server.rows.slice(seen).map((row) => rowKey(JSON.parse(row) as number[]));
      expect(keys.filter((key) => answered.has(key))).toEqual([]);
      seen = server.rows.length;
    };
    while (kills < 4) {
      const child = start(args, store);
      const at = seen + 1 + random.integer(100);
      const status = await new Promise<number | null>((resolve) => {
        const watch = setInterval(() => server.rows.length >= at && child.kill("SIGKILL"), 1);
        child.on("close", (code) => {
          clearInterval(watch);
          resolve(code);
        });
      });
      // Requests on the way when the process died still arrive.
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (status !== null) break;
      kills++;
      nothingTwice();
      const ledger = ledgerOf(store);
      answered = ledger.rows;
      // Every row that was received had been counted before.
      expect(ledger.sent).toBeGreaterThanOrEqual(server.rows.length);
    }
    expect(kills).toBeGreaterThan(1);
    const ended = await carom([...args, "--json", "--max-queries", String(enough(chosen.length) + 10 * kills)], {
      store,
      cwd: folder,
    });
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    nothingTwice();
    // What was in flight at a kill is all that can have been asked again.
    expect(server.rows.length - new Set(server.rows).size).toBeLessThanOrEqual(10 * kills);
    const whole = await carom([...args, "--json"], { store: join(folder, "whole"), cwd: folder });
    const { folder: _, ...result } = JSON.parse(ended.stdout);
    const { folder: __, ...expected } = JSON.parse(whole.stdout);
    expect(result).toEqual(expected);
  }, 120_000);

  it("is refused before anything is sent where the budget cannot be enough, and done where it is just enough", async () => {
    const server = await startModelServer(model);
    const args = [...question, "--target", `${server.origin}/v2/models/m`];
    const store = join(folder, "budget");
    const refused = await carom([...args, "--max-queries", String(ENOUGH - 1)], { store, cwd: folder });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      `an audit of 20 points that needs up to ${ENOUGH}; attack fewer points (--points 19)`,
    );
    expect(server.rows).toEqual([]);
    const done = await carom([...args, "--max-queries", String(ENOUGH), "--json"], { store, cwd: folder });
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(server.rows.length).toBeLessThanOrEqual(ENOUGH);
    expect(ledgerOf(store).sent).toBe(server.rows.length);
    const manifest = JSON.parse(readFileSync(join(folder, JSON.parse(done.stdout).folder, "manifest.json"), "utf8"));
    expect(manifest.queries).toEqual({ sent: server.rows.length, answersFromBefore: 0, most: ENOUGH });
  });
});

describe("a credential", () => {
  const token = "s3cret/Tok+en=42-äöü"; // In Latin 1, with what encodings change.
  const key = "0123456789abcdef";
  const forms = [token, key].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret, "latin1").toString("base64"),
    Buffer.from(secret).toString("hex"),
    secret.slice(0, 9),
  ]);
  const env = { CAROM_TEST_TOKEN: token, CAROM_TEST_KEY: key };
  let server: ModelServer;

  /** Everything under a folder and everything printed, compressed files as their content too. */
  function findings(store: string, ...printed: readonly string[]): string[] {
    const files = [store, join(folder, "carom-runs")].flatMap((root) =>
      readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => join(root, name)),
    );
    const texts = files
      .filter((path) => statSync(path).isFile())
      .map((path) => [path, readFileSync(path)] as const)
      .flatMap(
        ([path, bytes]) =>
          [[path, bytes], ...(path.endsWith(".gz") ? [[path, gunzipSync(bytes)] as const] : [])] as const,
      );
    const all = [
      ...texts.flatMap(([path, bytes]) => [
        [path, bytes.toString("utf8")],
        [path, bytes.toString("latin1")],
      ]),
      ...printed.map((text) => ["printed", text]),
    ];
    expect(all.length).toBeGreaterThan(100);
    return all
      .filter(([path, text]) => forms.some((form) => text.includes(form) || path.includes(form)))
      .map(([path]) => path);
  }

  beforeAll(async () => {
    server = await startModelServer(model);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  });
  afterAll(() => void vi.unstubAllEnvs());

  it("is in no file, no message and no output, though the server sends it back", async () => {
    const store = join(folder, "secret");
    const address = `${server.origin}/v2/models/m?key=$CAROM_TEST_KEY`;
    const secrets = ["--auth-env", "CAROM_TEST_TOKEN", "--header", "X-Key: $CAROM_TEST_KEY"];
    const args = [...short, "--target", address, ...secrets];
    const done = await carom(args, { store, cwd: folder });
    expect(done).toMatchObject({ status: 0, stderr: "" });
    const headers = server.headers.at(-1)!;
    expect([headers.authorization, headers["x-key"]]).toEqual([`Bearer ${token}`, key]);

    const echo = (status: number, body: string) => {
      server.misbehave = (_, response) => {
        response.writeHead(status, { Location: `https://${key}.example/` }).end(body);
        return true;
      };
      return carom([...args, "--target-version", `${status} ${body.length}`, "--retries", "0"], { store, cwd: folder });
    };
    const whole = `${token} ${encodeURIComponent(token)} ${Buffer.from(token).toString("base64")} ${key}`;
    const failures = [
      await echo(400, whole),
      await echo(500, whole),
      await echo(307, whole),
      await echo(200, whole),
      await echo(400, Buffer.from(`user:${token}`).toString("base64")),
      // Cut in its middle, by our excerpts.
      await echo(400, `${"x".repeat(390)}${whole}`),
      await echo(
        200,
        JSON.stringify({ outputs: [{ name: token, datatype: "BYTES", data: new Array(8).fill(token) }] }),
      ),
    ];
    Object.assign(server, { misbehave: undefined });
    for (const { status, stderr } of failures) {
      expect(status).toBe(2);
      expect(stderr).toMatch(/\[credential\]|x{60}/);
    }
    const wrong = [
      ["--header", `Authorization ${token}`],
      ["--header", "Authorization:", token],
      [`--header=X-Key: ${token}\nX-Other: 1`],
      [`--headers=X-Key: ${token}`],
      ["--target", `http://user:${encodeURIComponent(token)}@127.0.0.1:1/v2/models/m`],
      ["--target", `http://us%er:${token}@127.0.0.1:1/v2/models/m`],
      ["--target", `htp://user:${token}@127.0.0.1:1/v2/models/m`],
      [`http://user:${key}@127.0.0.1:1/v2/models/m`],
      ["--target", `${server.origin}/v2/models/m?api_key=${key}`],
    ];
    for (const each of wrong) {
      const finished = await carom([...question, "--target", `${server.origin}/v2/models/m`, ...each], {
        store,
        cwd: folder,
      });
      expect(finished.status).toBe(2);
      failures.push(finished);
    }
    const printed = [done, ...failures].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect(findings(store, ...printed)).toEqual([]);
    // The search finds what is there.
    writeFileSync(join(store, "planted"), `a ${token} b`);
    expect(new Set(findings(store))).toEqual(new Set([join(store, "planted")]));
  }, 240_000);

  it("that is not set is asked for by the name of its variable", async () => {
    const { status, stderr } = await carom([...question, "--target", server.origin, "--auth-env", "CAROM_NOT_SET"], {
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^carom: missing environment variable CAROM_NOT_SET: .*export CAROM_NOT_SET=/);
  });
});
