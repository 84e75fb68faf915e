// What is suspicious of names of classes beside each other.

/** A sentence where names of classes differ in upper and lower case alone; undefined where none do. */
export function caseWarning(classNames: readonly string[]): string | undefined {
  const alike = new Map<string, string[]>();
  for (const name of classNames) {
    const plain = name.toLowerCase();
    alike.set(plain, [...(alike.get(plain) ?? []), name]);
  }
  const several = [...alike.values()].filter((names) => names.length > 1);
  if (several.length === 0) return undefined;
  const [names] = several;
  const others = several.length > 1 ? `, and of ${several.length - 1} more classes` : "";
  return (
    `Names ${names.map((name) => JSON.stringify(name)).join(", ")}${others} differ in upper and lower case alone, ` +
    `and are taken for ${names.length} classes. If they are one, write them alike in the file.`
  );
}
