// How far rows are from a condition, in units of cost, and which way leads there.

import { evaluate, type Rows } from "./expression/evaluate.ts";
import type { Condition } from "./expression/expression.ts";

export interface Violation {
  /** Of each row, 0 where the condition holds exactly. */
  readonly distance: Float64Array;
  /** The derivatives of the distance by the columns: of length 1 in units of cost where a comparison is violated. */
  readonly gradient: Float64Array;
}

/** Sides of `<` and `!=` that are equal are apart from what is asked by so much, in units of cost. */
const STRICT = 1e-3;

/**
 * The first-order distance of each row from a condition: of a comparison its difference d over the length of the
 * gradient of d by the columns in their units; `and` adds distances up, `or` takes the least.
 *
 * What measures a difference is taken for constant where distances are differentiated. Where no column can change a
 * difference the distance is the difference itself; where a side is not finite it is infinite, without a gradient.
 *
 * Source: hinge penalties as in Simonetto et al., IJCAI 2022, Table 1, here in units that make relations comparable.
 */
export function violation(condition: Condition, at: Rows, units: Float64Array): Violation {
  if (condition.kind !== "comparison") {
    const parts = condition.of.map((each) => violation(each, at, units));
    return condition.kind === "and" ? added(parts) : nearest(parts, at);
  }
  const { rows, columns } = at;
  const [left, right] = [evaluate(condition.left, at), evaluate(condition.right, at)];
  const distance = new Float64Array(rows);
  const signs = new Float64Array(rows);
  left.values.forEach((value, i) => {
    const difference = value - right.values[i];
    if (Number.isNaN(difference)) distance[i] = Number.POSITIVE_INFINITY;
    else if (condition.sign === "!=") distance[i] = difference === 0 ? STRICT : 0;
    else if (condition.sign === "==") distance[i] = Math.abs(difference);
    else distance[i] = Math.max(0, difference);
    if (distance[i] > 0 && distance[i] < Number.POSITIVE_INFINITY && condition.sign !== "!=")
      signs[i] = Math.sign(difference);
  });
  const gradient = new Float64Array(rows * columns);
  left.pull(signs, gradient);
  right.pull(
    signs.map((sign) => -sign),
    gradient,
  );
  for (let i = 0; i < rows; i++) {
    const own = gradient.subarray(i * columns, (i + 1) * columns);
    let square = 0;
    for (let j = 0; j < columns; j++) square += (own[j] * units[j]) ** 2;
    const length = Math.sqrt(square);
    if (length > 0 && Number.isFinite(length)) {
      distance[i] /= length;
      for (let j = 0; j < columns; j++) own[j] /= length;
    } else own.fill(0);
    if (condition.sign === "<" && left.values[i] >= right.values[i]) distance[i] += STRICT;
  }
  return { distance, gradient };
}

function added(parts: readonly Violation[]): Violation {
  const [first, ...others] = parts;
  for (const { distance, gradient } of others) {
    for (let i = 0; i < distance.length; i++) first.distance[i] += distance[i];
    for (let i = 0; i < gradient.length; i++) first.gradient[i] += gradient[i];
  }
  return first;
}

function nearest(parts: readonly Violation[], { columns }: Rows): Violation {
  const [first, ...others] = parts;
  for (const { distance, gradient } of others) {
    distance.forEach((value, i) => {
      if (value >= first.distance[i]) return;
      first.distance[i] = value;
      first.gradient.set(gradient.subarray(i * columns, (i + 1) * columns), i * columns);
    });
  }
  return first;
}
