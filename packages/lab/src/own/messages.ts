// What the page and the worker of the user's own files say to each other.

import type { OwnAnswer, OwnChoices } from "./attack.ts";
import type { DataChoices, Written } from "./options.ts";
import type { ModelFacts, OwnFile } from "./read.ts";

/** What the user asks of the files; names are those of files. */
export interface OwnSettings extends OwnChoices {
  readonly written: Written;
  readonly surrogate?: string | undefined;
  readonly target?: string | undefined;
}

/** Files that came, and what is asked of all that are there; answers carry its number. */
export interface OwnAsked {
  readonly about: "files";
  readonly number: number;
  readonly added: readonly OwnFile[];
  readonly settings: OwnSettings;
}

/** What is known so far. */
export type OwnTold = { readonly about: "files"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly heeded: readonly (keyof DataChoices)[] }
  | { readonly reading: string }
  | { readonly facts: readonly ModelFacts[] }
  | { readonly answer: OwnAnswer }
  | { readonly fault: string }
);
