// Whether numbers are the probabilities of one row, as a service prints them.

/** How far probabilities of one row that sum to a total may be off: as far as the decimals they are given in allow. */
function slackOf(values: readonly number[], total: number): number {
  const decimals = Math.max(...values.map((value) => /^-?\d+\.?(\d*)$/.exec(String(value))?.[1].length ?? 20));
  return Math.min(0.05 * total, Math.max(1e-3 * total, (values.length / 2) * 10 ** -decimals));
}

/** Whether numbers are probabilities of one row that sum to a total, 1 or 100, but for the rounding they show. */
export function isDistribution(values: readonly number[], total: number): boolean {
  return Math.abs(sum(values) - total) <= slackOf(values, total) && values.every((value) => isWithin(value, total));
}

/** Whether a number lies between 0 and a most, but for rounding. */
export const isWithin = (value: number, most: number) => value >= -1e-6 * most && value <= (1 + 1e-6) * most;

/** The sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
