// Sentences on a terminal: broken between words, never within.

/** The text in lines of at most `width` characters, words permitting; as it is where there is no width. */
export function wrap(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n");
}

/** The width of standard output; undefined where it is no terminal, and lines may be of any length. */
export function outputWidth(): number | undefined {
  return process.stdout.columns;
}

/** The width that help is written for. */
export function helpWidth(): number {
  return process.stdout.columns ?? 80;
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
