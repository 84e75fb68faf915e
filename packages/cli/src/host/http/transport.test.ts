// How long a request waits before it is sent again, and who is told.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startTransport } from "./transport.ts";

/** What the server answers next, by status and headers; well, once there is nothing left. */
const answers: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[] = [];
const server = createServer((request, response) => {
  request.resume();
  const next = answers.shift();
  response.writeHead(next?.status ?? 200, next?.headers ?? {}).end(next ? "not now" : "{}");
});
let url: URL;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void answers.splice(0));

/** Sends so many requests at once; the waits in milliseconds, and what was told. */
async function waitsOf(requests: number, concurrency = 4) {
  const waits: number[] = [];
  const told: string[] = [];
  const transport = startTransport({
    ...{ headers: {}, concurrency, retries: 3, timeoutMs: 2000, name: "t" },
    reserve() {},
    tell: (sentence) => told.push(sentence),
    sleep: async (milliseconds) => waits.push(milliseconds),
  });
  const all = Array.from({ length: requests }, () => transport.send({ url, rows: 0 }, (document) => document));
  await Promise.all(all);
  return { waits, told };
}

describe("a wait that the server asks for", () => {
  it("is as long as it says, whatever our clock does in the meantime", async () => {
    const clock = vi.spyOn(Date, "now");
    for (const step of [-3_600_000, 0, 3_600_000]) {
      let asked = 0;
      clock.mockImplementation(() => 1e12 + (asked++ > 0 ? step : 0));
      answers.push({ status: 429, headers: { "Retry-After": "7" } }, { status: 503, headers: { "Retry-After": "3" } });
      expect((await waitsOf(1)).waits).toEqual([7000, 3000]);
    }
    clock.mockRestore();
  });

  it("until a date is measured by the server's own clock", async () => {
    const at = (seconds: number) => new Date(Date.UTC(2031, 5, 1) + 1000 * seconds).toUTCString();
    answers.push({ status: 429, headers: { "Retry-After": at(30), Date: at(0) } });
    expect((await waitsOf(1)).waits).toEqual([30_000]);
  });

  it("is told once, and waited for once, however many requests are told to wait at the same time", async () => {
    for (let i = 0; i < 4; i++) answers.push({ status: 503, headers: { "Retry-After": "60" } });
    const { waits, told } = await waitsOf(4);
    expect(waits).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(told[0]).toBe('target t answered status 503 ("not now"); waiting 60 s before the next attempt');
  });

  it.each([
    ["121", "121 s"],
    ["1e9", "11,574 days"],
    ["90000", "25 hours"],
    ["Infinity", "unlimited time"],
    [new Date(Date.UTC(2999, 0, 1)).toUTCString(), " days"],
  ])("of %s is too long", async (header, words) => {
    answers.push({ status: 429, headers: { "Retry-After": header } });
    await expect(waitsOf(1)).rejects.toThrow(new RegExp(`got a wish for one of .*${words}; start the same command`));
  });
});

it("waits of our own double, and are told when they are long enough to wonder", async () => {
  answers.push({ status: 500 }, { status: 500 }, { status: 500 });
  const { waits, told } = await waitsOf(1);
  expect(waits).toEqual([500, 1000, 2000]);
  expect(told).toHaveLength(1);
});
