// What may be said of a table: by the user, and by the model beside it.

import type { MissingRule } from "../missing.ts";
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
  /** Columns of words, though they do not repeat or look like numbers; of others, those whose words repeat are such. */
  readonly categorical?: readonly string[] | undefined;
  /** What becomes of missing values; without it they are refused. */
  readonly missing?: MissingRule | undefined;
  /** What stands for a missing value beside an empty cell, in place of the usual marks. */
  readonly na?: readonly string[] | undefined;
  readonly separator?: Separator | undefined;
  readonly decimal?: DecimalMark | undefined;
  readonly encoding?: Encoding | undefined;
  /** Whether names of columns stand on top. */
  readonly names?: boolean | undefined;
}

/** The same, and what is known of the model that takes the rows. */
export interface TableTask extends TableOptions {
  /** The columns that it takes by name: where a table has them all, its others are no features. */
  readonly taken?: readonly TakenColumn[] | undefined;
}

/** A column that a model takes by its name. */
export interface TakenColumn {
  readonly name: string;
  readonly isText: boolean;
}
