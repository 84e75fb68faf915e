// Resolved features as a threat model: a norm in units of cost, bounds, masks and directions of columns, and their
// rules.

import type { FeatureKind } from "../data/featureKind.ts";
import { l0Of, type Norm, norms } from "../threat/norm.ts";
import { scaledNorm } from "../threat/scaledNorm.ts";
import type { ThreatModel } from "../threat/threat.ts";
import { definitionsOf } from "./definitions.ts";
import { computable, conditionsOf, type ResolvedFeatures } from "./resolve.ts";
import type { TableRules } from "./rules.ts";

/** How much of each column a unit of cost changes; undefined where that is 1 of each. */
export function costUnits({ columns }: ResolvedFeatures): Float64Array | undefined {
  const units = Float64Array.from(columns, ({ scale }) => scale);
  return units.every((unit) => unit === 1) ? undefined : units;
}

/**
 * The norm of changes in units of cost. Under L0 a group counts as one column, and a column that is computed from
 * others as none; what is nearest is measured in ranges, as columns cost the same however far they move.
 */
export function costNorm(features: ResolvedFeatures, norm: Norm["name"]): Norm {
  if (norms[norm].counts) {
    const ranges = Float64Array.from(features.columns, ({ lower, upper }) => upper - lower);
    return scaledNorm(l0Of(blocksOf(features)), ranges);
  }
  const units = costUnits(features);
  return units ? scaledNorm(norms[norm], units, "cost-scaled") : norms[norm];
}

/** The number of the block that each column counts in: its own, the first of its group, -1 for computed ones. */
function blocksOf(features: ResolvedFeatures): Int32Array {
  const blocks = Int32Array.from(features.columns.keys());
  for (const { columns } of features.groups) for (const j of columns) blocks[j] = columns[0];
  for (const { column } of rulesOf(features)?.definitions ?? []) blocks[column] = -1;
  return blocks;
}

/** Everything of the threat that features describe, but its budget. */
export function threatOfFeatures(features: ResolvedFeatures, norm: Norm["name"]): ThreatModel {
  const { columns } = features;
  const kindOf: Readonly<Record<string, FeatureKind>> = { integer: "integer", binary: "binary", "one-hot": "binary" };
  const rules = rulesOf(features);
  return {
    norm: costNorm(features, norm),
    domain: {
      lower: Float64Array.from(columns, ({ lower }) => lower),
      upper: Float64Array.from(columns, ({ upper }) => upper),
      kinds: columns.map(({ kind }) => kindOf[kind] ?? "real"),
    },
    ...(columns.some(({ mutable }) => !mutable) && {
      changeable: Uint8Array.from(columns, ({ mutable }) => (mutable ? 1 : 0)),
    }),
    ...(columns.some(({ direction }) => direction) && { direction: columns.map(({ direction }) => direction) }),
    ...(rules && { rules }),
  };
}

/** What holds beside bounds and kinds; undefined where nothing does. */
function rulesOf(features: ResolvedFeatures): TableRules | undefined {
  const { columns, groups, tolerance } = features;
  const relations = conditionsOf(features);
  const values = columns.map((column) => column.values && Float64Array.from(column.values));
  if (relations.length === 0 && groups.length === 0 && !values.some(Boolean)) return undefined;
  const about = {
    names: columns.map(({ name }) => name),
    isComputable: computable(features),
    place: (i: number) => features.relations[i],
  };
  return {
    groups: groups.map((group) => Int32Array.from(group.columns)),
    values,
    definitions: definitionsOf(relations, about),
    relations,
    tolerance,
    units: Float64Array.from(columns, ({ scale }) => scale),
  };
}
