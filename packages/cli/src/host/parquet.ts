// Parquet files as the tables that they are: what reads Parquet is a package of its own, which need not be there.

import { InputError } from "@carom/core";
import { type DataParts, type DataTask, readTable } from "@carom/core/data";
import type { InputFile } from "./inputFile.ts";
import { optionalPackage } from "./optionalPackage.ts";

/** The part of hyparquet that is used. */
interface Hyparquet {
  parquetMetadataAsync(file: AsyncBuffer): Promise<{ readonly num_rows: bigint }>;
  parquetReadObjects(options: {
    readonly file: AsyncBuffer;
    readonly rowStart: number;
    readonly rowEnd: number;
  }): Promise<readonly ParquetRow[]>;
}

interface AsyncBuffer {
  readonly byteLength: number;
  slice(from: number, to?: number): Promise<ArrayBuffer>;
}

type ParquetRow = Readonly<Record<string, unknown>>;

const PACKAGE = "hyparquet";

/** Whether a name is that of a Parquet file. */
export const isParquet = (spec: string): boolean => /\.(parquet|pq)$/i.test(spec);

/** What may be said of such a table: how it is written as text is no question. */
export const parquetOptions = ["label", "drop", "keep", "categorical", "missing", "na"] as const;

/** Rows that are turned into text at a time. */
const BLOCK = 2000;

/**
 * The rows of a Parquet file, read as a table with names on top, so that columns of words, missing values and labels
 * mean what they mean in other tables.
 *
 * @throws InputError where the package that reads Parquet is not installed, and for values that are no numbers, words
 * or dates
 */
export async function readParquet(file: InputFile, options: DataTask): Promise<DataParts> {
  const { parquetMetadataAsync, parquetReadObjects } = await hyparquet(file.name);
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    async slice(from, to = file.size) {
      const bytes = new Uint8Array(to - from);
      await file.read(from, bytes);
      return bytes.buffer;
    },
  };
  const orTold = async <T>(read: Promise<T>): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      throw new InputError("invalid", `data file ${file.name}`, {
        expected: "a sound Parquet file, compressed by snappy or not at all",
        got: (error as Error).message.split("\n")[0],
        remedy: 'write it again, for instance with df.to_parquet(file, compression="snappy")',
      });
    }
  };
  const rows = Number((await orTold(parquetMetadataAsync(buffer))).num_rows);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    for (let from = 0; from < rows; from += BLOCK) {
      const range = { rowStart: from, rowEnd: Math.min(rows, from + BLOCK) };
      const block = await orTold(parquetReadObjects({ file: buffer, ...range }));
      yield encoder.encode(tableText(block, from, file.name));
    }
  }
  const { encoding, separator, decimal, names, ...reading } = options;
  const asTable = { ...reading, encoding: "utf-8", separator: ",", decimal: ".", names: true } as const;
  const table = await readTable(pieces, file.name, asTable);
  const { separator: _, encoding: __, decimal: ___, names: ____, ...told } = table.reading;
  return { ...table, reading: told };
}

/** The index that pandas writes into a file has a name of this form; in text it has none, and stands first. */
const indexName = /^__index_level_\d+__$/;

/** Rows as lines of text, below the names of the columns where they are the first. */
export function tableText(rows: readonly ParquetRow[], from: number, name: string): string {
  if (rows.length === 0) return "";
  const all = Object.keys(rows[0]);
  const columns = [
    ...all.filter((column) => indexName.test(column)),
    ...all.filter((column) => !indexName.test(column)),
  ];
  const head = from === 0 ? [columns.map((column) => (indexName.test(column) ? '""' : quoted(column))).join(",")] : [];
  const lines = rows.map((row, i) => columns.map((column) => cellText(row[column], column, from + i, name)).join(","));
  return `${[...head, ...lines].join("\n")}\n`;
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A value as a cell; nothing where there is none. */
function cellText(value: unknown, column: string, row: number, name: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Date) return quoted(value.toISOString());
  throw new InputError("unsupported", `column "${column}" of ${name}`, {
    expected: "numbers, truth values, words or dates",
    got: `${Array.isArray(value) ? "a list" : "something else"} in row ${row} (counted from 0)`,
    remedy: `leave the column out where the file is written, or with --drop "${column}" of a table as .csv`,
  });
}

/** The package, from where the command is installed or from the project that it is run in. */
async function hyparquet(name: string): Promise<Hyparquet> {
  const found = await optionalPackage<Hyparquet>(PACKAGE);
  if (found) return found;
  throw new InputError("unsupported", `data file ${name}`, {
    expected: `the package ${PACKAGE}, which reads Parquet`,
    got: "none",
    remedy: `install it with npm install ${PACKAGE}, or write a table with df.to_csv("data.csv")`,
  });
}
