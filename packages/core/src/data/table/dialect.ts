// How a table is written, recognised from its first lines: separator, decimal mark, and whether names stand on top.

import { InputError } from "../../errors.ts";
import { invalidFile } from "../formats/elements.ts";
import { type DecimalMark, textNumber } from "./numbers.ts";
import { cellText, Quoting, recordSplitter } from "./records.ts";

/** What separates cells; a space stands for any run of spaces and tabs. */
export const separators = [",", ";", "\t", "|", " "] as const;
/** What stands between the cells of a table. */
export type Separator = (typeof separators)[number];

/** What a separator is called in messages. */
export const separatorNames: Readonly<Record<Separator, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "pipe",
  " ": "space",
};

/** A record of the first lines. */
interface HeadRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Dialect {
  readonly separator: Separator;
  readonly decimal: DecimalMark;
  /** How many records stand before the first one of values: comments, then the header. */
  readonly skipped: number;
  /** The names on top, one for each cell of a record; undefined where there are none. */
  readonly header: readonly string[] | undefined;
  /** Cells of a record. */
  readonly width: number;
  /** The first records of values. */
  readonly body: readonly HeadRecord[];
}

interface DialectOptions {
  readonly separator?: Separator | undefined;
  readonly decimal?: DecimalMark | undefined;
  readonly header?: boolean | undefined;
  /** Whether a text stands for a missing value. */
  isMissing(text: string): boolean;
}

/** Records that are looked at. */
const MOST = 1000;

/**
 * The dialect of the table that begins with these bytes of UTF-8.
 *
 * _Separator_: of comma, semicolon, tab, pipe and spaces the one that cuts all records into equally many cells, at
 * least two, most of which are numbers. _Decimal mark_: a comma where some number has one and none has a point.
 * _Header_: see `hasHeader`. Lines on top that begin with # are comments, unless they have as many cells as the
 * records; the # and spaces after it are then left out.
 *
 * @throws InputError where no separator does, and where numbers or the first line can be read in two ways.
 */
export function recognise(head: Uint8Array, isWhole: boolean, name: string, options: DialectOptions): Dialect {
  const seen = bytesIn(head);
  const text = seen.includes(1, 128) ? undefined : new TextDecoder().decode(head);
  // One that is nowhere cuts nothing; the first tells how many lines there are.
  const cuts = (separator: Separator) => seen[separator.charCodeAt(0)] === 1 || (separator === " " && seen[TAB] === 1);
  const possible = separators.filter((separator, i) => i === 0 || cuts(separator));
  const candidates = (options.separator ? [options.separator] : possible).map((separator) => {
    const { records, fault } = headRecords(head, text, isWhole, separator, name);
    return { separator, records, fault, numbers: shareOfNumbers(records, options), width: commonWidth(records) };
  });
  // An uneven line may be a fault of the file, so it speaks against a separator without ruling it out.
  const merit = (each: (typeof candidates)[number]) => each.numbers * (isEven(each) ? 1 : 0.5);
  const [best] = candidates.filter(({ width }) => width >= 2).sort((a, b) => merit(b) - merit(a));
  if (best?.fault) throw best.fault;
  if (!best) throw noColumns(name, candidates[0].records.length, options.separator);
  const { separator, records, width } = best;
  const [comments, uncommented] = withoutComments(records, width);
  const cleaned = withEvenTop(uncommented, width);
  requireEven(cleaned, width, separator, name);
  const decimal = options.decimal ?? decimalOf(cleaned, name);
  const isNumber = (text: string) => !Number.isNaN(textNumber(text, decimal));
  const isHeader = options.header ?? hasHeader(cleaned, name, isNumber, options.isMissing);
  const header = isHeader ? cleaned[0].cells : undefined;
  if (header?.some((text) => text.includes(UNREADABLE))) throw notUtf8(`line ${cleaned[0].line} of ${name}`);
  return {
    separator,
    decimal,
    skipped: comments + (isHeader ? 1 : 0),
    header,
    width,
    body: isHeader ? cleaned.slice(1) : cleaned,
  };
}

const TAB = 9;

/** Which bytes there are. */
function bytesIn(bytes: Uint8Array): Uint8Array {
  const seen = new Uint8Array(256);
  for (let at = 0; at < bytes.length; at++) seen[bytes[at]] = 1;
  return seen;
}

/**
 * The first records, as texts, and what is wrong with the quotes after them. Where the head is known as a text whose
 * characters are its bytes, cells are parts of that: to decode each of a million columns would take most of the time.
 */
