// Values of expressions at many rows at once, and their derivatives in reverse mode.

import { type Condition, type Expression, operatorOf } from "./expression.ts";

/** Rows of D columns each. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** What an expression is at each row. */
interface Evaluated {
  readonly values: Float64Array;
  /**
   * The absolute values of the terms that it is the sum of, added up: what rounding of it is measured by.
   */
  readonly sizes: Float64Array;
  /** Adds the derivatives by all columns, times one weight for each row, to rows of gradients. */
  pull(weights: Float64Array, gradients: Float64Array): void;
}

/** An expression at each row. */
export function evaluate(expression: Expression, at: Rows): Evaluated {
  const { rows, columns, data } = at;
  if (expression.kind === "number") {
    const values = new Float64Array(rows).fill(expression.value);
    return { values, sizes: values.map(Math.abs), pull() {} };
  }
  if (expression.kind === "column") {
    const { column } = expression;
    const values = Float64Array.from({ length: rows }, (_, i) => data[i * columns + column]);
    return {
      values,
      sizes: values.map(Math.abs),
      pull(weights, gradients) {
        for (let i = 0; i < rows; i++) gradients[i * columns + column] += weights[i];
      },
    };
  }
  if (expression.kind === "choice") {
    const isChosen = holds(expression.condition, at, 0);
    const [chosen, otherwise] = [evaluate(expression.chosen, at), evaluate(expression.otherwise, at)];
    const of = (each: "values" | "sizes") => chosen[each].map((value, i) => (isChosen[i] ? value : otherwise[each][i]));
    return {
      values: of("values"),
      sizes: of("sizes"),
      pull(weights, gradients) {
        const where = (flag: number) => weights.map((weight, i) => (isChosen[i] === flag ? weight : 0));
        chosen.pull(where(1), gradients);
        otherwise.pull(where(0), gradients);
      },
    };
  }
  const { operator, of } = expression;
  const { value, slopes } = operatorOf(operator);
  const operands = of.map((each) => evaluate(each, at));
  const [a, b = a] = operands.map(({ values }) => values);
  const values = Float64Array.from(a, (each, i) => value(each, b[i]));
  const isSum = operator === "+" || operator === "-" || operator === "negative";
  return {
    values,
    sizes: isSum ? values.map((_, i) => operands.reduce((sum, { sizes }) => sum + sizes[i], 0)) : values.map(Math.abs),
    pull(weights, gradients) {
      operands.forEach((operand, k) => {
        // Of rows that have no say, slopes may be infinite.
        const share = weights.map((weight, i) => (weight === 0 ? 0 : weight * slopes[k](a[i], b[i])));
        operand.pull(share, gradients);
      });
    },
  };
}

/**
 * 1 for each row at which a condition holds, to a tolerance: both sides of `==` and `<=` may miss by so much of the
 * absolute values of their terms, added up. Where a side is not finite no comparison holds.
 */
export function holds(condition: Condition, at: Rows, tolerance: number): Uint8Array {
  if (condition.kind !== "comparison") {
    const [first, ...others] = condition.of.map((each) => holds(each, at, tolerance));
    return first.map((flag, i) =>
      condition.kind === "and"
        ? others.reduce((all, each) => all & each[i], flag)
        : others.reduce((any, each) => any | each[i], flag),
    );
  }
  const [left, right] = [evaluate(condition.left, at), evaluate(condition.right, at)];
  return Uint8Array.from(left.values, (value, i) => {
    const slack = tolerance * (left.sizes[i] + right.sizes[i]);
    const difference = value - right.values[i];
    if (!Number.isFinite(difference)) return 0;
    if (condition.sign === "<") return difference < 0 ? 1 : 0;
    if (condition.sign === "<=") return difference <= slack ? 1 : 0;
    if (condition.sign === "==") return Math.abs(difference) <= slack ? 1 : 0;
    return difference === 0 ? 0 : 1;
  });
}
