// Relations between columns as people write them, read into the tree.

import { InputError, unknownName } from "../../errors.ts";
import type { PlaceIn } from "../place.ts";
import { type Condition, type Expression, negated, type OperatorName, operatorOf, operators } from "./expression.ts";
import { type Token, tokensOf } from "./tokens.ts";

type Tree = Expression | Condition;

const signs = ["<", "<=", ">", ">=", "==", "!="] as const;

/** How tightly operators between operands bind; powers are grouped from the right. */
const binding: Readonly<Record<string, number>> = {
  ...{ or: 1, and: 2 },
  ...Object.fromEntries(signs.map((sign) => [sign, 4])),
  ...{ "+": 5, "-": 5, "*": 6, "/": 6, "^": 8 },
};
/** `not` binds less than comparisons, the sign of a number less than a power. */
const [NOT, NEGATIVE] = [3, 7];

/**
 * The condition that a text states: comparisons (`<`, `<=`, `>`, `>=`, `==`, `!=`, also in chains) of sums, products,
 * powers and functions of columns and numbers, joined by `and`, `or`, `not`, `if ... then ...` and `if ... then ...
 * else ...`.
 *
 * Functions are min, max, sum (of any number), abs, sqrt, log, exp, round, and `divide(a, b, c)`, which is c where b is
 * 0. Names that are no words stand between backticks or double quotes.
 *
 * @throws InputError that names the place
 *
 * @example
 * ```ts
 * import { parseCondition, printCondition } from "@carom/core/features";
 *
 * console.log(printCondition(parseCondition("a+b<=1", ["a", "b"]), ["a", "b"])); // a + b <= 1
 * ```
 */
export function parseCondition(text: string, names: readonly string[], placeIn?: PlaceIn): Condition {
  const place = placeIn ?? ((offset: number) => `${JSON.stringify(text)}, character ${offset + 1}`);
  const columns = new Map(names.map((name, j) => [name, j]));
  const tokens = tokensOf(text, place);
  let at = 0;
  const fault = (expected: string, token: Token): InputError =>
    new InputError("invalid", `relation at ${place(token.offset)}`, {
      expected,
      got: token.kind === "end" ? "the end" : JSON.stringify(token.text),
      remedy: 'write it as "total == a + b" or "if open > 0 then open <= total"',
    });
  const take = (...expected: readonly string[]): Token => {
    const token = tokens[at++];
    if (token.kind === "symbol" && expected.includes(token.text)) return token;
    throw fault(expected.map((each) => JSON.stringify(each)).join(" or "), token);
  };
  const isNext = (text: string) => tokens[at].kind === "symbol" && tokens[at].text === text;
  const skip = (text: string) => {
    const isThere = isNext(text);
    if (isThere) at++;
    return isThere;
  };
  const number = (tree: Tree, token: Token): Expression => {
    if (isExpression(tree)) return tree;
    throw fault("a number, not a comparison", token);
  };
  const condition = (tree: Tree, token: Token): Condition => {
    if (!isExpression(tree)) return tree;
    throw fault("a comparison, not a number", token);
  };

  const parseNumber = (least: number): Expression => {
    const token = tokens[at];
    return number(parse(least), token);
  };
  const parseHolds = (least: number): Condition => {
    const token = tokens[at];
    return condition(parse(least), token);
  };
  const parseFunction = (name: Token): Expression => {
    take("(");
    const of = [parseNumber(0)];
    while (skip(",")) of.push(parseNumber(0));
    take(")");
    const wants = (count: string) => fault(`${count} of ${name.text}`, name);
    if (name.text === "divide") {
      if (of.length !== 3) throw wants("three arguments");
      const [left, right, otherwise] = of;
      const isZero: Condition = { kind: "comparison", sign: "==", left: right, right: { kind: "number", value: 0 } };
      return { kind: "choice", condition: isZero, chosen: otherwise, otherwise: operation("/", left, right) };
    }
    const operator = name.text === "sum" ? "+" : (name.text as OperatorName);
    if (operatorOf(operator).takes === 2) return of.reduce((a, b) => operation(operator, a, b));
    if (of.length !== 1) throw wants("one argument");
    return operation(operator, of[0]);
  };
  const parseIf = (): Tree => {
    const test = parseHolds(0);
    take("then");
    const first = tokens[at];
    const then = parse(0);
    if (isExpression(then)) {
      take("else");
      return { kind: "choice", condition: test, chosen: then, otherwise: parseNumber(binding["=="]) };
    }
    const implied: Condition = { kind: "or", of: [negated(test), condition(then, first)] };
    return skip("else") ? { kind: "and", of: [implied, { kind: "or", of: [test, parseHolds(0)] }] } : implied;
  };
  const parsePrefix = (): Tree => {
    const token = tokens[at++];
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "name") {
      if (isFunction(token.text) && isNext("(") && !columns.has(token.text)) return parseFunction(token);
      const column = columns.get(token.text);
      if (column !== undefined) return { kind: "column", column };
      return unknownName(`column at ${place(token.offset)}:`, token.text, names);
    }
    if (token.kind === "symbol") {
      if (token.text === "-") return operation("negative", parseNumber(NEGATIVE));
      if (token.text === "not") return negated(parseHolds(NOT));
      if (token.text === "if") return parseIf();
      if (token.text === "(") {
        const inner = parse(0);
        take(")");
        return inner;
      }
    }
    throw fault("a column, a number or a parenthesis", token);
  };
  /** What binds tighter than `least`, from here on. */
  function parse(least: number): Tree {
    let start = tokens[at];
    let tree = parsePrefix();
    /** The right side of the last comparison, from which a chain goes on. */
    let last: Expression | undefined;
    for (;;) {
      const token = tokens[at];
      const binds = token.kind === "symbol" ? (binding[token.text] ?? 0) : 0;
      if (binds <= least) return tree;
      at++;
      if (token.text === "and" || token.text === "or") {
        tree = { kind: token.text, of: [condition(tree, start), parseHolds(binds)] };
      } else if (signs.includes(token.text as (typeof signs)[number])) {
        const left: Expression = last ?? number(tree, start);
        const right = parseNumber(binds);
        const next = comparison(token.text as (typeof signs)[number], left, right);
        tree = last ? { kind: "and", of: [tree as Condition, next] } : next;
        last = right;
        continue;
      } else {
        const right = parseNumber(token.text === "^" ? binds - 1 : binds);
        tree = operation(token.text as OperatorName, number(tree, start), right);
      }
      last = undefined;
      start = token;
    }
  }

  const whole = parseHolds(0);
  if (tokens[at].kind !== "end") throw fault("the end, or an operator", tokens[at]);
  return whole;
}

const isExpression = (tree: Tree): tree is Expression =>
  tree.kind === "number" || tree.kind === "column" || tree.kind === "operation" || tree.kind === "choice";

const isFunction = (name: string) =>
  name === "sum" || name === "divide" || (Object.hasOwn(operators, name) && /^\w/.test(name) && name !== "negative");

const operation = (operator: OperatorName, ...of: readonly Expression[]): Expression => ({
  kind: "operation",
  operator,
  of,
});

function comparison(sign: (typeof signs)[number], left: Expression, right: Expression): Condition {
  if (sign === ">") return { kind: "comparison", sign: "<", left: right, right: left };
  if (sign === ">=") return { kind: "comparison", sign: "<=", left: right, right: left };
  return { kind: "comparison", sign, left, right };
}
