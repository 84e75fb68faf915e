// JSON as files of runs have it.

/** A value as the text of a file. */
export const jsonText = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
