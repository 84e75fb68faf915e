// What the benches that hold derivatives against autograd share: how far values lie from a peer's.

const norm = (/** @type {readonly number[]} */ x) => Math.hypot(...x);

const distance = (/** @type {readonly number[]} */ a, /** @type {readonly number[]} */ b) =>
  a.length === b.length ? norm(a.map((each, i) => each - b[i])) : Number.NaN;

/**
 * The largest distance from what is expected, of results, gradients and products together, each relative to the norm of
 * its kind; NaN where a length differs or a value is none. A kind that the peer lacks is left out.
 *
 * @typedef {{ results: number[][], gradients: number[][], products?: number[][] }} Derivatives
 * @param {Required<Derivatives>} values
 * @param {Derivatives} expected
 */
export function errorOf(values, expected) {
  const kinds = /** @type {const} */ (["results", "gradients", "products"]);
  const errors = kinds.map((kind) => {
    const want = expected[kind]?.flat();
    if (!want) return 0;
    return distance(values[kind].flat(), want) / Math.max(norm(want), 1e-3);
  });
  // Math.max leaves no NaN out.
  return Math.max(...errors);
}
