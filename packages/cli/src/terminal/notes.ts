// What is told on standard error once a command is under way. One that is refused says why, and nothing else.

import { tell } from "./print.ts";

let held: string[] = [];

/** Keeps a line until `tellNotes`. */
export function holdNote(line: string): void {
  held.push(line);
}

/** Writes the lines that were kept. */
export function tellNotes(): void {
  for (const line of held) tell(line);
  held = [];
}
