// Tables of numbers as text, with a column of labels: a whole file at once.

import type { TableTask } from "../table/options.ts";
import { tableReader } from "../table/readTable.ts";
import type { Table } from "../table/rows.ts";

/**
 * Reads a table from all of its bytes, as `readTable` reads it from pieces.
 *
 * @example
 * ```ts
 * import { readCsv } from "@carom/core/data";
 *
 * const text = "height,width,class\n1.5,2,cat\n3,4,dog\n";
 * const { featureNames, classNames, features } = readCsv(new TextEncoder().encode(text));
 * console.log(featureNames, classNames, features.shape); // [ 'height', 'width' ] [ 'cat', 'dog' ] [ 2, 2 ]
 * ```
 */
export function readCsv(bytes: Uint8Array, name = "CSV data", options: TableTask = {}): Table {
  const narrow = tableReader(name, options, "float32", bytes.length);
  narrow.push(bytes);
  const table = narrow.end();
  if (table) return table;
  const wide = narrow.inFloat64();
  wide.push(bytes);
  return wide.end()!;
}
