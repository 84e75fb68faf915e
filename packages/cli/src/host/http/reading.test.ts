// How answers are read: decided by the first ones, and held to.

import { describe, expect, it } from "vitest";
import type { Answer } from "./answer.ts";
import { readingOf, scoresOf } from "./reading.ts";
import { parseRetryAfter, waitBefore } from "./retry.ts";

const read = (answers: readonly Answer[], declared?: readonly string[], probabilities?: boolean) =>
  readingOf(answers, declared, ["3", "7"], probabilities, "target");

describe("the first answers", () => {
  it.each<[string, Answer[], object]>([
    [
      "lists that sum to 1",
      [
        [0.25, 0.75],
        [1, 0],
      ],
      { kind: "scores", classes: 2, probabilities: true },
    ],
    ["lists that are rounded", [[0.33, 0.33, 0.335]], { kind: "scores", classes: 3, probabilities: true }],
    [
      "lists that do not sum to 1",
      [
        [0.5, 0.5],
        [2, 0],
      ],
      { kind: "scores", classes: 2, probabilities: false },
    ],
    ["lists with a negative score", [[1.5, -0.5]], { kind: "scores", probabilities: false }],
    ["names", ["7", "3"], { kind: "labels", classes: 2, classNames: ["3", "7"] }],
    ["whole numbers that come alone", [[7], [3]], { kind: "labels", classes: 2 }],
    ["probabilities that come alone", [[0.5], [1]], { kind: "score", classes: 2, probabilities: true }],
    ["a decision function", [[-1.5], [2]], { kind: "score", classes: 2, probabilities: false }],
  ])("%s", (_, answers, expected) => {
    expect(read(answers)).toMatchObject(expected);
  });

  it("give way to what is declared", () => {
    expect(read([[0.5, 0.5]], undefined, false).probabilities).toBe(false);
    expect(() => read([[0.5, 0.5]], ["a", "b", "c"])).toThrow(
      /expected 2, as it answers with 2 scores, got 3: a, b, c/,
    );
  });
});

describe("an answer", () => {
  it("means scores: a label 1 and 0, a probability p as (1 - p, p), a decision function f as (-f, f)", () => {
    expect(scoresOf([7], read([[7], [3]]), "target")).toEqual([0, 1]);
    expect(scoresOf("3", read(["7"]), "target")).toEqual([1, 0]);
    expect(scoresOf([0.25], read([[0.5]]), "target")).toEqual([0.75, 0.25]);
    expect(scoresOf([-3], read([[-1.5]]), "target")).toEqual([3, -3]);
    expect(scoresOf([5, 6], read([[2, 3]]), "target")).toEqual([5, 6]);
  });

  it("of another kind than at first is refused", () => {
    expect(() => scoresOf([1, 2, 3], read([[2, 3]]), "target")).toThrow(
      /expected 2 scores for each row, as at first, got 3 scores/,
    );
    expect(() => scoresOf("7", read([[2, 3]]), "target")).toThrow(/got the name "7"/);
    expect(() => scoresOf([1, 2], read(["7"]), "target")).toThrow(/expected the name of a class for each row/);
    expect(() => scoresOf([9], read(["7"]), "target")).toThrow(/unknown class "9" .*--classes/);
  });
});

describe("the wait before another attempt", () => {
  it("doubles, unless the server says how long", () => {
    expect([0, 1, 2].map((attempt) => waitBefore(attempt, { got: "" }))).toEqual([500, 1000, 2000]);
    expect(waitBefore(3, { got: "", retryAfter: 7 })).toBe(7000);
    expect(waitBefore(60, { got: "" })).toBe(120_000);
  });

  it("is a number of seconds or a date", () => {
    const now = Date.UTC(2020, 0, 1);
    expect(parseRetryAfter("12", now)).toBe(12);
    expect(parseRetryAfter("Wed, 01 Jan 2020 00:00:30 GMT", now)).toBe(30);
    expect(parseRetryAfter("Tue, 31 Dec 2019 23:59:00 GMT", now)).toBe(0);
    expect([null, "", "soon"].map((header) => parseRetryAfter(header, now))).toEqual([undefined, undefined, undefined]);
  });
});
