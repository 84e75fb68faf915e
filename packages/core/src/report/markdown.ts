// Markdown in which texts of others are text.

/** A table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Text of others inside Markdown: nothing in it is markup or ends a cell. */
export const text = (given: string): string => given.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>#|~]/g, "\\$&");

/** The same in a monospaced font. */
export const code = (given: string): string =>
  `\`${given.replaceAll(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "\\|")}\``;
