// Modules of compiled loops that are kept as the assembler writes them: to have each written anew takes 2 to 4 ms.

import { assembled } from "./assembled.ts";

/** The bytes of a module, which `assemble` writes, as they are kept under a name; written where none are. */
export function assembledAs(name: string, assemble: () => Uint8Array<ArrayBuffer>): () => Uint8Array<ArrayBuffer> {
  return () => {
    const text = assembled[name];
    return text === undefined ? assemble() : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  };
}
