// Registries as text: names with their options, defaults and what each means.

interface ListedOption {
  readonly name: string;
  readonly default: unknown;
  readonly description: string;
}

export interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly ListedOption[];
  readonly presets?: readonly string[];
}

/** The options of a schema in order, with their defaults. */
export function optionsOf(schema: unknown): ListedOption[] {
  const object = schema as { shape: Record<string, { description?: string }>; parse(given: object): object };
  const defaults = object.parse({}) as Record<string, unknown>;
  return Object.entries(object.shape).map(([name, { description = "" }]) => ({
    name,
    default: defaults[name] ?? null,
    description,
  }));
}

/** One paragraph for each entry of a registry. */
export function listing(entries: readonly Listed[]): string {
  return entries
    .map(({ name, summary, options, presets = [] }) => {
      const values = options.map((option) => JSON.stringify(option.default));
      const width = Math.max(0, ...options.map((option) => option.name.length));
      const valueWidth = Math.max(0, ...values.map((value) => value.length));
      const lines = options.map(
        (option, i) => `  ${option.name.padEnd(width)}  ${values[i].padEnd(valueWidth)}  ${option.description}\n`,
      );
      const named = presets.length > 0 ? `  presets: ${presets.join(", ")}\n` : "";
      return `${name}: ${summary}\n${lines.join("")}${named}`;
    })
    .join("\n");
}
