// Transfer rates of a study in a terminal: a row per surrogate, a column per budget.

/** The header, a row for each name with its number at each budget, and lines that stand below. */
export function rateTable(
  title: string,
  budgets: readonly string[],
  rows: readonly (readonly [name: string, rates: readonly (number | undefined)[]])[],
  below: readonly string[] = [],
): string {
  const width = Math.max(...rows.map(([name]) => name.length), title.length - 1) + 2;
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(8)).join("")}`;
  const lines = rows.map(([name, rates]) =>
    line(
      name,
      rates.map((rate) => rate?.toFixed(3) ?? ""),
    ),
  );
  return `${[line(title, budgets), ...lines, ...below].join("\n")}\n`;
}
