// What each repetition of a study has by name, as one map.

/** The maps of all repetitions as one, with the number of the repetition before each name where there are several. */
export function ofRepetitions<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  if (maps.length === 1) return maps[0];
  return new Map(
    maps.flatMap((map, i) => [...map].map(([name, value]) => [`repetition ${i + 1}/${name}`, value] as const)),
  );
}
