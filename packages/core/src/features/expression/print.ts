// The tree in words again: what is printed reads back as the same tree.

import type { Condition, Expression } from "./expression.ts";

const between = ["+", "-", "*", "/", "^"];
const keywords = ["and", "or", "not", "if", "then", "else"];

/** A column's name as it stands in a relation: in backticks where it is no word. */
export function printName(name: string): string {
  const isWord = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) && !keywords.includes(name);
  return isWord ? name : name.includes("`") ? `"${name}"` : `\`${name}\``;
}

/** An expression over columns of these names. */
export function printExpression(expression: Expression, names: readonly string[]): string {
  const inner = (each: Expression): string =>
    each.kind === "operation" || each.kind === "choice" || (each.kind === "number" && each.value < 0)
      ? `(${printExpression(each, names)})`
      : printExpression(each, names);
  if (expression.kind === "number") return String(expression.value);
  if (expression.kind === "column") return printName(names[expression.column]);
  if (expression.kind === "choice") {
    const { condition, chosen, otherwise } = expression;
    return `if ${printCondition(condition, names)} then ${inner(chosen)} else ${inner(otherwise)}`;
  }
  const { operator, of } = expression;
  if (operator === "negative") return `-${inner(of[0])}`;
  if (between.includes(operator)) return of.map(inner).join(` ${operator} `);
  return `${operator}(${of.map((each) => printExpression(each, names)).join(", ")})`;
}

/** A condition on columns of these names. */
export function printCondition(condition: Condition, names: readonly string[]): string {
  if (condition.kind === "comparison") {
    const side = (each: Expression) =>
      each.kind === "choice" ? `(${printExpression(each, names)})` : printExpression(each, names);
    return `${side(condition.left)} ${condition.sign} ${side(condition.right)}`;
  }
  const { kind, of } = condition;
  const inner = (each: Condition) =>
    each.kind === "comparison" ? printCondition(each, names) : `(${printCondition(each, names)})`;
  return of.map(inner).join(` ${kind} `);
}
