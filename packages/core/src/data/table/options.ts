// What a user may say of a table.

import type { Separator } from "./dialect.ts";
import type { Encoding } from "./encoding.ts";
import type { DecimalMark } from "./numbers.ts";

/** What may be said of a table, where what is recognised is not what is meant. */
export interface TableOptions {
  /** The column of labels: its name, "first", "last", or its number from 1. */
  readonly label?: string | undefined;
  /** Columns that are no features, such as identifiers, named likewise. */
  readonly drop?: readonly string[] | undefined;
  /** Columns that are features although they number the rows. */
  readonly keep?: readonly string[] | undefined;
  /** The number that missing values become; without it they are refused. */
  readonly missing?: number | undefined;
  /** What stands for a missing value beside an empty cell, in place of the usual marks. */
  readonly na?: readonly string[] | undefined;
  readonly separator?: Separator | undefined;
  readonly decimal?: DecimalMark | undefined;
  readonly encoding?: Encoding | undefined;
  /** Whether names of columns stand on top. */
  readonly names?: boolean | undefined;
}
