// What users write for each option about data files, in a command or in a field of a page, and what it means.

import { invalidOption, numberIn, oneOf } from "../spelled.ts";
import type { DataOptions } from "./formats/format.ts";
import type { MissingRule } from "./missing.ts";
import { type Separator, separatorNames, separators } from "./table/dialect.ts";
import { type Encoding, encodings } from "./table/encoding.ts";

/** What each option may be written as, the value that it then has. */
type DataOptionParsers = {
  readonly [Name in keyof DataOptions]-?: (text: string) => NonNullable<DataOptions[Name]>;
};

const splitList = (text: string): readonly string[] => text.split(",");
const yesOrNo = (option: string) => (text: string) => oneOf(option, text, { yes: true, no: false });

/** The value of every option about data, from what a user wrote. Each throws `InputError` for what means nothing. */
export const dataOptionParsers: DataOptionParsers = {
  label: (text) => text,
  drop: splitList,
  keep: splitList,
  categorical: splitList,
  missing: missingRule,
  na: splitList,
  names: yesOrNo("--names"),
  separator: separatorIn,
  decimal: (text) => oneOf("--decimal", text, { ".": ".", ",": ",", point: ".", comma: "," }),
  encoding: encodingIn,
  bytes: (text) => oneOf("--bytes", text, { unit: "unit", raw: "raw" }),
  box: intervalIn,
  columns: countIn,
  zeroBased: yesOrNo("--zero-based"),
};

function separatorIn(text: string): Separator {
  const names = Object.fromEntries(separators.map((each) => [separatorNames[each], each]));
  return separators.find((each) => each === text) ?? oneOf("--separator", text, names);
}

function encodingIn(text: string): Encoding {
  const names = Object.fromEntries(encodings.map((each) => [each, each]));
  return oneOf("--encoding", text.toLowerCase(), names);
}

/** What becomes of missing values: a rule, a number, or a word. */
function missingRule(text: string): MissingRule {
  if (text === "drop" || text === "median" || text === "median+mask") return text;
  const given = text.startsWith("value:") ? text.slice("value:".length) : undefined;
  const value = numberIn(given ?? text);
  if (Number.isFinite(value)) return value;
  if (given !== undefined && given.trim() !== "") return { word: given };
  throw invalidOption(
    "--missing",
    "drop, median, median+mask, or a value",
    text,
    "for instance --missing median or --missing value:unknown",
  );
}

function intervalIn(text: string): readonly [number, number] {
  const [low, high, ...rest] = text.split(",").map(numberIn);
  if (rest.length === 0 && Number.isFinite(low) && Number.isFinite(high) && low < high) return [low, high];
  throw invalidOption("--box", "two numbers, the lower first", text, "for instance --box 0,1");
}

function countIn(text: string): number {
  const count = numberIn(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw invalidOption("--columns", "a positive integer", text, "give the number of features");
}
