// Random tables with rules: schemas, rows that satisfy them, and a judge of its own that reads no relation.

import { type Dataset, dataset } from "../../src/data/dataset.ts";
import { columnRanges } from "../../src/data/domain.ts";
import type { FeatureSchema } from "../../src/features/schema.ts";
import { featureSchema } from "../../src/features/schema.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

export interface World {
  readonly data: Dataset;
  readonly schema: FeatureSchema;
  /** What is wrong with a row made from another, in words; nothing where it satisfies all. */
  faults(row: ArrayLike<number>, origin: ArrayLike<number>): readonly string[];
}

type Row = Record<string, number>;

/** A rule as it is written, how a row is made to satisfy it, and whether it does, to a relative error. */
interface Rule {
  readonly text: string;
  make(row: Row, random: { uniform(): number; integer(n: number): number }): void;
  holds(row: Row): boolean;
}

const isNear = (a: number, b: number, ...terms: readonly number[]) =>
  Math.abs(a - b) <= 2e-6 * [a, b, ...terms].reduce((sum, term) => sum + Math.abs(term), 0);
const isAtMost = (a: number, b: number) => a <= b || isNear(a, b);

/** Rules over two columns that are there, `a` and `b`, and new ones. */
const rules: readonly ((a: string, b: string, n: string) => Rule)[] = [
  (a, b, n) => ({
    text: `sum${n} == ${a} + ${b}`,
    make: (row) => void (row[`sum${n}`] = Math.fround(row[a] + row[b])),
    holds: (row) => isNear(row[`sum${n}`], row[a] + row[b], row[a], row[b]),
  }),
  (a, b, n) => ({
    text: `ratio${n} == divide(${a}, ${b}, 0)`,
    make: (row) => void (row[`ratio${n}`] = Math.fround(row[b] === 0 ? 0 : row[a] / row[b])),
    holds: (row) => isNear(row[`ratio${n}`], row[b] === 0 ? 0 : row[a] / row[b]),
  }),
  (a, b, n) => ({
    text: `product${n} == ${a} * ${b} - max(${a}, ${b})`,
    make: (row) => void (row[`product${n}`] = Math.fround(row[a] * row[b] - Math.max(row[a], row[b]))),
    holds: (row) =>
      isNear(row[`product${n}`], row[a] * row[b] - Math.max(row[a], row[b]), row[a] * row[b], Math.max(row[a], row[b])),
  }),
  (a, _, n) => ({
    text: `${a} <= limit${n}`,
    make: (row, random) => void (row[`limit${n}`] = Math.fround(row[a] + 3 * random.uniform())),
    holds: (row) => isAtMost(row[a], row[`limit${n}`]),
  }),
  (a, b, n) => ({
    text: `if ${a} > ${b} then low${n} <= ${b} else low${n} >= ${a}`,
    make: (row, random) =>
      void (row[`low${n}`] = Math.fround(row[a] > row[b] ? row[b] - random.uniform() : row[a] + random.uniform())),
    // Where both are equal but for rounding, either part will do.
    holds: (row) =>
      (row[a] > row[b] || isNear(row[a], row[b]) ? isAtMost(row[`low${n}`], row[b]) : false) ||
      (isAtMost(row[a], row[b]) ? isAtMost(row[a], row[`low${n}`]) : false),
  }),
  (a, b, n) => ({
    text: `${a} >= 0 or either${n} == 1 or ${b} < -1`,
    make: (row) => void (row[`either${n}`] = Math.fround(row[a] >= 0 ? 2 * row[a] : 1)),
    holds: (row) => row[a] >= 0 || isNear(row[`either${n}`], 1) || row[b] < -1 || isAtMost(0, row[a]),
  }),
];

const kinds = ["real", "integer", "binary", "ordinal", "one-hot"] as const;

