// A proposed feature schema as the text of a features file, with the reasons beside it.

import type { ColumnProposal, FeatureProposal } from "./propose.ts";

/**
 * A features file: a line for each column with its reason as a comment; relations stand as comments, since that they
 * hold in these rows does not say that they must.
 *
 * @param source what the rows are called, such as the name of their file
 */
export function writeProposal({ rows, columns, relations }: FeatureProposal, source: string): string {
  const isFlags = columns.length > 1 && columns.every(({ kind }) => kind === "binary");
  const lines = columns.map((column) => ({ text: `  ${word(column.name)}: ${ruleOf(column)}`, reason: column.reason }));
  const width = lines.reduce((most, { text }) => Math.max(most, text.length), 0);
  const aligned = lines.map(({ text, reason }) => `${text.padEnd(Math.min(width, WIDTH))}  # ${reason}`);
  return [
    `# What is known of the columns of ${JSON.stringify(source)}: proposed from its ${rows} rows, for you to correct.`,
    '# bounds are the least and the greatest value of these rows; "own" in place of one is the row\'s own value.',
    "# scale is how much of a column a unit of the budget changes: a robust spread, so that budgets compare columns.",
    "# Say mutable: false where an attacker cannot change a column, direction: increase or decrease where only " +
      "one way is open.",
    ...(isFlags ? ["others: { kind: binary }  # every column is 0 or 1"] : ["columns:", ...aligned]),
    ...(relations.length > 0
      ? [
          "# What follows holds in every row here, which does not say that it must. Uncomment what must hold.",
          "# relations:",
          ...relations.map(({ text, reason }) => `#   - ${JSON.stringify(text)}  # ${reason}`),
        ]
      : [
          "# No column was seen to follow from others, or to stay below another. Relations are written as:",
          '# relations: ["open <= total", "total == a + b"]',
        ]),
    "",
  ].join("\n");
}

/** Columns of a rule after which its reason is no longer set apart. */
const WIDTH = 70;

function ruleOf({ kind, of, bounds, scale, mutable }: ColumnProposal): string {
  const parts = [
    `kind: ${kind}`,
    of && `of: [${of.map(word).join(", ")}]`,
    bounds && `bounds: [${bounds.join(", ")}]`,
    scale !== undefined && `scale: ${scale}`,
    mutable === false && "mutable: false",
  ];
  return `{ ${parts.filter(Boolean).join(", ")} }`;
}

/** A name as YAML has it: in quotes where it may be read as something else. */
function word(name: string): string {
  const isPlain = /^[A-Za-z_][\w.]*$/.test(name) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(name);
  return isPlain ? name : JSON.stringify(name);
}
