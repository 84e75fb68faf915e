// How answers are read: as declared, else by the first ones; and held to.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, answersFrom } from "./answer.ts";
import { type Expected, readingOf } from "./reading.ts";
import { scoresOf } from "./scores.ts";

const read = (answers: readonly Answer[], expected: Partial<Expected> = {}) =>
  readingOf(answers, { ofData: ["3", "7"], ...expected }, "target");
/** The scores of answers as a document has them. */
const scoresIn = (list: readonly unknown[], expected: Partial<Expected> = {}) => {
  const answers = answersFrom(list, list.length, "target");
  const reading = read(answers, expected);
  return answers.map((answer) => scoresOf(answer, reading, "target"));
};

describe("the first answers", () => {
  it.each<[string, unknown[], object]>([
    [
      "lists that sum to 1",
      [
        [0.25, 0.75],
        [1, 0],
      ],
      { kind: "scores", classes: 2, probabilities: true },
    ],
    ["lists rounded to two decimals", [[0.33, 0.33, 0.33]], { kind: "scores", classes: 3, probabilities: true }],
    [
      "many, rounded",
      [new Array(20).fill(0.05), [0.62, ...new Array(19).fill(0.02)]],
      { probabilities: true, total: 1 },
    ],
    [
      "percentages",
      [
        [25, 75],
        [99.5, 0.5],
      ],
      { kind: "scores", probabilities: true, total: 100 },
    ],
    [
      "lists that do not sum to 1",
      [
        [0.5, 0.5],
        [2, 0],
      ],
      { kind: "scores", classes: 2, probabilities: false },
    ],
    ["lists that do not sum to 1, unrounded", [[0.33, 0.331234]], { probabilities: false }],
    ["lists with a negative score", [[1.5, -0.5]], { kind: "scores", probabilities: false }],
    ["names", ["7", "3"], { kind: "labels", classes: 2, classNames: ["3", "7"] }],
    ["whole numbers that come alone", [[7], 3, "7"], { kind: "labels", classes: 2 }],
    ["truth values", [true, false], { kind: "labels" }],
    ["probabilities that come alone", [0.5, [1]], { kind: "score", classes: 2, probabilities: true }],
    ["a decision function", [[-1.5], [2]], { kind: "score", classes: 2, probabilities: false }],
    ["scores by class", [{ 7: 0.5, 3: 0.5 }], { kind: "named", classNames: ["3", "7"], probabilities: true }],
  ])("%s", (_, list, expected) => {
    expect(read(answersFrom(list, list.length, "target"))).toMatchObject(expected);
  });

  it("give way to what is declared", () => {
    expect(read([[0.5, 0.5]], { probabilities: false }).probabilities).toBe(false);
    expect(() => read([[0.5, 0.5]], { classNames: ["a", "b", "c"] })).toThrow(
      /expected 2, as it answers with 2 scores, .* got 3: a, b, c/,
    );
  });

  it("decide nothing where labels or scores are declared: numbers, whole or not, are what they are said to be", () => {
    const numbers = fc.array(fc.oneof(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(numbers, (list) => {
        expect(scoresIn(list, { form: "scores" })).toEqual(list.map((p) => [1 - p, p]));
        expect(read(answersFrom(list, list.length, "target"), { form: "labels" }).kind).toBe("labels");
      }),
    );
    expect(scoresIn([0, 1, "1"], { form: "labels", ofData: ["0", "1"] })).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(() => scoresIn(["yes"], { form: "scores" })).toThrow(
      /expected numbers, got "yes"; .*labels: in the mapping/,
    );
    expect(() => scoresIn([[1, 2]], { form: "labels" })).toThrow(/expected the name of a class .*got 2 scores/);
  });
});

describe("an answer", () => {
  it("means scores: a label 1 and 0, a probability p as (1 - p, p), a decision function f as (-f, f)", () => {
    expect(scoresOf([7], read([[7], [3]]), "target")).toEqual([0, 1]);
    expect(scoresOf("3", read(["7"]), "target")).toEqual([1, 0]);
    expect(scoresOf([0.25], read([[0.5]]), "target")).toEqual([0.75, 0.25]);
    expect(scoresOf([-3], read([[-1.5]]), "target")).toEqual([3, -3]);
    expect(scoresOf([5, 6], read([[2, 3]]), "target")).toEqual([5, 6]);
    expect(scoresOf([20, 80], read([[50, 50]]), "target")).toEqual([0.2, 0.8]);
  });

  it("of another kind than at first is refused", () => {
    expect(() => scoresOf([1, 2, 3], read([[2, 3]]), "target")).toThrow(
      /expected 2 scores for each row, as at first, got 3 scores/,
    );
    expect(() => scoresOf("7", read([[2, 3]]), "target")).toThrow(/got the text "7"/);
    expect(() => scoresOf([1, 2], read(["7"]), "target")).toThrow(/expected the name of a class for each row/);
    expect(() => scoresOf([9], read(["7"]), "target")).toThrow(/unknown class "9" .*--classes/);
    expect(() => scoresOf([0.37], read([[7], [3]]), "target")).toThrow(
      /expected names of classes, .*got 0.37; .*scores: in/,
    );
    expect(() => scoresOf([1.5], read([[0.5]]), "target")).toThrow(
      /expected numbers from 0 to 1 .*probabilities: false/,
    );
    expect(() => scoresOf([3, 4], read([[0.5, 0.5]]), "target")).toThrow(/got 7 as their sum/);
  });

  it("names a class as the data do, whatever way a whole number is written", () => {
    const { kind, ...reading } = read(["3"]);
    for (const text of ["7", " 7", "7.0", "+7", "07"])
      expect(scoresOf(text, { kind, ...reading }, "target")).toEqual([0, 1]);
    expect(scoresIn(["07", "7"], { ofData: ["07", "7"] })).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});

const names = fc.uniqueArray(fc.oneof(fc.string({ minLength: 1 }), fc.integer().map(String)), {
  minLength: 2,
  maxLength: 6,
  selector: (name) => name.trim().replace(/^\+/, ""),
});
/** JSON does not tell 0 from -0. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
/** Names of classes with a score each, the same in another order, and the order that is declared. */
const served = names
  .filter((list) => list.every((name) => name.trim() !== "" && Number.isNaN(Number(name)) === !/^-?\d+$/.test(name)))
  .chain((list) =>
    fc.record({
      list: fc.constant(list),
      scores: fc.array(number, {
        minLength: list.length,
        maxLength: list.length,
      }),
      given: fc.shuffledSubarray([...list.keys()], { minLength: list.length }),
      declared: fc.shuffledSubarray(list, { minLength: list.length }),
    }),
  );

describe("scores that come with their labels", () => {
  it("are the same in whatever order and form they come, and stand in the order that is declared", () => {
    fc.assert(
      fc.property(served, ({ list, scores, given, declared }) => {
        const wanted = [declared.map((name) => scores[list.indexOf(name)])];
        const bestFirst = [...given].sort((a, b) => scores[b] - scores[a]);
        const forms = [
          Object.fromEntries(given.map((k) => [list[k], scores[k]])),
          given.map((k) => ({ label: list[k], score: scores[k] })),
          bestFirst.map((k) => ({ score: scores[k], label: list[k] })),
          bestFirst.map((k, rank) => ({ rank, probability: String(scores[k]), class_name: list[k] })),
          [bestFirst.map((k) => ({ label: list[k], score: scores[k] }))],
        ];
        for (const form of forms) {
          expect(scoresIn([form], { classNames: declared, probabilities: false })).toEqual(wanted);
          expect(scoresIn([form], { ofData: declared, probabilities: false })).toEqual(wanted);
        }
      }),
    );
  });

  it("are refused where classes are missing or called otherwise, with what helps", () => {
    const best = [{ label: "yes", score: 0.9 }];
    expect(() => scoresIn([best])).toThrow(
      /a score for each of the classes 3, 7, got scores of yes; have it answer with/,
    );
    expect(() => scoresIn([{ no: 0.1, yes: 0.9 }])).toThrow(
      /expected scores of the data's classes, 3, 7, got those of no, yes; .*--classes no,yes/,
    );
    expect(() => scoresIn([{ no: 0.1, yes: 0.9 }, { no: 1 }], { classNames: ["no", "yes"] })).toThrow(
      /got scores of no;/,
    );
  });
});

describe("numbers", () => {
  const written = (value: number) =>
    fc.constantFrom<string | number>(
      value,
      String(value),
      ` ${value}`,
      value.toExponential(),
      ...(value >= 0 ? [`+${value}`] : []),
    );

  it("mean the same as numbers and as texts, in whatever notation", () => {
    const lists = fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), {
      minLength: 1,
    });
    const pairs = lists.chain((list) =>
      fc.tuple(fc.constant(list), fc.tuple(...list.map((row) => fc.tuple(...row.map(written))))),
    );
    fc.assert(
      fc.property(pairs, ([list, texts]) => {
        expect(scoresIn(texts)).toEqual(scoresIn(list));
      }),
    );
    expect(scoresIn(["0.25", "1"])).toEqual([
      [0.75, 0.25],
      [0, 1],
    ]);
  });

  it.each([null, "NaN", "-Infinity", "inf"])("that are none are refused: %s", (value) => {
    expect(() => scoresIn([[0.5, value]])).toThrow(/finite numbers/);
    expect(() => scoresIn([value])).toThrow(/finite numbers/);
  });

  it("that are percentages mean the probabilities that they are hundredths of", () => {
    const weights = fc.array(fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(weights, (rows) => {
        const shares = rows.map((row) => row.map((weight) => weight / row.reduce((sum, each) => sum + each)));
        const percent = scoresIn(shares.map((row) => row.map((share) => 100 * share)));
        for (const [i, share] of scoresIn(shares).flat().entries()) expect(percent.flat()[i]).toBeCloseTo(share, 12);
      }),
    );
  });
});
