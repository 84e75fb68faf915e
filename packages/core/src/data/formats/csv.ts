// Tables of numbers as text, with a column of labels: a whole file at once.

import { type Table, type TableOptions, tableReader } from "../table/readTable.ts";

/** Reads a table from all of its bytes, as `tableReader` reads it from pieces. */
export function readCsv(bytes: Uint8Array, name = "CSV data", options: TableOptions = {}): Table {
  const reader = tableReader(name, options);
  reader.push(bytes);
  return reader.end();
}
