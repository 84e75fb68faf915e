// Sparse rows as text.

import { type DataFormat, endingIn } from "./format.ts";
import { readSparseRows } from "./svmlight.ts";

export const svmlightFormat: DataFormat = {
  name: ".svmlight",
  spelling: ".svmlight (.svm, .libsvm)",
  pathsIn: endingIn("svmlight|svm|libsvm"),
  options: ["columns", "zeroBased"],
  async read([file], options) {
    const rows = await readSparseRows(file.unpacked, file.name, options, file.unpackedSize);
    return { ...rows, reading: { firstColumn: options.zeroBased ? 0 : 1 } };
  },
};
