// The words, numbers and signs of a relation between columns.

import { InputError } from "../../errors.ts";
import type { PlaceIn } from "../place.ts";

export interface Token {
  readonly kind: "number" | "name" | "symbol" | "end";
  readonly text: string;
  /** Where it begins in the text. */
  readonly offset: number;
}

/** Words that are no names unless they stand in quotes. */
const words = ["and", "or", "not", "if", "then", "else"];

const pattern =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_.]*)|`(?<ticked>[^`]+)`|"(?<quoted>[^"]+)"|(?<symbol><=|>=|==|!=|[-+*/^<>(),]))/uy;

/** The tokens of a text, with one for its end. @throws InputError that names the place of what is none */
export function tokensOf(text: string, place: PlaceIn): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  let end = 0;
  while (end < text.trimEnd().length) {
    const match = pattern.exec(text);
    if (!match) {
      const offset = end + text.slice(end).search(/\S/);
      const got = text[offset];
      throw new InputError("invalid", `relation at ${place(offset)}`, {
        expected: "columns, numbers and + - * / ^ < <= == != >= > ( )",
        got: JSON.stringify(got),
        remedy: got === "=" ? "write == for what must be equal" : "put names that are no words between backticks",
      });
    }
    const { number, name, ticked, quoted, symbol } = match.groups!;
    const found = number ?? name ?? ticked ?? quoted ?? symbol;
    const inQuotes = ticked !== undefined || quoted !== undefined;
    const isSymbol = symbol !== undefined || (name !== undefined && words.includes(name));
    const kind = number !== undefined ? "number" : isSymbol ? "symbol" : "name";
    end = pattern.lastIndex;
    tokens.push({ kind, text: found, offset: end - found.length - (inQuotes ? 2 : 0) });
  }
  return [...tokens, { kind: "end", text: "", offset: text.length }];
}
