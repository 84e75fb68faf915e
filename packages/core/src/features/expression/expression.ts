// Expressions over the columns of a table, and conditions on them, as one tree.

/** A number that follows from the columns of a row. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "column"; readonly column: number }
  | { readonly kind: "operation"; readonly operator: OperatorName; readonly of: readonly Expression[] }
  | {
      readonly kind: "choice";
      readonly condition: Condition;
      readonly chosen: Expression;
      readonly otherwise: Expression;
    };

/** What holds of a row or does not. Negations stand in the comparisons. */
export type Condition =
  | {
      readonly kind: "comparison";
      readonly sign: "<" | "<=" | "==" | "!=";
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] };

interface Operator {
  /** How many operands. */
  readonly takes: 1 | 2;
  value(a: number, b: number): number;
  /** The derivatives by the operands; of two that tie, the first counts. */
  readonly slopes: readonly ((a: number, b: number) => number)[];
}

/** The operators, those that are written between their operands first. */
export const operators = {
  "+": { takes: 2, value: (a, b) => a + b, slopes: [() => 1, () => 1] },
  "-": { takes: 2, value: (a, b) => a - b, slopes: [() => 1, () => -1] },
  "*": { takes: 2, value: (a, b) => a * b, slopes: [(_, b) => b, (a) => a] },
  "/": { takes: 2, value: (a, b) => a / b, slopes: [(_, b) => 1 / b, (a, b) => -a / (b * b)] },
  "^": {
    takes: 2,
    value: (a, b) => a ** b,
    slopes: [(a, b) => (b === 0 ? 0 : b * a ** (b - 1)), (a, b) => (a > 0 ? a ** b * Math.log(a) : 0)],
  },
  min: { takes: 2, value: Math.min, slopes: [(a, b) => (a <= b ? 1 : 0), (a, b) => (a <= b ? 0 : 1)] },
  max: { takes: 2, value: Math.max, slopes: [(a, b) => (a >= b ? 1 : 0), (a, b) => (a >= b ? 0 : 1)] },
  negative: { takes: 1, value: (a) => -a, slopes: [() => -1] },
  abs: { takes: 1, value: Math.abs, slopes: [Math.sign] },
  sqrt: { takes: 1, value: Math.sqrt, slopes: [(a) => 0.5 / Math.sqrt(a)] },
  log: { takes: 1, value: Math.log, slopes: [(a) => 1 / a] },
  exp: { takes: 1, value: Math.exp, slopes: [Math.exp] },
  round: { takes: 1, value: Math.round, slopes: [() => 0] },
} as const satisfies Readonly<Record<string, Operator>>;

export type OperatorName = keyof typeof operators;

/** The operator of that name, whatever it takes. */
export const operatorOf = (name: OperatorName): Operator => operators[name];

/** What holds exactly where the condition does not. */
export function negated(condition: Condition): Condition {
  if (condition.kind !== "comparison")
    return { kind: condition.kind === "and" ? "or" : "and", of: condition.of.map(negated) };
  const { sign, left, right } = condition;
  if (sign === "==" || sign === "!=") return { ...condition, sign: sign === "==" ? "!=" : "==" };
  return { kind: "comparison", sign: sign === "<" ? "<=" : "<", left: right, right: left };
}

/** The columns that stand in an expression or a condition, each once, in the order of their numbers. */
export function columnsIn(tree: Expression | Condition): readonly number[] {
  const found = new Set<number>();
  const visit = (node: Expression | Condition): void => {
    if (node.kind === "column") found.add(node.column);
    else if (node.kind === "operation" || node.kind === "and" || node.kind === "or") node.of.forEach(visit);
    else if (node.kind === "comparison") [node.left, node.right].forEach(visit);
    else if (node.kind === "choice") [node.condition, node.chosen, node.otherwise].forEach(visit);
  };
  visit(tree);
  return [...found].sort((a, b) => a - b);
}
