// Which of two searches' results is taken: the first, unless the second is better by more than where searches end.

/** Searches that come to the same optimum end within this share of it. */
const ALIKE = 1e-3;

/**
 * Whether the objective b, above 0 where an attack succeeds, is better than a by more than what searches that come to
 * the same optimum differ by, or succeeds where a does not. Such searches end at different points, so that where
 * the larger of two objectives counted, the rounding of scores would choose among them.
 */
export const isClearlyBetter = (b: number, a: number): boolean => b - a > ALIKE * Math.abs(b) || (b > 0 && a <= 0);