/** A table of rows that satisfy a random schema. */
export function randomWorld(seed: number, rowCount: number): World {
  const random = stream(seed, "world");
  const columns: FeatureSchema["columns"] = {};
  const makers: ((row: Row) => void)[] = [];
  const checks: ((row: Row, origin: Row) => string | undefined)[] = [];
  const numeric: string[] = [];
  const base = 2 + random.integer(4);
  for (let k = 0; k < base; k++) {
    const kind = k < 2 ? kinds[random.integer(2)] : kinds[random.integer(kinds.length)];
    const name = k % 2 === 0 ? `c${k}` : `long name ${k}`;
    const mutable = random.uniform() < 0.85;
    const direction =
      random.uniform() < 0.2 ? (random.uniform() < 0.5 ? ("increase" as const) : ("decrease" as const)) : undefined;
    const levels = [-1, 0.5, 2, 7];
    const members = [`${name}=a`, `${name}=b`, `${name}=c`];
    const spread = 10 ** random.integer(3);
    columns[name] = {
      kind,
      mutable,
      ...(direction && kind !== "one-hot" && { direction }),
      ...(kind === "ordinal" && { values: levels }),
    };
    if (kind === "one-hot") {
      makers.push((row) => {
        const chosen = random.integer(3);
        members.forEach((member, i) => {
          row[member] = Number(i === chosen);
        });
      });
      checks.push((row, origin) => {
        const values = members.map((member) => row[member]);
        if (
          !values.every((value) => value === 0 || value === 1) ||
          members.filter((member) => row[member] === 1).length !== 1
        ) {
          return `${name} is not one-hot: ${values}`;
        }
        return !mutable && members.some((member) => row[member] !== origin[member]) ? `${name} moved` : undefined;
      });
      continue;
    }
    makers.push((row) => {
      const real = Math.fround(spread * (2 * random.uniform() - 1));
      row[name] =
        kind === "real"
          ? real
          : kind === "integer"
            ? Math.round(5 * real)
            : kind === "binary"
              ? random.integer(2)
              : levels[random.integer(4)];
    });
    checks.push((row, origin) => {
      const [value, from] = [row[name], origin[name]];
      if (kind === "integer" && !Number.isInteger(value)) return `${name} is no integer: ${value}`;
      if (kind === "binary" && value !== 0 && value !== 1) return `${name} is not binary: ${value}`;
      if (kind === "ordinal" && !levels.includes(value)) return `${name} has no such level: ${value}`;
      if (!mutable && value !== from) return `${name} moved`;
      if (direction === "increase" && value < from) return `${name} fell`;
      if (direction === "decrease" && value > from) return `${name} rose`;
      return undefined;
    });
    if (kind === "real" || kind === "integer") numeric.push(name);
  }
  const relations: string[] = [];
  const quoted = (name: string) => (name.includes(" ") ? `\`${name}\`` : name);
  const chosen = Array.from({ length: random.integer(4) }, (_, k) => {
    const [a, b] = [random.integer(numeric.length), random.integer(numeric.length - 1)];
    const [first, second] = [numeric[a], numeric[b >= a ? b + 1 : b]];
    const which = rules[random.integer(rules.length)];
    const plain = which(first, second, String(k));
    relations.push(which(quoted(first), quoted(second), String(k)).text);
    makers.push((row) => plain.make(row, random));
    checks.push((row) => (plain.holds(row) ? undefined : `broken: ${plain.text}`));
    return plain;
  });
  const made = Array.from({ length: rowCount }, () => {
    const row: Row = {};
    for (const make of makers) make(row);
    return row;
  });
  const names = Object.keys(made[0]);
  const features = tensor(
    "float32",
    [rowCount, names.length],
    Float32Array.from(made.flatMap((row) => names.map((name) => row[name]))),
  );
  const ranges = columnRanges(features);
  const data = dataset({
    features,
    labels: made.map((_, i) => i % 2),
    featureNames: names,
    domain: ranges,
  });
  const asRow = (values: ArrayLike<number>): Row => Object.fromEntries(names.map((name, j) => [name, values[j]]));
  // Every other schema names columns that a rule computes, so that their bounds are checked too.
  if (chosen.length > 0 && seed % 2 === 0) {
    for (const name of names.filter((each) => /^(sum|limit|low)\d/.test(each)))
      columns[name] = { kind: "real", mutable: true };
  }
  return {
    data,
    schema: featureSchema.parse({ columns, relations }),
    faults(values, originValues) {
      const [row, origin] = [asRow(values), asRow(originValues)];
      return [
        ...checks.flatMap((check) => check(row, origin) ?? []),
        ...names.flatMap((name, j) =>
          /=/.test(name) ||
          columns[name]?.kind === "binary" ||
          (values[j] >= ranges.lower[j] && values[j] <= ranges.upper[j])
            ? []
            : [`${name} out of bounds: ${values[j]}`],
        ),
      ];
    },
  };
}
