// The body of an answer, read no further than a limit: a server may send without end.

import { longestSecret, redact } from "../../terminal/secrets.ts";

/** A body was longer than the limit. */
export class TooLong extends Error {}

/** The body as text. @throws TooLong, having read no more than the limit and one piece. */
export async function readBody(response: Response, limit: number): Promise<string> {
  if (!response.body) return "";
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += piece.length;
    // Leaving the loop cancels the stream, which closes the connection.
    if (length > limit) throw new TooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** Of a longer text no more is looked at. */
const MOST_READ = 2 ** 16;

/** The start of a text in one line that a terminal may show. Credentials are struck out before it is cut. */
export function excerpt(text: string, length = 160): string {
  const line = text.replace(/[\s\p{C}]+/gu, " ").trim();
  const shown = redact(line.slice(0, MOST_READ));
  // A secret that was cut there is not known for one.
  const whole = line.length > MOST_READ ? shown.slice(0, Math.max(0, shown.length - longestSecret())) : shown;
  return whole.length > length ? `${whole.slice(0, length)}...` : whole;
}
