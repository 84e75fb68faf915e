// Placeholder types until the rates are written; see below.
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}
/** A share of n points with its Wilson interval. */
export interface Rate extends Interval {
  readonly count: number;
  readonly n: number;
}
