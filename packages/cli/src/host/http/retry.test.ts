// Which wait a server asks for, and which we choose.

import { describe, expect, it } from "vitest";
import { parseRetryAfter, waitBefore } from "./retry.ts";

describe("the wait before another attempt", () => {
  it("doubles, unless the server says how long", () => {
    expect([0, 1, 2].map((attempt) => waitBefore(attempt, { got: "" }))).toEqual([500, 1000, 2000]);
    expect(waitBefore(3, { got: "", retryAfter: 7 })).toBe(7000);
    expect(waitBefore(60, { got: "" })).toBe(120_000);
  });

  it("is a number of seconds or a date", () => {
    const now = "Wed, 01 Jan 2020 00:00:00 GMT";
    expect(parseRetryAfter("12", now)).toBe(12);
    expect(parseRetryAfter("Infinity", null)).toBe(Number.POSITIVE_INFINITY);
    expect(parseRetryAfter("Wed, 01 Jan 2020 00:00:30 GMT", now)).toBe(30);
    expect(parseRetryAfter("Tue, 31 Dec 2019 23:59:00 GMT", now)).toBe(0);
    const soon = new Date(Date.now() + 60_000).toUTCString();
    for (const none of [null, "", "some day"]) {
      expect(Math.abs(parseRetryAfter(soon, none)! - 60)).toBeLessThan(5);
    }
    expect([null, "", "soon"].map((header) => parseRetryAfter(header, now))).toEqual([undefined, undefined, undefined]);
  });
});
