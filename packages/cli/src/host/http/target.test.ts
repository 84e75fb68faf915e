// Bad servers: each ends in a retry that works or in one sentence, and no budget is ever exceeded.

import { appendFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { InputError, tensor, toNumbers } from "@carom/core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ModelServer, startModelServer } from "../../../test/modelServer.ts";
import { temporaryFolder } from "../../../test/run.ts";
import { rowAxisOf } from "./protocols/protocol.ts";
import {
  type Connection,
  connect,
  openLedgerFor,
  openTarget,
  type RemoteTarget,
  type TargetOptions,
} from "./target.ts";

const options: TargetOptions = {
  batch: 10,
  concurrency: 4,
  retries: 2,
  timeoutSeconds: 5,
  maxQueries: Number.POSITIVE_INFINITY,
};
const FEATURES = 3;

/** Three scores by a rule that a mistake in order or precision would show in. */
const rule = ([a, b, c]: readonly number[]) => [a - b, b - c, c - a + 0.125];

/** Rows that are all different; the same for the same numbers. */
function rowsFrom(from: number, count: number) {
  const data = Float32Array.from({ length: count * FEATURES }, (_, i) => Math.sin(from * FEATURES + i));
  return tensor("float32", [count, FEATURES], data);
}

let server: ModelServer;
let other: ModelServer;
const connections: Connection[] = [];
const store = temporaryFolder();

beforeAll(async () => {
  server = await startModelServer({ features: FEATURES, classes: 3, answer: async (rows) => rows.map(rule) });
  other = await startModelServer({ features: FEATURES, classes: 3, answer: async (rows) => rows.map(rule) });
});
let counter = 0;
beforeEach(() => {
  vi.stubEnv("CAROM_STORE", `${store}/${counter++}`);
  server.rows.length = 0;
  server.requests = 0;
});
afterEach(() => {
  for (const { ledger } of connections.splice(0)) ledger?.close();
  Object.assign(server, { misbehave: undefined });
  vi.unstubAllEnvs();
});

async function open(
  own: Partial<TargetOptions> = {},
  path = "/v2/models/m",
  first = rowsFrom(0, 8),
): Promise<RemoteTarget> {
  const connection = await connect(`${server.origin}${path}`, { ...options, ...own });
  connections.push(connection);
  openLedgerFor(connection, "an audit");
  return openTarget(connection, first, ["0", "1", "2"]);
}

const ledger = () => connections[connections.length - 1].ledger!;

/** What a promise that must fail fails with: a fault of the input, in one sentence. */
async function sentence(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toMatch(/\n/);
  return message;
}

/** Misbehaves in the given requests, counted from 0, and is well in the others. */
function misbehaveIn(
  requests: (request: number) => boolean,
  how: (response: ServerResponse, rows: number) => void,
): void {
  server.misbehave = (request, response, rows) => {
    if (!requests(request)) return false;
    how(response, rows);
    return true;
  };
}

const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end("no");
const text = (body: string) => (response: ServerResponse) => response.writeHead(200).end(body);
const answer = (data: unknown[], count: number) =>
  JSON.stringify({ outputs: [{ name: "scores", datatype: "FP32", shape: [count, data.length / count], data }] });

describe("what passes", () => {
  const passing: readonly (readonly [string, (response: ServerResponse, rows: number) => void])[] = [
    ["status 500", status(500)],
    ["status 503 with a Retry-After", status(503, { "Retry-After": "0" })],
    ["status 429", status(429, { "Retry-After": "0" })],
    ["status 429 until a date", status(429, { "Retry-After": new Date(0).toUTCString() })],
    ["JSON that is cut short", text('{"outputs":[{"name":"scores","da')],
    ["an empty answer", text("")],
    ["a connection that is closed", (response) => response.destroy()],
    [
      "a body that ends too soon",
      (response) => response.writeHead(200, { "Content-Length": "1000" }).write("{") && response.destroy(),
    ],
  ];
  it.each(passing)("%s: is tried again, and every answer is right", async (_, how) => {
    misbehaveIn((request) => request % 2 === 0, how);
    const target = await open();
    const x = rowsFrom(0, 25);
    const scores = toNumbers(await target.scores(x));
    expect(scores).toEqual(Array.from({ length: 25 }, (_, i) => rule([...x.data.subarray(3 * i, 3 * i + 3)])).flat());
    // Rows that were sent twice are counted twice.
    expect(ledger().sent).toBe(server.rows.length);
    expect(server.rows.length).toBeGreaterThan(25);
  });

  it("a slow answer: is waited for no longer than said, then tried again", async () => {
    misbehaveIn(
      (request) => request === 0,
      () => {},
    );
    const target = await open({ timeoutSeconds: 0.3 });
    expect((await target.scores(rowsFrom(0, 5))).shape).toEqual([5, 3]);
    expect(ledger().sent).toBe(16);
  });

  it("many refusals for being too fast: one request at a time after the first", async () => {
    let atOnce = 0;
    let most = 0;
    server.misbehave = async (request, response) => {
      most = Math.max(request > 4 ? most : 0, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce--;
      if (request >= 5 || request === 0) return false;
      status(429, { "Retry-After": "0" })(response);
      return true;
    };
    const target = await open({ batch: 1, concurrency: 8, retries: 0 }, undefined, rowsFrom(0, 1));
    await target.scores(rowsFrom(0, 40));
    expect(most).toBeGreaterThan(1);
    most = 0;
    await target.scores(rowsFrom(40, 20));
    expect(most).toBe(1);
  });

  it("a redirection on the same host: is followed", async () => {
    misbehaveIn((request) => request === 0, status(307, { Location: "/v2/models/m/infer?again" }));
    const target = await open();
    expect((await target.scores(rowsFrom(0, 8))).shape).toEqual([8, 3]);
    expect(ledger().sent).toBe(16);
  });
});

describe("what does not pass", () => {
  const fatal: readonly (readonly [string, (response: ServerResponse, rows: number) => void, RegExp])[] = [
    [
      "status 500 each time",
      status(500),
      /expected an answer within 3 attempts, got status 500 \("no"\) at the last; start the same command again/,
    ],
    [
      "JSON cut short each time",
      text('{"outputs'),
      /got an answer that is no JSON or was cut short: "\{"outputs" at the last/,
    ],
    ["a wish to wait for an hour", status(429, { "Retry-After": "3600" }), /got a wish for one of 3600 s/],
    ["status 401", status(401), /expected a request that is let in, got status 401.*--auth-env/],
    ["status 413", status(413), /got status 413 to 8 rows.*--batch/],
    ["status 400", status(400), /got status 400 to 8 rows \("no"\)/],
    [
      "NaN as Python writes it",
      text('{"outputs":[{"name":"scores","data":[NaN]}]}'),
      /invalid scores of .*: expected finite numbers, got NaN/,
    ],
    [
      "scores of null",
      (response, n) => text(answer(new Array(3 * n).fill(null), n))(response),
      /expected finite numbers/,
    ],
    ["too few answers", (response) => text(answer([1, 2], 1))(response), /expected values for 8 rows, got 2 values/],
    ["another document", text('{"hello": 1}'), /expected outputs, got none/],
    ["an HTML page", text("<html>hello</html>"), /no JSON or was cut short: "<html>hello<\/html>"/],
  ];
  it.each(fatal)("%s", async (_, how, expected) => {
    misbehaveIn(() => true, how);
    expect(await sentence(open())).toMatch(expected);
    expect(ledger().sent).toBe(server.rows.length);
  });

  it("a slow server, each time", async () => {
    misbehaveIn(
      () => true,
      () => {},
    );
    expect(await sentence(open({ timeoutSeconds: 0.2, retries: 1 }))).toMatch(
      /within 2 attempts, got no answer within 0.2 s/,
    );
  });

  it("an endless body: is not read to its end", async () => {
    let sent = 0;
    misbehaveIn(
      () => true,
      (response) => {
        const piece = "1".repeat(2 ** 20);
        const more = () => {
          while (!response.destroyed && response.write(piece)) sent++;
          if (!response.destroyed) response.once("drain", more);
        };
        response.writeHead(200).write("[");
        more();
      },
    );
    expect(await sentence(open())).toMatch(
      /expected at most 16777216 bytes of an answer, got one that goes on; .*CAROM_LIMITS=answered=/,
    );
    expect(sent).toBeLessThan(64);
  });

  it("a redirection to another host: nothing is sent there, the credential least of all", async () => {
    vi.stubEnv("A_TOKEN", "tok-1234567890");
    misbehaveIn(() => true, status(307, { Location: `${other.origin}/v2/models/m/infer` }));
    const message = await sentence(open({ authEnv: "A_TOKEN" }));
    expect(message).toContain(`got a redirection to ${other.origin}`);
    expect(other.rows).toEqual([]);
    expect(server.headers.at(-1)?.authorization).toBe("Bearer tok-1234567890");
  });

  it.each([
    ["the next request", 1],
    ["a later request", 3],
  ])("another number of classes from %s on", async (_, from) => {
    misbehaveIn(
      (request) => request >= from,
      (response, n) => text(answer(new Array(2 * n).fill(0.5), n))(response),
    );
    const target = await open({ concurrency: 1 });
    expect(await sentence(target.scores(rowsFrom(0, 50)))).toMatch(
      /expected 3 scores for each row, as at first, got 2 scores/,
    );
    // What makes no sense is not remembered, and nothing is sent after it.
    expect(ledger().sent).toBe(server.rows.length);
    expect(server.requests).toBe(from + 1);
    Object.assign(server, { misbehave: undefined });
    ledger().close();
    const later = await open();
    expect((await later.scores(rowsFrom(0, 50))).shape).toEqual([50, 3]);
  });

  it("nobody who listens, and no such path", async () => {
    const nobody = connect("http://127.0.0.1:9/v2/models/m", { ...options, retries: 0 });
    expect(await sentence(nobody)).toMatch(
      /target http:\/\/127.0.0.1:9\/v2\/models\/m: expected an answer within 1 attempt/,
    );
    expect(await sentence(connect(`${server.origin}/v2/models/n`, options))).toMatch(
      /expected a model under that address, got status 404/,
    );
    expect(await sentence(connect(`${server.origin}/elsewhere`, options))).toMatch(/unknown protocol .*--protocol/);
    expect(await sentence(connect(server.origin, { ...options, protocol: "openinference" }))).toMatch(
      /did you mean "open-inference"/,
    );
  });
});

describe("what a server speaks", () => {
  it.each([
    ["", "open-inference", "m 3"],
    ["/v2", "open-inference", "m 3"],
    ["/v2/models/m/infer", "open-inference", "m 3"],
    ["/v1/models/m:predict", "tensorflow-serving", "m 3"],
    ["/mlflow", "mlflow", undefined],
    ["/mlflow/invocations?a=b", "mlflow", undefined],
  ])("is found out: %s is %s", async (path, protocol, model) => {
    const target = await open({}, path);
    expect(connections[0].protocol).toMatchObject({ name: protocol, ...(model !== undefined && { model }) });
    const scores = await target.scores(rowsFrom(5, 9));
    expect([...scores.data.slice(0, 3)]).toEqual(rule([...rowsFrom(5, 1).data]));
    // Nothing was sent to find it out.
    expect(server.rows.length).toBe(14);
  });
});

describe("a model that takes one row at a time", () => {
  it.each([[[1, FEATURES]], [[FEATURES]]])("as shape %j in its metadata says, is asked so", async (shape) => {
    const single = await startModelServer({
      ...{ features: FEATURES, classes: 3, shape },
      answer: async (rows) => rows.map(rule),
    });
    single.misbehave = (_, response, rows) => rows > 1 && Boolean(response.writeHead(400).end("one at a time"));
    const connection = await connect(`${single.origin}/v2/models/m`, options);
    connections.push(connection);
    openLedgerFor(connection, "an audit");
    const x = rowsFrom(0, 20);
    const target = await openTarget(connection, x, ["0", "1", "2"]);
    expect(toNumbers(await target.scores(x))).toEqual(
      Array.from({ length: 20 }, (_, i) => rule([...x.data.subarray(3 * i, 3 * i + 3)])).flat(),
    );
    expect(single.requests).toBe(20);
  });

  it("is known by its shape alone; other lengths are those of a row, and what varies is the number of rows", () => {
    expect(rowAxisOf([-1, 4])).toEqual({ hasRows: true, inputShape: [4] });
    expect(rowAxisOf([1, 4])).toEqual({ hasRows: true, mostRows: 1, inputShape: [4] });
    expect(rowAxisOf([1, -1])).toEqual({ hasRows: true, mostRows: 1 });
    expect(rowAxisOf([4])).toEqual({ hasRows: false, mostRows: 1, inputShape: [4] });
    expect(rowAxisOf([3, 8, 8])).toEqual({ hasRows: false, mostRows: 1, inputShape: [3, 8, 8] });
    expect(rowAxisOf([-1])).toEqual({ hasRows: true });
    expect(rowAxisOf([])).toEqual({ hasRows: true });
  });

  it("and does not say so is asked so with --batch 1, which its refusal names", async () => {
    server.misbehave = (_, response, rows) =>
      rows > 1 && Boolean(response.writeHead(400).end('{"error": {"message": "Expected [1,3]\\u001b[31m"}}'));
    expect(await sentence(open())).toMatch(/got status 400 to 8 rows \("Expected \[1,3\] \[31m"\); .*--batch 1/);
    ledger().close();
    const target = await open({ batch: 1 });
    expect((await target.scores(rowsFrom(0, 9))).shape).toEqual([9, 3]);
  });

  it("may answer without a list around it", async () => {
    server.misbehave = (_, response, rows) =>
      rows === 1 && Boolean(response.end(JSON.stringify({ predictions: [0.25, 0.5, 0.25] })));
    const target = await open({ batch: 1 }, "/mlflow");
    expect([...(await target.scores(rowsFrom(0, 1))).data]).toEqual([0.25, 0.5, 0.25]);
  });
});

describe("the budget", () => {
  it.each([20, 21, 57, 64])("of %i holds to the row, under concurrency and retries", async (maxQueries) => {
    // Every third request fails in its own way.
    server.misbehave = (request, response) => {
      if (request % 3 !== 1) return false;
      if (request % 2) response.destroy();
      else status(500)(response);
      return true;
    };
    const target = await open({ batch: 7, concurrency: 8, maxQueries, retries: 6 });
    const message = await sentence(target.scores(rowsFrom(0, 500)));
    expect(message).toContain(`expected at most ${maxQueries}, as --max-queries says`);
    expect(server.rows.length).toBeLessThanOrEqual(maxQueries);
    expect(server.rows.length).toBeGreaterThan(maxQueries - 7);
    expect(ledger().sent).toBe(server.rows.length);
  });

  it("is enough where it is exactly what is needed, and counts on after an interruption", async () => {
    const target = await open({ maxQueries: 50 });
    await target.scores(rowsFrom(0, 50));
    expect(server.rows.length).toBe(50);
    ledger().close();
    const again = await open({ maxQueries: 50 });
    await again.scores(rowsFrom(0, 50));
    expect(server.rows.length).toBe(50);
    expect(await sentence(again.scores(rowsFrom(50, 1)))).toMatch(/got 1 more to be sent after 50/);
  });
});

describe("the ledger", () => {
  it("asks about equal rows once, even at the same time", async () => {
    const target = await open();
    const same = tensor("float32", [30, 3], new Float32Array(90).fill(0.5));
    await Promise.all([
      target.scores(same),
      target.scores(same),
      target.scores(rowsFrom(0, 20)),
      target.scores(rowsFrom(10, 20)),
    ]);
    expect(server.rows.length).toBe(1 + 30);
  });

  it("drops half a line at its end, and only that", async () => {
    const target = await open();
    await target.scores(rowsFrom(0, 40));
    const { path } = ledger();
    ledger().close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const lastRow = lines.findLastIndex((line) => line.includes('"row"'));
    expect(lastRow).toBe(lines.length - 1);
    truncateSync(path, statSync(path).size - 5);
    server.rows.length = 0;
    const again = await open();
    const scores = await again.scores(rowsFrom(0, 40));
    expect(server.rows.length).toBe(1);
    expect([...scores.data.slice(-3)]).toEqual(rule([...rowsFrom(39, 1).data]));
    ledger().close();
    // A damaged line in the middle costs its row and no more.
    appendFileSync(path, '{"row": "x", "ans\n{"audit":"an audit","sent":5}\n');
    await open();
    expect(ledger().sent).toBe(40 + 1 + 5);
  });

  it("belongs to one process at a time, and to one version", async () => {
    await open();
    expect(await sentence(open())).toMatch(/expected one audit of it at a time/);
    const before = server.rows.length;
    await open({ version: "2" });
    expect(server.rows.length).toBe(before + 8);
  });
});
