// What files of a run hold, whoever writes them.

/** A text, or one in pieces that are made while it is written, so that they are never all in memory. */
export type Content = string | Iterable<string> | Gzipped;

/** A text in pieces that is compressed on its way to the file. */
export interface Gzipped {
  readonly gzip: Iterable<string>;
}
