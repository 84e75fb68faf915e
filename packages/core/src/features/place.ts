// Where in a features file something stands, for sentences.

/** A way into the file, such as `["columns", "age", "bounds"]`, and a character of the text that stands there. */
export type Place = (path: readonly (string | number)[], offset?: number) => string;

/** Where a character of one text stands, counted from 0. */
export type PlaceIn = (offset: number) => string;

/** The way itself, where there is no file. */
export const wayOnly: Place = (path, offset) =>
  `${path.join(".")}${offset === undefined ? "" : `, character ${offset + 1}`}`;
