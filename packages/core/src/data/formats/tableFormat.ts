// Tables as text.

import { readTable } from "../table/readTable.ts";
import { type DataFormat, endingIn } from "./format.ts";

export const tableFormat: DataFormat = {
  name: ".csv",
  spelling: ".csv (.tsv, .txt, .data)",
  pathsIn: endingIn("csv|tsv|tab|txt|data|tra|tes"),
  options: ["label", "drop", "keep", "categorical", "missing", "na", "separator", "decimal", "encoding", "names"],
  read: ([file], options) => readTable(file.unpacked, file.name, options, file.unpackedSize),
};
