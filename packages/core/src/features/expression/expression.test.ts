// Relations between columns: written, read, evaluated and differentiated.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, holds, type Rows } from "./evaluate.ts";
import { type Condition, columnsIn, type Expression, negated, operators } from "./expression.ts";
import { parseCondition } from "./parse.ts";
import { printCondition } from "./print.ts";

const names = ["a", "b1", "long name", "then", "x.y"];
const unary = ["negative", "abs", "sqrt", "log", "exp", "round"] as const;
const binary = ["+", "-", "*", "/", "^", "min", "max"] as const;

const trees = fc.letrec((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.nat(10000).map((value): Expression => ({ kind: "number", value: value / 100 })),
      fc.nat(names.length - 1).map((column): Expression => ({ kind: "column", column })),
    ),
    fc
      .tuple(fc.constantFrom(...unary), tie("expression") as fc.Arbitrary<Expression>)
      .map(([operator, a]): Expression => {
        return { kind: "operation", operator, of: [a] };
      }),
    fc
      .tuple(
        fc.constantFrom(...binary),
        tie("expression") as fc.Arbitrary<Expression>,
        tie("expression") as fc.Arbitrary<Expression>,
      )
      .map(([operator, a, b]): Expression => ({ kind: "operation", operator, of: [a, b] })),
    fc
      .tuple(
        tie("condition") as fc.Arbitrary<Condition>,
        tie("expression") as fc.Arbitrary<Expression>,
        tie("expression") as fc.Arbitrary<Expression>,
      )
      .map(([condition, chosen, otherwise]): Expression => ({ kind: "choice", condition, chosen, otherwise })),
  ),
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .tuple(
        fc.constantFrom("<", "<=", "==", "!="),
        tie("expression") as fc.Arbitrary<Expression>,
        tie("expression") as fc.Arbitrary<Expression>,
      )
      .map(([sign, left, right]): Condition => ({ kind: "comparison", sign: sign as "<", left, right })),
    fc
      .tuple(
        fc.constantFrom("and", "or"),
        tie("condition") as fc.Arbitrary<Condition>,
        tie("condition") as fc.Arbitrary<Condition>,
      )
      .map(([kind, a, b]): Condition => ({ kind: kind as "and", of: [a, b] })),
  ),
}));

