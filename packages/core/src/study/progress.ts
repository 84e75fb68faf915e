// Progress of work in steps of unequal length.

/**
 * Turns steps of given weights into one share of the whole. `next(activity)` begins a step and returns the function
 * that the step reports its own share to.
 */
export function startProgress(
  weights: readonly number[],
  onProgress: ((activity: string, done: number) => void) | undefined,
): { next(activity: string): (done: number) => void } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const left = [...weights];
  let finished = 0;
  let current = 0;
  return {
    next(activity) {
      finished += current;
      current = left.shift() ?? 0;
      const report = (done: number) => onProgress?.(activity, Math.min(1, (finished + current * done) / total));
      report(0);
      return report;
    },
  };
}
