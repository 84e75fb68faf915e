// Files of a header and the elements of an array, read while they arrive: the elements go where they will stay.

import { invalidFile } from "./elements.ts";

/** A header, as soon as its bytes are there. */
export interface Header<H> {
  readonly header: H;
  /** Bytes of the header, and of the elements after it. */
  readonly length: number;
  readonly size: number;
}

export interface HeadedReader<H> {
  /** Takes the next bytes, which may be overwritten afterwards. */
  push(piece: Uint8Array): void;
  /** The header and the elements, which nobody else has. @throws InputError where there are fewer or more. */
  end(): { readonly header: H; readonly elements: Uint8Array };
}

/**
 * Reads a file of a header and elements from pieces.
 *
 * @param parse the header in the bytes so far; undefined where it needs more. Before anything is allocated, it compares
 * what the header promises with what there can be.
 */
export function headedReader<H>(
  parse: (bytes: Uint8Array, isWhole: boolean) => Header<H> | undefined,
  name: string,
): HeadedReader<H> {
  let start: Uint8Array = new Uint8Array(0);
  let found: Header<H> | undefined;
  let elements: Uint8Array = start;
  let filled = 0;
  const begin = (isWhole: boolean) => {
    found = parse(start, isWhole);
    if (!found) return;
    elements = allocated(found.size, name);
    fill(start.subarray(found.length));
  };
  const fill = (piece: Uint8Array) => {
    if (filled + piece.length > elements.length) throw wrongSize(name, elements.length, "more");
    elements.set(piece, filled);
    filled += piece.length;
  };
  return {
    push(piece) {
      if (found) return fill(piece);
      const longer = new Uint8Array(start.length + piece.length);
      longer.set(start);
      longer.set(piece, start.length);
      start = longer;
      begin(false);
    },
    end() {
      if (!found) begin(true);
      if (!found || filled < elements.length) throw wrongSize(name, elements.length, `${filled} bytes`);
      return { header: found.header, elements };
    },
  };
}

function allocated(size: number, name: string): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw invalidFile(name, "an array that fits into memory", `${size} bytes`, "give fewer rows");
  }
}

function wrongSize(name: string, expected: number, got: string) {
  return invalidFile(name, `${expected} bytes of elements`, got, "copy the file again");
}
