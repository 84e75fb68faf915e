// Parquet files as the tables that they are: what reads Parquet is a package of its own, which need not be there.

import { InputError } from "@carom/core";
import { type DataParts, type DataTask, readTable, undecoded } from "@carom/core/data";
import type { InputFile } from "./inputFile.ts";
import { optionalPackage } from "./optionalPackage.ts";
import { requireRoomFor } from "./room.ts";

/** The part of hyparquet that is used. */
interface Hyparquet {
  parquetMetadataAsync(file: AsyncBuffer): Promise<Metadata>;
  parquetReadObjects(options: {
    readonly file: AsyncBuffer;
    readonly metadata: Metadata;
    readonly columns: readonly string[];
    readonly rowStart: number;
    readonly rowEnd: number;
  }): Promise<readonly ParquetRow[]>;
}

/** What a file says of itself: groups of rows, each of which holds a part of all columns. */
interface Metadata {
  readonly num_rows: bigint;
  readonly row_groups: readonly {
    readonly num_rows: bigint;
    readonly columns: readonly { readonly meta_data?: { readonly path_in_schema: readonly string[] } }[];
  }[];
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
 * @param reader the package that reads Parquet
 * @throws InputError where that is not installed, for a file that claims what it does not hold or more than fits into
 * memory, and for values that are no numbers, words or dates
 */
export async function readParquet(
  file: Pick<InputFile, "name" | "size" | "read">,
  options: DataTask,
  reader: Promise<Hyparquet> = hyparquet(file.name),
): Promise<DataParts> {
  const { parquetMetadataAsync, parquetReadObjects } = await reader;
  const buffer = bufferOf(file);
  const orTold = async <T>(read: Promise<T>): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      throw undecoded(error, (got) => unsound(file.name, got));
    }
  };
  const metadata = await orTold(parquetMetadataAsync(buffer));
  const { columns, groups } = layoutOf(metadata, file.name);
  const rows = groups.reduce((sum, count) => sum + count, 0);
  requireRoomFor(`data file ${file.name}`, rows * columns.length * Float32Array.BYTES_PER_ELEMENT);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    let first = 0;
    for (const count of groups) {
      const range = { rowStart: first, rowEnd: first + count };
      const values: unknown[][] = [];
      // Each part is unpacked whole, and rows of many columns take more memory than their columns.
      for (const column of columns) {
        const found = await orTold(parquetReadObjects({ file: buffer, metadata, columns: [column], ...range }));
        if (found.length !== count) throw unsound(file.name, `${found.length} of ${count} values of "${column}"`);
        values.push(found.map((row) => row[column]));
      }
      for (let from = 0; from < count; from += BLOCK) {
        const block = Array.from({ length: Math.min(BLOCK, count - from) }, (_, i) =>
          Object.fromEntries(columns.map((column, j) => [column, values[j][from + i]])),
        );
        yield encoder.encode(tableText(block, first + from, file.name));
      }
      first += count;
    }
  }
  const { encoding, separator, decimal, names, ...reading } = options;
  const asTable = { ...reading, encoding: "utf-8", separator: ",", decimal: ".", names: true } as const;
  const table = await readTable(pieces, file.name, asTable);
  const { separator: _, encoding: __, decimal: ___, names: ____, ...told } = table.reading;
  return { ...table, reading: told };
}

/** The bytes of a file, of which none beyond its end are asked for: what it says of itself may be wrong. */
function bufferOf({ name, size, read }: Pick<InputFile, "name" | "size" | "read">): AsyncBuffer {
  const slice = async (from: number, to = size) => {
    if (!(0 <= from && from <= to && to <= size)) throw unsound(name, "parts that lie outside of the file");
    const bytes = new Uint8Array(to - from);
    await read(from, bytes);
    return bytes.buffer;
  };
  return {
    byteLength: size,
    slice(from, to) {
      const bytes = slice(from, to);
      // Several are asked for at once: one that nobody waits for any more must not end the process.
      bytes.catch(() => {});
      return bytes;
    },
  };
}

/** The columns of a file and how many rows its groups have. @throws InputError where they do not fit together */
function layoutOf({ num_rows, row_groups }: Metadata, name: string) {
  const columnsOf = ({ columns }: Metadata["row_groups"][number]) => [
    ...new Set(columns.map(({ meta_data }) => meta_data?.path_in_schema[0] ?? "")),
  ];
  const groups = row_groups.map((group) => Number(group.num_rows)).filter((count) => count !== 0);
  const sum = groups.reduce((all, count) => all + count, 0);
  if (!groups.every((count) => count > 0) || !Number.isSafeInteger(sum) || sum !== Number(num_rows)) {
    throw unsound(name, `${num_rows} rows, and ${sum} in its groups`);
  }
  const columns = row_groups.length > 0 ? columnsOf(row_groups[0]) : [];
  if (!row_groups.every((group) => columnsOf(group).join("\0") === columns.join("\0"))) {
    throw unsound(name, "groups of rows with other columns");
  }
  return { columns, groups };
}

function unsound(name: string, got: string): InputError {
  return new InputError("invalid", `data file ${name}`, {
    expected: "a sound Parquet file, compressed by snappy or not at all",
    got,
    remedy: 'write it again, for instance with df.to_parquet(file, compression="snappy")',
  });
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
