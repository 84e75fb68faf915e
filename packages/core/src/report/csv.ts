// Tables as text, piece by piece: a file of millions of rows is never one string.

/** Characters of a piece, about. */
const PIECE = 2 ** 16;

/** The header and the rows of a CSV file, in pieces of whole lines. Texts are taken as they are: see `csvField`. */
export function* csvPieces(header: string, rows: Iterable<readonly (string | number | boolean)[]>): Generator<string> {
  let piece = `${header}\n`;
  for (const row of rows) {
    piece += `${row.join(",")}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

/** What a spreadsheet takes for the beginning of a formula, which may read files and call addresses. */
const formula = /^[=+\-@\t\r]/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A text as a field, quoted where it has to be. One that a spreadsheet would take for a formula, and that is no number,
 * begins with an apostrophe, which is how spreadsheets mark texts.
 */
export function csvField(given: string): string {
  const text = formula.test(given) && !number.test(given) ? `'${given}` : given;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
