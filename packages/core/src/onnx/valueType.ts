// What is known of a value before the graph runs: its type and shape, and at times its elements or their bounds.

import { type ElementType, type Tensor, toNumbers } from "../tensor.ts";
import { type Dim, isStatic } from "./dim.ts";
import { MAX_CONTENT } from "./limits.ts";

/** What is known of a value before the graph runs. */
export interface ValueType {
  readonly type: ElementType;
  readonly shape: readonly Dim[];
  /** The value itself, where it is constant. */
  readonly constant?: Tensor;
  /**
   * The elements of a small tensor that is computed from shapes, such as the target of a Reshape, in row-major order.
   */
  readonly content?: readonly Dim[];
  /** Between which numbers the elements lie, and whether they are finite. */
  readonly range?: Range;
}

/**
 * Bounds of those elements that are numbers, given that inputs of the graph are finite numbers. Sums do not overflow.
 */
export interface Range {
  readonly low: number;
  readonly high: number;
  /** Whether no element is infinite, or no number. */
  readonly finite: boolean;
}

/** The elements of a small tensor, in row-major order, where they are known. */
export function contentOf(value: ValueType | undefined): readonly Dim[] | undefined {
  if (value?.content) return value.content.length <= MAX_CONTENT ? value.content : undefined;
  if (!value?.constant || value.constant.data.length > MAX_CONTENT) return undefined;
  return toNumbers(value.constant);
}

/** The content of a small integer tensor where all of it is known numbers. */
export function constantInts(value: ValueType | undefined): readonly number[] | undefined {
  const content = value?.type === "int64" || value?.type === "int32" ? contentOf(value) : undefined;
  return content && isStatic(content) ? content : undefined;
}
