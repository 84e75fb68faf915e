// What kind of number a feature is.

/** The numbers that a feature takes; what is `fixed` is no attack's to change. */
export type FeatureKind = "real" | "integer" | "binary" | "fixed";

/** Whether a feature takes whole numbers only. */
export function isWhole(kind: FeatureKind): boolean {
  return kind === "integer" || kind === "binary";
}
