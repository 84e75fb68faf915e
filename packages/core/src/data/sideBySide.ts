// Several arrays as the columns of one row, as models with several inputs take them.

import { InputError } from "../errors.ts";
import { allocate, type FloatType, rowSize, sizeOf, type Tensor } from "../tensor.ts";
import { type BytesAs, floatFeatures } from "./features.ts";

/** Arrays side by side, and what each column is called. */
interface SideBySide {
  /** [N, D], D the numbers of a row in all arrays together. */
  readonly features: Tensor<FloatType>;
  readonly featureNames: readonly string[];
}

/**
 * Named arrays [N, ...] side by side, in the order given; numbers that are no real ones as `dataset` takes them.
 *
 * @throws InputError for arrays of different numbers of rows
 */
export function sideBySide(arrays: ReadonlyMap<string, Tensor>, bytes?: BytesAs): SideBySide {
  const parts = [...arrays].map(([name, array]) => [name, floatFeatures(array, bytes)] as const);
  const rows = parts[0][1].shape[0] ?? 0;
  for (const [name, { shape }] of parts) {
    if (shape[0] === rows) continue;
    throw new InputError("invalid", `array "${name}"`, {
      expected: `${rows} rows, as "${parts[0][0]}" has`,
      got: `shape [${shape}]`,
      remedy: "save arrays with a row per sample each",
    });
  }
  const type = parts.some(([, part]) => part.type === "float64") ? "float64" : "float32";
  const width = parts.reduce((sum, [, part]) => sum + rowSize(part), 0);
  const data = allocate(type, rows * width);
  let from = 0;
  for (const [, part] of parts) {
    const size = rowSize(part);
    for (let i = 0; i < rows; i++) data.set(part.data.subarray(i * size, (i + 1) * size), i * width + from);
    from += size;
  }
  const featureNames = parts.flatMap(([name, { shape }]) => columnNames(name, shape.slice(1)));
  return { features: { type, shape: [rows, width], data }, featureNames };
}

/**
 * What the columns of an array, or of an input of a model, are called: its own name where it has one, else numbered.
 */
export function columnNames(name: string, shape: readonly number[]): readonly string[] {
  const size = sizeOf(shape);
  return size === 1 ? [name] : Array.from({ length: size }, (_, i) => `${name}[${i}]`);
}
