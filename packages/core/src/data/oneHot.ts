// Columns of words written out: a column of 0 and 1 for each value, of which one in each row is 1.

/** A column of words, as the features hold it; a plain record, since it is written into artifacts. */
export type OneHotGroup = {
  /** The name of the column of words. */
  readonly name: string;
  /** The features that stand for it, in the order of its values. */
  readonly columns: readonly number[];
  /** The values, each of which has a feature. */
  readonly values: readonly string[];
};

/** The name of the feature that says whether a column of words has a value. */
export function valueColumn(name: string, value: string): string {
  return `${name}=${value}`;
}

/** The group of a column of words whose features begin at a position. */
export function groupAt(name: string, values: readonly string[], first: number): OneHotGroup {
  return { name, values, columns: values.map((_, k) => first + k) };
}

/**
 * The groups among other columns: those of which every feature is there.
 *
 * @param place where each of the former columns is now; undefined for one that is gone
 */
export function movedGroups(
  groups: readonly OneHotGroup[] | undefined,
  place: (column: number) => number | undefined,
): readonly OneHotGroup[] | undefined {
  const moved = (groups ?? []).flatMap((group) => {
    const columns = group.columns.map(place);
    return columns.every((column) => column !== undefined) ? [{ ...group, columns }] : [];
  });
  return moved.length > 0 ? moved : undefined;
}
