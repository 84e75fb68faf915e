// Sentences about data and models name options of the command; other hosts have fields in their place.

const words = ["first", "last", "yes", "no", "unit", "raw", "ranges", "latin1", "median", "drop"];

/**
 * An option, and the value that sentences give with it as an example: a list, a number, what stands in quotes, or one
 * of few words.
 */
const mention = new RegExp(
  String.raw`--([a-z]+(?:-[a-z]+)*)(?: (\w+(?:,\w+)+|"[^"]*"|-?\d[\d.]*|,|${words.join("|")})(?![\w"]))?`,
  "g",
);

/**
 * The sentence with other words in place of options of the command. `wordsFor` receives an option's name without dashes
 * and the value that follows it, as it is written; an option without words of its own stays.
 */
export function withOptionsAs(
  sentence: string,
  wordsFor: (name: string, value: string | undefined) => string | undefined,
): string {
  return sentence.replace(
    mention,
    (option: string, name: string, value: string | undefined) => wordsFor(name, value) ?? option,
  );
}
