// Objects behind a server that is cut off now and then, against a plain map.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { stream } from "@carom/core";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openObjects } from "./objects.ts";

type Fault = "refuses" | "cuts" | "stumbles";
const held = new Map<string, Buffer>();
/** Requests that go wrong, by their paths. */
let faults = new Map<string, Fault[]>();
let connections = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  const url = new URL(request.url!, "http://host");
  const fault = faults.get(url.pathname)?.pop();
  if (fault === "refuses") {
    request.socket.destroy();
    return;
  }
  if (fault === "stumbles") {
    response.writeHead(503).end("<Error><Message>later</Message></Error>");
    return;
  }
  const send = (status: number, content: Buffer) => {
    response.writeHead(status, { "content-length": content.length, etag: `"${content.length}"` });
    if (fault !== "cuts") {
      response.end(content);
      return;
    }
    // Half of an answer, or none at all, and then no more.
    response.write(content.subarray(0, content.length / 2), () => request.socket.destroy());
  };
  const found = held.get(url.pathname);
  const none = Buffer.from("none");
  if (request.method === "PUT") {
    if (request.headers["if-none-match"] === "*" && found) {
      send(412, none);
      return;
    }
    held.set(url.pathname, body);
    send(200, Buffer.alloc(0));
  } else if (request.method === "DELETE") {
    held.delete(url.pathname);
    response.writeHead(204).end();
  } else if (url.searchParams.has("list-type")) {
    const prefix = `${url.pathname}/${url.searchParams.get("prefix")}`;
    const names = [...held.keys()].filter((name) => name.startsWith(prefix));
    const entries = names.map(
      (name) => `<Contents><Key>${decodeURIComponent(name.slice(url.pathname.length + 1))}</Key></Contents>`,
    );
    send(200, Buffer.from(`<ListBucketResult>${entries.join("")}</ListBucketResult>`));
  } else if (!found) send(404, none);
  else if (!request.headers.range) send(200, found);
  else if (found.length === 0) send(416, none);
  else send(206, found.subarray(0, 1));
}

const server = createServer((request, response) => void answer(request, response));
server.on("connection", () => connections++);
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  held.clear();
  faults = new Map();
});

it("gives what was written, whenever the server refuses, stumbles or breaks off", { timeout: 30_000 }, async () => {
  const objects = await openObjects("s3://bucket/some/prefix");
  const random = stream(1, "faults");
  const kinds: readonly Fault[] = ["refuses", "cuts", "stumbles"];
  const some = () => Array.from({ length: random.integer(3) }, () => kinds[random.integer(kinds.length)]);
  const texts = Array.from({ length: 60 }, (_, i) => ({ name: `a/${i} ä+%`, text: "x".repeat(random.integer(3) * i) }));
  const pathOf = (name: string) => `/bucket/some/prefix/${name.split("/").map(encodeURIComponent).join("/")}`;
  const withFaults = () => {
    faults = new Map(texts.map(({ name }) => [pathOf(name), some()]));
    faults.set("/bucket", some());
  };
  withFaults();
  await Promise.all(texts.map(({ name, text }) => objects.write(name, text)));
  withFaults();
  const found = await Promise.all(texts.map(({ name }) => objects.read(name)));
  expect(found.map((each) => each && new TextDecoder().decode(each.bytes))).toEqual(texts.map(({ text }) => text));
  withFaults();
  expect(await Promise.all(texts.map(({ name }) => objects.has(name)))).toEqual(texts.map(() => true));
  await Promise.all(texts.slice(0, 30).map(({ name }) => objects.remove(name)));
  withFaults();
  expect(await Promise.all(texts.map(({ name }) => objects.has(name)))).toEqual(texts.map((_, i) => i >= 30));
  expect(await objects.read(texts[0].name)).toBeUndefined();
  const left = (await objects.list("a/")).map(({ name }) => name).sort();
  expect(left).toEqual(texts.slice(30).map(({ name }) => name.slice(2)));
});

it("asks again and again on one connection", async () => {
  const objects = await openObjects("s3://bucket");
  // What others left open has been closed.
  server.closeAllConnections();
  await new Promise((resolve) => setTimeout(resolve, 50));
  connections = 0;
  for (let i = 0; i < 10; i++) {
    expect(await objects.write("x", "text", i === 0 ? { absent: true } : undefined)).toBe(true);
    expect(await objects.write("x", "other", { absent: true })).toBe(false);
    expect(await objects.has("x")).toBe(true);
    expect(await objects.has("y")).toBe(false);
    await objects.read("y");
    await objects.list("");
    await objects.remove("y");
  }
  expect(connections).toBe(1);
});