const rowsOf = (...given: readonly (readonly number[])[]): Rows => ({
  rows: given.length,
  columns: names.length,
  data: Float64Array.from(given.flat()),
});
const anyRows = fc
  .array(
    fc.array(
      fc.integer({ min: -400, max: 400 }).map((value) => value / 100),
      { minLength: names.length, maxLength: names.length },
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((given) => rowsOf(...given));

test("what is printed reads back as the same tree", () => {
  fc.assert(
    fc.property(trees.condition, (condition) => {
      expect(parseCondition(printCondition(condition, names), names)).toEqual(condition);
    }),
    { numRuns: 500 },
  );
});

describe("values", () => {
  // The same arithmetic as JavaScript's own, which knows precedence too.
  test.each([
    ["a + b1 * 2 - 3", (a: number, b: number) => a + b * 2 - 3],
    ["-a ^ 2", (a: number) => -(a ** 2)],
    ["2 ^ b1 ^ 2", (_: number, b: number) => 2 ** (b ** 2)],
    ["a - b1 - 1", (a: number, b: number) => a - b - 1],
    ["a / (b1 + 5) / 2", (a: number, b: number) => a / (b + 5) / 2],
    ["sum(a, b1, `long name`) + max(a, b1, 1)", (a: number, b: number) => a + b + 7 + Math.max(a, b, 1)],
    ["divide(a, b1, -1)", (a: number, b: number) => (b === 0 ? -1 : a / b)],
    [
      "if a > 0 and not b1 > 0 then abs(b1) else sqrt(a * a)",
      (a: number, b: number) => (a > 0 && !(b > 0) ? Math.abs(b) : Math.abs(a)),
    ],
  ])("%s", (text, expected) => {
    const condition = parseCondition(`${text} == 0`, names);
    if (condition.kind !== "comparison") throw new Error(condition.kind);
    for (const a of [-2, 0, 1.5]) {
      for (const b of [-3, 0, 0.5]) {
        expect(evaluate(condition.left, rowsOf([a, b, 7, 0, 0])).values[0]).toBeCloseTo(expected(a, b), 12);
      }
    }
  });

  test("are compared in chains, and if implies", () => {
    const truth = (text: string) => holds(parseCondition(text, names), rowsOf([1, 2, 3, 0, 0], [3, 2, 1, 0, 0]), 0);
    expect([...truth("a < b1 <= `long name`")]).toEqual([1, 0]);
    expect([...truth("if a > 2 then b1 > 2")]).toEqual([1, 0]);
    expect([...truth("if a > 2 then b1 == 2 else b1 == 1")]).toEqual([0, 1]);
    expect([...truth("not (a == 1 or b1 == 5)")]).toEqual([0, 1]);
  });

  test("that are not finite satisfy nothing, nor its opposite", () => {
    const at = rowsOf([1, 0, 0, 0, 0]);
    for (const sign of ["<", "<=", ">", ">=", "==", "!="]) {
      expect(holds(parseCondition(`a / b1 ${sign} 1`, names), at, 1e-6)[0]).toBe(0);
    }
  });
});

test("a negated condition holds exactly where the condition does not", () => {
  fc.assert(
    fc.property(trees.condition, anyRows, (condition, at) => {
      const sides: Expression[] = [];
      const collect = (each: Condition): void => {
        if (each.kind === "comparison") sides.push(each.left, each.right);
        else each.of.forEach(collect);
      };
      collect(condition);
      const areFinite = (i: number) => sides.every((side) => Number.isFinite(evaluate(side, at).values[i]));
      const [own, other] = [holds(condition, at, 0), holds(negated(condition), at, 0)];
      for (let i = 0; i < at.rows; i++) if (areFinite(i)) expect(own[i] + other[i]).toBe(1);
    }),
    { numRuns: 300 },
  );
});

test("derivatives are those of central differences, of each row by itself", () => {
  let compared = 0;
  fc.assert(
    fc.property(trees.expression, anyRows, (expression, at) => {
      const { rows, columns } = at;
      const gradient = new Float64Array(rows * columns);
      evaluate(expression, at).pull(new Float64Array(rows).fill(1), gradient);
      const moved = (at_: number, by: number) => {
        const data = at.data.slice();
        data[at_] += by;
        return evaluate(expression, { ...at, data }).values[Math.floor(at_ / columns)];
      };
      gradient.forEach((slope, where) => {
        const difference = (h: number) => (moved(where, h) - moved(where, -h)) / (2 * h);
        const oneSided = (h: number) => (moved(where, h) - moved(where, 0)) / h;
        const [wide, narrow] = [difference(1e-4), difference(1e-5)];
        // Only where the function is smooth: differences of two widths, and of one side, agree.
        const scale = 1 + Math.abs(narrow);
        if (!(Math.abs(wide - narrow) < 1e-4 * scale && Math.abs(oneSided(1e-5) - narrow) < 1e-3 * scale)) return;
        if (!(scale < 1e4 && Math.abs(moved(where, 0)) < 1e5)) return;
        compared++;
        expect(Math.abs(slope - narrow)).toBeLessThan(2e-3 * scale);
      });
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(500);
});

test("columns are found wherever they stand", () => {
  fc.assert(
    fc.property(trees.condition, (condition) => {
      const text = printCondition(condition, ["c0", "c1", "c2", "c3", "c4"]);
      const found = [...new Set([...text.matchAll(/c(\d)/g)].map(([, j]) => Number(j)))].sort();
      expect(columnsIn(condition)).toEqual(found);
    }),
  );
});

test("what cannot be read is told with its place", () => {
  const message = (text: string) => {
    try {
      parseCondition(text, names);
    } catch (error) {
      return (error as Error).message;
    }
    return "read";
  };
  expect(message("a == b2")).toMatch(/^unknown column at "a == b2", character 6: "b2".*did you mean "b1"/);
  expect(message("a = b1")).toMatch(/character 3: .*write ==/);
  expect(message("a + b1")).toMatch(/character 1: expected a comparison, not a number/);
  expect(message("a == (b1 > 0)")).toMatch(/character 6: expected a number, not a comparison/);
  expect(message("a == b1)")).toMatch(/character 8: expected the end/);
  expect(message("a ==")).toMatch(/expected a column.*got the end/);
  expect(message("divide(a, b1) == 1")).toMatch(/three arguments/);
  expect(message("if a > 0 then b1 == 1 else 2")).toMatch(/expected a comparison, not a number/);
  expect(Object.keys(operators)).toHaveLength(unary.length + binary.length);
});
