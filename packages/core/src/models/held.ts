// What is kept open for who asks for it next, in the order in which it was used last.

/** Something open. */
export interface Held {
  /** Bytes of the file or graph that it was made of. */
  readonly bytes: number;
  /** How many use it now. */
  readonly users: number;
}

/** Closes what was not used for longest, and is not in use, until the rest fits. */
export async function closeLongestUnused<K, V extends Held>(
  held: Map<K, V>,
  fits: (rest: { readonly count: number; readonly bytes: number }) => boolean,
  close: (value: V) => Promise<void>,
): Promise<void> {
  const rest = () => ({ count: held.size, bytes: [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0) });
  for (const [key, value] of [...held]) {
    if (fits(rest())) return;
    if (value.users > 0) continue;
    held.delete(key);
    await close(value);
  }
}
