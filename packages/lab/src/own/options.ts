// What the user may say of dropped files, as it is written in the fields of the page, and what it means.

import { type DataOptions, dataOptionParsers } from "@carom/core/data";
import { classNamesIn, normalizationIn, sizesIn } from "@carom/core/models";

/** What each field about models may be written as. */
const modelOptionParsers = {
  classes: classNamesIn,
  normalize: normalizationIn,
  inputShape: sizesIn,
  output: (text: string) => text,
};

type Parsers = Readonly<Record<string, (text: string) => unknown>>;
type Meaning<P extends Parsers> = { readonly [Name in keyof P]?: ReturnType<P[Name]> | undefined };

/** What may be said of a model's file. */
export type ModelChoices = Meaning<typeof modelOptionParsers>;
/** The same of data, as the command has it. */
export type DataChoices = DataOptions;

/** What stands in the fields; those that are empty are absent. */
export type Written = Readonly<Partial<Record<keyof DataOptions | keyof ModelChoices, string>>>;

/** What fields about models say. @throws InputError for what means nothing */
export const modelChoicesIn = (written: Written): ModelChoices => meaningOf(written, modelOptionParsers);

/** What the fields that such data heed say; others are left out. @throws InputError for what means nothing */
export function dataChoicesIn(written: Written, heeded: readonly (keyof DataOptions)[]): DataChoices {
  return meaningOf(Object.fromEntries(heeded.map((name) => [name, written[name]])), dataOptionParsers);
}

function meaningOf<P extends Parsers>(written: Written, parsers: P): Meaning<P> {
  const texts = new Map<string, string | undefined>(Object.entries(written));
  const said = Object.entries(parsers).flatMap(([name, parse]) => {
    const text = texts.get(name);
    return text === undefined ? [] : [[name, parse(text)]];
  });
  return Object.fromEntries(said) as Meaning<P>;
}
