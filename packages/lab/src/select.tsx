// A choice of one among several, with its label.

interface SelectProps<Name extends string> {
  readonly label: string;
  readonly value: Name;
  /** What may be chosen, with the words for it. */
  readonly names: Readonly<Record<Name, string>>;
  choose(name: Name): void;
}

export function Select<Name extends string>({ label, value, names, choose }: SelectProps<Name>) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value as Name)}>
        {Object.entries<string>(names).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names that are shown as they are. */
export function asTheyAre<Name extends string>(names: readonly Name[]): Readonly<Record<Name, string>> {
  const shown: Record<string, string> = Object.fromEntries(names.map((name) => [name, name]));
  return shown as Record<Name, string>;
}
