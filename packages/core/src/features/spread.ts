// How widely the values of a column are spread: what a unit of cost is where nobody says.

/** The interquartile range of a normal distribution, in its standard deviations. */
const NORMAL = 1.349;

/**
 * The interquartile range over 1.349, the standard deviation of normal values and blind to outliers; the standard
 * deviation itself where half of the values or more are equal, so that this is 0; 0 for values that are all equal.
 */
export function robustSpread(values: Float64Array): number {
  const sorted = values.slice().sort();
  const quantile = (share: number) => {
    const at = share * (sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
  };
  const quartiles = quantile(0.75) - quantile(0.25);
  if (quartiles > 0) return quartiles / NORMAL;
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
}
