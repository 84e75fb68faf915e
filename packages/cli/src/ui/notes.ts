// What is told on standard error once a command is under way. One that is refused says why, and nothing else.

let held: string[] = [];

/** Keeps a line until `tellNotes`. */
export function holdNote(line: string): void {
  held.push(line);
}

/** Writes the lines that were kept. */
export function tellNotes(): void {
  if (held.length === 0) return;
  process.stderr.write(held.map((line) => `carom: ${line}\n`).join(""));
  held = [];
}