function headRecords(
  head: Uint8Array,
  text: string | undefined,
  isWhole: boolean,
  separator: Separator,
  name: string,
): { readonly records: readonly HeadRecord[]; readonly fault: InputError | undefined } {
  const records: HeadRecord[] = [];
  let cells: string[] = [];
  /** What is pushed first is told as it lies there; the end of a last line without one is told from elsewhere. */
  let inPlace = text;
  const splitter = recordSplitter(
    separator.charCodeAt(0),
    {
      cell(column, bytes, from, to, quoting) {
        if (records.length >= MOST) return;
        if (column === 0) cells = [];
        const isPart = inPlace !== undefined && quoting !== Quoting.doubled;
        cells.push(isPart ? inPlace!.substring(from, to) : textOf(bytes, from, to, quoting));
      },
      record(_, line) {
        if (records.length < MOST) records.push({ line, cells });
        cells = [];
      },
    },
    name,
  );
  try {
    splitter.push(head);
    inPlace = undefined;
    if (isWhole) splitter.end();
  } catch (error) {
    // What this separator makes of quotes need not be what the file means by them.
    if (!(error instanceof InputError)) throw error;
    return { records, fault: error };
  }
  return { records, fault: undefined };
}

/** Cells that are no UTF-8 are told of when they are read for good. */
const textOf: typeof cellText = (...cell) => {
  try {
    return cellText(...cell);
  } catch {
    return UNREADABLE;
  }
};

const UNREADABLE = "\ufffd";

/** The error for bytes that are no text in UTF-8. */
export function notUtf8(where: string): InputError {
  const remedy = "say what it is in with --encoding, for instance --encoding latin1";
  return invalidFile(where, "text in UTF-8", "bytes that are none", remedy);
}

