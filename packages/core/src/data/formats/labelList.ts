// Labels from an array of a file.

import { InputError } from "../../errors.ts";
import type { LabelArray } from "./npyLabels.ts";

/** The labels in an array [N] or [N, 1]. */
export function labelList(y: LabelArray, name: string): LabelArray["data"] {
  if (y.shape.length >= 1 && y.data.length === y.shape[0]) return y.data;
  throw new InputError("invalid", `labels in ${name}`, {
    expected: "one integer per row, shape [N]",
    got: `shape [${y.shape.join(", ")}]`,
    remedy: "turn one-hot rows into class numbers with numpy's argmax",
  });
}
