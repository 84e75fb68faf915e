// Files of a header and the elements of an array, read while they arrive: the elements go where they will stay.

import type { FloatType, Tensor } from "../../tensor.ts";
import { invalidFile } from "./elements.ts";

/** A header, as soon as its bytes are there. */
export interface Header<H> {
  readonly header: H;
  /** Bytes of the header, and of the elements after it. */
  readonly length: number;
  readonly size: number;
}

/** Where up to so many of the next bytes may be put; undefined where nobody knows. */
export type PlaceOf = (most: number) => Uint8Array | undefined;

/** Where elements stay. */
export interface ElementSink<T> {
  /** Takes the next bytes, which may be overwritten afterwards. */
  push(piece: Uint8Array): void;
  /** Where up to so many of the next bytes will stay: put there before they are taken, they need not be copied. */
  place?: PlaceOf;
  end(): T;
  /** Whether what has come so far shows already that nothing will come of it. */
  isTooNarrow?(): boolean;
}

interface HeadedReader<H, T> extends Required<Pick<ElementSink<T>, "push" | "place" | "isTooNarrow">> {
  /** The header and what became of the elements. @throws InputError where there are fewer or more. */
  end(): { readonly header: H; readonly elements: T };
}

/** Reads numbers of a file that become floating-point on the way. */
export interface NumbersReader {
  push(piece: Uint8Array): void;
  place?: PlaceOf;
  /** Whether the numbers so far need float64, so that the rest need not be read. */
  isTooNarrow(): boolean;
  /** Undefined where the numbers need float64. */
  end(): Tensor | undefined;
}

/** Reads numbers from pieces that can be gone through twice: in float32, or in float64 where they need that. */
export async function readNumbers(
  pieces: (place: PlaceOf) => AsyncIterable<Uint8Array>,
  readerOf: (into: FloatType) => NumbersReader,
): Promise<Tensor> {
  for (const type of ["float32", "float64"] as const) {
    const reader = readerOf(type);
    for await (const piece of pieces((most) => reader.place?.(most))) {
      reader.push(piece);
      if (reader.isTooNarrow()) break;
    }
    const found = reader.isTooNarrow() ? undefined : reader.end();
    if (found) return found;
  }
  throw new Error("float64 holds every number");
}

/**
 * Reads a file of a header and elements from pieces.
 *
 * @param parse the header in the bytes so far; undefined where it needs more. Before anything is allocated, it compares
 * what the header promises with what there can be.
 * @param open where the elements go
 */
export function headedReader<H, T>(
  parse: (bytes: Uint8Array, isWhole: boolean) => Header<H> | undefined,
  open: (found: Header<H>) => ElementSink<T>,
  name: string,
): HeadedReader<H, T> {
  let start: Uint8Array = new Uint8Array(0);
  let found: Header<H> | undefined;
  let sink: ElementSink<T> | undefined;
  let filled = 0;
  const begin = (isWhole: boolean) => {
    found = parse(start, isWhole);
    if (!found) return;
    sink = open(found);
    fill(start.subarray(found.length));
  };
  const fill = (piece: Uint8Array) => {
    filled += piece.length;
    if (filled > found!.size) throw wrongSize(name, found!.size, "more");
    sink!.push(piece);
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
    place: (most) => sink?.place?.(most),
    isTooNarrow: () => sink?.isTooNarrow?.() === true,
    end() {
      if (!found) begin(true);
      if (!found || filled < found.size) throw wrongSize(name, found?.size ?? 0, `${filled} bytes`);
      return { header: found.header, elements: sink!.end() };
    },
  };
}

/**
 * Keeps the bytes of elements as they are, in memory that nobody else has.
 * @throws InputError where there is too little
 */
export function byteSink(size: number, name: string): ElementSink<Uint8Array> {
  const bytes = allocated(() => new Uint8Array(size), `${size} bytes`, name);
  let filled = 0;
  return {
    place: (most) => bytes.subarray(filled, filled + most),
    push(piece) {
      if (piece.buffer !== bytes.buffer) bytes.set(piece, filled);
      filled += piece.length;
    },
    end: () => bytes,
  };
}

/** What takes memory that there may not be. */
export function allocated<T>(take: () => T, got: string, name: string): T {
  try {
    return take();
  } catch {
    throw invalidFile(name, "an array that fits into memory", got, "give fewer rows");
  }
}

function wrongSize(name: string, expected: number, got: string) {
  return invalidFile(name, `${expected} bytes of elements`, got, "copy the file again");
}
