// Sentences of the core as the page says them: it has fields in place of some options of the command.

import { withOptionsAs } from "@carom/core/data";
import { fields } from "./fields.ts";

const labels: ReadonlyMap<string, string> = new Map(
  Object.entries(fields).map(([name, { label }]) => [
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    label,
  ]),
);

/**
 * The sentence with fields of the page in place of options: `with "Labels in"` for `with --label`. That something was
 * read by an option that the page lacks is not said; where such a one is the remedy, it is said whose it is.
 */
export function inPageWords(sentence: string): string {
  const words = withOptionsAs(
    sentence
      .replace(/ \(--([a-z-]+)\)/g, (all, option: string) => (labels.has(option) ? all : ""))
      .replace(/^(\w+ )option --/, "$1field --"),
    (option, value) => {
      const label = labels.get(option);
      return label && `${value === undefined ? "" : `${value === "," ? '","' : value} in `}"${label}"`;
    },
  );
  const others = new Set<string>();
  withOptionsAs(words, (option) => {
    others.add(`--${option}`);
    return undefined;
  });
  if (others.size === 0) return words;
  return `${words} (this page has no field for ${[...others].join(", ")}, which the command carom has)`;
}