function commonWidth(records: readonly HeadRecord[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 0;
}

const isComment = ({ cells }: HeadRecord) => cells[0].startsWith("#");

/** Whether all records but comments on top have as many cells. */
function isEven({ records, width }: { readonly records: readonly HeadRecord[]; readonly width: number }): boolean {
  const [, kept] = withoutComments(records, width);
  return kept.every(({ cells }) => cells.length === width);
}

/** The records with as many cells in the first as in others, where it alone has, or lacks, an empty last one. */
function withEvenTop(records: readonly HeadRecord[], width: number): readonly HeadRecord[] {
  const [first, ...rest] = records;
  if (first?.cells.length === width + 1 && first.cells[width] === "") {
    return [{ ...first, cells: first.cells.slice(0, width) }, ...rest];
  }
  if (first?.cells.length === width - 1 && rest.every(({ cells }) => cells[width - 1] === "")) {
    return [{ ...first, cells: [...first.cells, ""] }, ...rest];
  }
  return records;
}

/** How many comments there are on top, and the records after them. */
function withoutComments(records: readonly HeadRecord[], width: number): [number, readonly HeadRecord[]] {
  let comments = 0;
  while (comments < records.length && isComment(records[comments]) && records[comments].cells.length !== width) {
    comments++;
  }
  const [first, ...rest] = records.slice(comments);
  if (!first || !isComment(first)) return [comments, records.slice(comments)];
  const [marked, ...others] = first.cells;
  return [comments, [{ ...first, cells: [marked.replace(/^#\s*/, ""), ...others] }, ...rest]];
}

const pointed = /^[+-]?(\d+\.\d*|\.\d+)(e[+-]?\d+)?$/i;
const comma = /^[+-]?(\d+,\d*|,\d+)(e[+-]?\d+)?$/i;
/** What may as well be a whole number with its thousands set apart. */
const thousands = /^[+-]?[1-9]\d{0,2},\d{3}$/;
/** A number with either mark or without one. */
const numeric = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;

function shareOfNumbers(records: readonly HeadRecord[], { isMissing }: DialectOptions): number {
  let [numbers, all] = [0, 0];
  for (const { cells } of records.slice(1)) {
    for (const text of cells) {
      all++;
      if (numeric.test(text) || isMissing(text)) numbers++;
    }
  }
  return all === 0 ? 0 : numbers / all;
}

/** @throws InputError where numbers such as 1,234 may be read in two ways. */
function decimalOf(records: readonly HeadRecord[], name: string): DecimalMark {
  const commas = records.flatMap(({ cells }) => cells.filter((text) => text.includes(",") && comma.test(text)));
  if (commas.length === 0 || records.some(({ cells }) => cells.some((text) => pointed.test(text)))) return ".";
  if (commas.some((text) => !thousands.test(text))) return ",";
  const record = records.find(({ cells: own }) => own.includes(commas[0]))!;
  throw new InputError("invalid", `numbers of ${name}`, {
    expected: "numbers that can be read in one way",
    got:
      `"${commas[0]}" in line ${record.line}, which may be ${commas[0].replace(",", ".")} or ` +
      `${commas[0].replace(",", "")}`,
    remedy: "say --decimal , for the first, or write whole numbers without separators",
  });
}

/**
 * Whether the first record holds names.
 *
 * Names are texts: above numbers, or above texts that repeat and are not that one. Numbers may be names where they
 * count from 0 or 1 (0, 1, 2, label), or beside a usual name of labels. A first record of nothing but numbers that
 * count holds names where numbers below are no integers.
 *
 * @throws InputError where it may be names as well as values.
 */
function hasHeader(
  records: readonly HeadRecord[],
  name: string,
  isNumber: (text: string) => boolean,
  isMissing: (text: string) => boolean,
): boolean {
  const [first, ...body] = records;
  if (!first || body.length === 0) return false;
  const below = (i: number) => body.map(({ cells }) => cells[i]).filter((text) => !isMissing(text));
  const texts: number[] = [];
  const numbers: string[] = [];
  for (const [i, text] of first.cells.entries()) {
    if (isNumber(text)) numbers.push(text);
    else if (!isMissing(text)) texts.push(i);
  }
  const asNumber = (text: string) => Number(text.replace(",", "."));
  const start = asNumber(numbers[0] ?? "");
  const counts = numbers.length >= 2 && start >> 1 === 0 && numbers.every((text, i) => asNumber(text) === start + i);
  const isAboveNumbers = () => texts.some((i) => 2 * below(i).filter(isNumber).length > below(i).length);
  const isUsual = () => texts.some((i) => isUsualLabel(first.cells[i]) && !below(i).includes(first.cells[i]));
  const isAboveClasses = () => texts.some((i) => !below(i).includes(first.cells[i]) && repeats(below(i)));
  const twoReadings = () =>
    new InputError("invalid", `first line of ${name}`, {
      expected: "names of columns or a row of values",
      got: `"${first.cells.join(", ").slice(0, 60)}", which may be either`,
      remedy: "say --names yes or --names no",
    });
  if (texts.length > 0) {
    if (numbers.length === 0 || counts) return isAboveNumbers() || isAboveClasses() || isUsual();
    if (isUsual() && new Set(first.cells).size === first.cells.length) return true;
    if (isAboveNumbers()) throw twoReadings();
    return false;
  }
  // A first cell without a name stands above pandas' index.
  if (!counts || first.cells.slice(1).some(isMissing)) return false;
  const isFraction = (text: string) => isNumber(text) && !isMissing(text) && !/^[+-]?\d+$/.test(text);
  const hasFractions = body.some(({ cells }) => cells.some(isFraction));
  if (numbers.length > 2 && hasFractions) return true;
  throw twoReadings();
}

/** Names under which labels are usually kept, the likeliest first. */
export const usualLabels = ["label", "labels", "class", "classes", "target", "targets", "y"];

function isUsualLabel(text: string): boolean {
  return usualLabels.includes(text.toLowerCase());
}

/** Whether values stand twice or more often on average, as those of classes do. */
export function repeats(values: readonly string[]): boolean {
  return values.length > 0 && 2 * new Set(values).size <= values.length;
}

function noColumns(name: string, records: number, separator: Separator | undefined): InputError {
  if (records === 0) return invalidFile(name, "at least one line of values", "none", "give another file");
  const by = separator === undefined ? "comma, semicolon, tab, pipe or space" : separatorNames[separator];
  return invalidFile(
    name,
    "a table of at least two columns",
    `lines without a ${by}`,
    "say what separates cells with --separator",
  );
}

function requireEven(records: readonly HeadRecord[], width: number, separator: Separator, name: string): void {
  const odd = records.find(({ cells }) => cells.length !== width);
  if (odd) throw unevenLine(name, odd.line, width, odd.cells.length, separator);
}

/** The error for a record with more or fewer cells than others. */
export function unevenLine(
  name: string,
  line: number,
  expected: number,
  got: number,
  separator: Separator,
): InputError {
  return invalidFile(
    `line ${line} of ${name}`,
    `${expected} cells, as in other lines`,
    `${got} (separated by ${separatorNames[separator]})`,
    "check that line, or say what separates cells with --separator",
  );
}
