// What stands in a stranger's document as a text or a number: an object there says of itself what it likes.

/** A value as text; a list or an object as JSON. */
export function asText(value: unknown): string {
  return typeof value === "object" ? (JSON.stringify(value) ?? "") : String(value);
}

/** The number that a value is or a text spells; NaN for all else. */
export function asNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
}
