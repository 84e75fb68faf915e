// Text that may hold anything, as a terminal may be given it.

/** Everything that steers a terminal or turns text round; line feeds and tabs, and what joins letters, do not. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu;
const harmless = /[\n\t\u200c\u200d]/;

/** The text with every character that steers written out, such as `\u{1b}`. */
export function visible(text: string): string {
  return text.replaceAll(steering, (each) =>
    harmless.test(each) ? each : `\\u{${each.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same for a JSON document, which stays one: what steers can only stand in its strings. */
export function visibleJson(document: unknown): string {
  const units = (text: string) =>
    Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
  const text = JSON.stringify(document, undefined, 2);
  return text.replaceAll(steering, (each) => (harmless.test(each) ? each : units(each)));
}

/** A sentence on one line, and no longer than anyone would read; its end is kept, where it says what to do. */
export function sentenceOf(text: string, most = 4000): string {
  const end = Math.floor(most / 4);
  const cut = (line: string, length: number) =>
    line.length > length ? `${line.slice(0, length - end - 5)} ... ${line.slice(-end)}` : line;
  // What steers takes more letters when it is written out.
  return cut(visible(cut(text, 2 * most)).replaceAll(/\s*\n\s*/g, " "), most);
}
