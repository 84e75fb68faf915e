// What may be said where surrogates are worse than the target: constructed labels whose rates are known exactly.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shortfallOf } from "./shortfall.ts";

/** Two classes in equal shares, n points. */
const balanced = (n: number) => Int32Array.from({ length: n }, (_, i) => i % 2);
/** The labels with the first so many of each class turned into the other. */
const wrongOn = (labels: Int32Array, errors: number) => labels.map((label, i) => (i < errors ? 1 - label : label));
const shows = (labels: Int32Array, target: Int32Array, ...surrogates: Int32Array[]) =>
  shortfallOf(labels, target, new Map(surrogates.map((each, i) => [`s${i}`, each])));

describe("surrogates at chance", () => {
  const labels = balanced(200);
  const target = wrongOn(labels, 1);
  const constant = new Int32Array(200).fill(1);
  /** Right on exactly half of each class: independent of the labels. */
  const unrelated = Int32Array.from({ length: 200 }, (_, i) => (i >> 1) % 2);

  test.each([
    ["one that always says the same", constant],
    ["one that has nothing to do with the labels", unrelated],
    ["one that says the reverse", labels.map((label) => 1 - label)],
  ])("%s shows nothing", (_, surrogate) => {
    const found = shows(labels, target, surrogate, constant)!;
    expect(found).toMatchObject({ shows: "nothing", atChance: ["s0", "s1"] });
    expect(found.sentence).toMatch(/^This audit shows nothing about transfer: none of the 2 surrogates is better/);
    expect(found.sentence).toContain("the target errs on 0.5 %");
  });

  test("beside one that has learned are named, and take nothing from it", () => {
    const found = shows(labels, target, constant, wrongOn(labels, 4))!;
    expect(found.shows).toBeUndefined();
    expect(found.atChance).toEqual(["s0"]);
  });

  test("constant answers are at chance however frequent their class, and a few hits of a rare class are not", () => {
    const rare = Int32Array.from({ length: 1000 }, (_, i) => (i < 20 ? 1 : 0));
    expect(shows(rare, rare, new Int32Array(1000))).toMatchObject({ shows: "nothing" });
    expect(
      shows(
        rare,
        rare,
        rare.map((label, i) => (i < 8 ? 0 : label)),
      ),
    ).toBeUndefined();
  });

  test("few points cannot tell what many can", () => {
    const tilted = (n: number) => wrongOn(balanced(n), Math.round(0.4 * n));
    expect(shows(balanced(20), balanced(20), tilted(20))?.shows).toBe("nothing");
    expect(shows(balanced(2000), balanced(2000), tilted(2000))?.shows).toBe("lower bound");
  });

  test("of points of one class nothing can be told", () => {
    const ones = new Int32Array(50).fill(1);
    expect(shows(ones, ones, ones)).toBeUndefined();
  });
});

describe("surrogates that are worse than the target", () => {
  test("show a lower bound where all are clearly worse", () => {
    const labels = balanced(300);
    const found = shows(labels, wrongOn(labels, 3), wrongOn(labels, 90), wrongOn(labels, 100))!;
    expect(found).toMatchObject({ shows: "lower bound", atChance: [] });
    expect(found.sentence).toMatch(
      /even the best surrogate, s0, errs on 30 % of the 300 points, and the target errs on 1.0 %/,
    );
  });

  test("and show what they show where one is not", () => {
    const labels = balanced(300);
    expect(shows(labels, wrongOn(labels, 3), wrongOn(labels, 90), wrongOn(labels, 12))).toBeUndefined();
    expect(shows(labels, wrongOn(labels, 90), wrongOn(labels, 3))).toBeUndefined();
  });

  test("names of classes and the order of points change nothing", () => {
    const labelsOf = (n: number) => fc.array(fc.integer({ min: 0, max: 2 }), { minLength: n, maxLength: n });
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }).chain((n) => fc.tuple(labelsOf(n), labelsOf(n), labelsOf(n), labelsOf(n))),
        (all) => {
          const [labels, target, ...surrogates] = all.map((each) => Int32Array.from(each));
          const kind = (change: (labels: Int32Array) => Int32Array) => {
            const found = shows(change(labels), change(target), ...surrogates.map(change));
            return found && [found.shows, found.atChance];
          };
          const plain = kind((each) => each);
          expect(kind((each) => each.map((label) => (label + 1) % 3))).toEqual(plain);
          expect(kind((each) => each.toReversed())).toEqual(plain);
        },
      ),
    );
  });
});
