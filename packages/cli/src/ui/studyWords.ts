// Sentences about data name options of the command; whoever writes a study has fields in their place.

import { InputError } from "@carom/core";
import { withOptionsAs } from "@carom/core/data";
import { fileChoice, serviceChoice, studySchema } from "@carom/core/study";

const kebab = (field: string) => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The field of a study for each option of the command that has one. */
const fields: ReadonlyMap<string, string> = new Map([
  ...Object.keys(studySchema.shape.data.shape).map((field) => [kebab(field), `data.${field}`] as const),
  ["units", "attack.units"],
  // Classes of a model, whatever those of the data are.
  ...Object.keys({ ...fileChoice.shape, ...serviceChoice.shape }).map((field) => [kebab(field), field] as const),
]);

const lists = new Set(["data.drop", "data.keep", "data.na"]);
const truths = new Map([
  ["yes", "true"],
  ["no", "false"],
]);

/** The sentence with the fields of a study in place of options: `data.missing: 0` for `--missing 0`. */
export function inStudyWords(sentence: string): string {
  return withOptionsAs(sentence, (name, value) => {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    if (field === "data.zeroBased") return `${field}: true`;
    if (value === undefined) return field;
    if (/\w,\w/.test(value)) return `${field}: [${value.replaceAll(",", value.startsWith('"') ? '", "' : ", ")}]`;
    return `${field}: ${lists.has(field) ? `[${value}]` : value === "," ? '","' : (truths.get(value) ?? value)}`;
  });
}

/** What a promise holds; where it fails by a fault of the input, that in the words of a study. */
export async function toldInStudyWords<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { expected, got, remedy } = error.detail;
    throw new InputError(error.code, inStudyWords(error.what), {
      expected,
      got: inStudyWords(got),
      remedy: inStudyWords(remedy),
    });
  }
}
