// Sentences of the core as the page says them: it has fields in place of some options of the command.

import { withOptionsAs } from "@carom/core/data";

/** The field of the page for each option of the command that has one. */
export const fields = { label: "Labels in", box: "Features between" } as const;

const fieldFor = (option: string): string | undefined => new Map<string, string>(Object.entries(fields)).get(option);

/**
 * The sentence with fields of the page in place of options: `with "Labels in"` for `with --label`. That something was
 * read by an option that the page lacks is not said; where such a one is the remedy, it is said whose it is.
 */
export function inPageWords(sentence: string): string {
  const words = withOptionsAs(
    sentence.replace(/ \(--([a-z-]+)\)/g, (all, option: string) => (fieldFor(option) === undefined ? "" : all)),
    (option, value) => {
      const field = fieldFor(option);
      return field && `${value === undefined ? "" : `${value} in `}"${field}"`;
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
