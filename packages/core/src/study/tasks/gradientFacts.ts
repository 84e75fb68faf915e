// What the clean gradients of several models show point by point, read once and some rows at a time.

import { perUnit } from "../../data/units.ts";
import { blocksOf, mapRows, type Rows } from "../../rows.ts";
import { mean } from "../../stats/describe.ts";
import { type FloatType, rowSize, type Tensor } from "../../tensor.ts";
import type { Norm } from "../../threat/norm.ts";
import { linearisedIncreases } from "../../transfer/decomposition.ts";
import { gradientSizes } from "../../transfer/gradients.ts";

/** Of models that have gradients, by their ids. */
export interface GradientFacts {
  /** The gradients by features in the units of the norm. */
  readonly gradients: ReadonlyMap<string, Rows>;
  /** S of each point. */
  readonly sizes: ReadonlyMap<string, Float64Array>;
  /** 1 for each point whose gradient is finite. */
  readonly finite: ReadonlyMap<string, Uint8Array>;
  /**
   * What a model's loss would rise by per unit of budget under a surrogate's gradient if both were linear, a mean over
   * points: by surrogate, then by model.
   */
  readonly linearised: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * The facts of gradients [N, ...] by features, for a norm of features in units.
 *
 * @param pairs the ids of surrogates and targets whose linearised increases are wanted
 */
export async function gradientFacts(
  given: ReadonlyMap<string, Rows>,
  norm: Norm,
  units: Float64Array | undefined,
  pairs: Iterable<readonly [string, string]>,
): Promise<GradientFacts> {
  const gradients = new Map([...given].map(([id, rows]) => [id, mapRows(rows, (block) => perUnit(block, units))]));
  const [shape = [0]] = [...given.values()].map((rows) => rows.shape);
  const n = shape[0];
  const sizes = new Map([...given.keys()].map((id) => [id, new Float64Array(n)]));
  const finite = new Map([...given.keys()].map((id) => [id, new Uint8Array(n)]));
  const increases = new Map<string, Map<string, Float64Array>>();
  for (const [from, to] of pairs) {
    if (!given.has(from) || !given.has(to)) continue;
    increases.set(from, (increases.get(from) ?? new Map()).set(to, new Float64Array(n)));
  }
  for (const { from, to } of blocksOf(shape)) {
    const blocks = new Map<string, Tensor<FloatType>>();
    for (const [id, rows] of gradients) {
      const block = await rows.read(from, to);
      const width = rowSize(block);
      blocks.set(id, block);
      sizes.get(id)!.set(gradientSizes(block, norm), from);
      // A row in which something is not finite is NaN throughout.
      for (let i = from; i < to; i++) finite.get(id)![i] = Number.isNaN(block.data[(i - from) * width]) ? 0 : 1;
    }
    for (const [surrogate, targets] of increases) {
      for (const [target, values] of targets)
        values.set(linearisedIncreases(blocks.get(surrogate)!, blocks.get(target)!, norm, 1), from);
    }
  }
  const linearised = new Map(
    [...increases].map(([from, targets]) => {
      const means = [...targets].map(([to, values]) => [to, mean(values.filter(Number.isFinite))] as const);
      return [from, new Map(means.flatMap(([to, value]) => (value === undefined ? [] : [[to, value]])))];
    }),
  );
  return { gradients, sizes, finite, linearised };
}
