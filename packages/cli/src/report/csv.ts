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

/** A text as a field; quoted where it has to be. */
export function csvField(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
