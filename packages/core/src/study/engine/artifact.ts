// What a task leaves behind: named tensors and a JSON document, as one block of bytes.

import { assert } from "../../errors.ts";
import { hashHex } from "../../hash.ts";
import type { RuntimeIdentity } from "../../models/runtime.ts";
import { type AnyRows, allRows, blocksOf, inMemory, type Rows } from "../../rows.ts";
import { type ElementType, elementBytes, sizeOf, type Tensor, viewOf } from "../../tensor.ts";

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Plain data by name. */
export type Parameters = { readonly [name: string]: Json | undefined };

/** What a store keeps: JSON, and tensors by name. */
export interface Artifact {
  readonly json: Json;
  /** What has one axis is in memory; what has more may be rows that are read where they are. */
  readonly arrays: Readonly<Record<string, AnyRows<ElementType>>>;
  /** The runtime that computed it; no part of its content. Absent where it was given, or its maker did not say. */
  readonly computedBy?: RuntimeIdentity;
}

/** Tensors begin at multiples of this, so that they can be viewed in place. */
const ALIGNMENT = 8;

interface Entry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** An artifact as bytes: the length of a header, the header as JSON, then the tensors' bytes in little endian. */
export function encodeArtifact(artifact: Artifact): Uint8Array<ArrayBuffer> {
  const pieces = [headerOf(artifact), ...Object.values(artifact.arrays).map((x) => bytesOf(inMemory(x)))].map(padded);
  const bytes = new Uint8Array(pieces.flat().reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces.flat()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * The SHA-256 of the content of an artifact in memory, in hexadecimal: of what `encodeArtifact` makes of it, whoever
 * computed it.
 */
export function hashArtifact({ json, arrays }: Artifact): string {
  const content = { json, arrays };
  return hashHex([headerOf(content), ...Object.values(arrays).map((x) => bytesOf(inMemory(x)))].flatMap(padded));
}

/**
 * What `encodeArtifact` makes, in pieces, some of which share memory with the tensors; rows are read some at a time.
 */
export async function* artifactPieces(artifact: Artifact): AsyncGenerator<Uint8Array> {
  yield* padded(headerOf(artifact));
  for (const array of Object.values(artifact.arrays)) {
    if ("data" in array) yield* padded(bytesOf(array));
    else {
      for (const { from, to } of blocksOf(array.shape)) yield bytesOf(await array.read(from, to));
      yield paddingOf(byteLength(array));
    }
  }
}

function headerOf({ json, arrays, computedBy }: Artifact): Uint8Array {
  let offset = 0;
  const entries = Object.entries(arrays).map(([name, array]): Entry => {
    const { type, shape } = array;
    const entry = { name, type, shape, offset };
    offset += align(byteLength(array));
    return entry;
  });
  const text = new TextEncoder().encode(JSON.stringify({ json, entries, computedBy }));
  const header = new Uint8Array(ALIGNMENT + text.length);
  new DataView(header.buffer).setUint32(0, text.length, true);
  header.set(text, ALIGNMENT);
  return header;
}

const byteLength = ({ type, shape }: Pick<Entry, "type" | "shape">) => sizeOf(shape) * elementBytes(type);
const bytesOf = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
/** The header and each tensor are followed by zeros up to the next place to begin. */
const padded = (piece: Uint8Array) => [piece, paddingOf(piece.length)];
const paddingOf = (length: number) => new Uint8Array(align(length) - length);

/** The artifact in bytes that `encodeArtifact` made; tensors share memory with them where alignment allows. */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  const aligned = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
  const length = headerLength(aligned);
  const { entries, ...rest } = parsed(aligned.subarray(ALIGNMENT, length));
  const tensorAt = ({ name, type, shape, offset }: Entry): Tensor => {
    const end = align(length) + offset + byteLength({ type, shape });
    assert(end <= aligned.length, `artifact ends before tensor "${name}"`);
    return { type, shape, data: viewOf(type, aligned.subarray(align(length) + offset, end)) };
  };
  return { ...rest, arrays: Object.fromEntries(entries.map((entry) => [entry.name, tensorAt(entry)])) };
}

/** Rows of more bytes than these stay where they are until they are asked for. */
const HELD_BYTES = 2 ** 22;
/** Of what has one axis there may be many, and small: neighbours are read together, up to so many bytes. */
const TOGETHER_BYTES = 2 ** 20;

/**
 * The artifact whose bytes, as `encodeArtifact` made them, are in a place that is read at will: `read` gives those from
 * one position to another, in memory of their own. Rows of more bytes than `held` are read when they are asked for.
 */
export async function openArtifact(
  read: (from: number, to: number) => Promise<Uint8Array>,
  held = HELD_BYTES,
): Promise<Artifact> {
  const length = headerLength(await read(0, ALIGNMENT));
  const { entries, ...rest } = parsed(await read(ALIGNMENT, length));
  const start = align(length);
  const arrays = neighbours(entries).map(async (those): Promise<[string, AnyRows<ElementType>][]> => {
    const [first] = those;
    if (first.shape.length > 1) {
      const rows = rowsAt(first, start + first.offset, read);
      return [[first.name, byteLength(first) > held ? rows : await allRows(rows)]];
    }
    const bytes = await read(start + first.offset, start + endOf(those.at(-1)!));
    return those.map(({ name, type, shape, offset }) => {
      const from = offset - first.offset;
      return [name, { type, shape, data: viewOf(type, bytes.subarray(from, from + byteLength({ type, shape }))) }];
    });
  });
  return { ...rest, arrays: Object.fromEntries((await Promise.all(arrays)).flat()) };
}

const endOf = (entry: Entry) => entry.offset + byteLength(entry);

/** Entries in their order: those with one axis that are neighbours together, all others by themselves. */
function neighbours(entries: readonly Entry[]): Entry[][] {
  const found: Entry[][] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    const isNear = last?.[0].shape.length === 1 && endOf(entry) - last[0].offset <= TOGETHER_BYTES;
    if (last && isNear && entry.shape.length === 1) last.push(entry);
    else found.push([entry]);
  }
  return found;
}

function rowsAt(
  { type, shape }: Entry,
  start: number,
  read: (from: number, to: number) => Promise<Uint8Array>,
): Rows<ElementType> {
  const width = byteLength({ type, shape: shape.slice(1) });
  return {
    type,
    shape,
    async read(from, to) {
      const bytes = await read(start + from * width, start + to * width);
      return { type, shape: [to - from, ...shape.slice(1)], data: viewOf(type, bytes) };
    },
  };
}

/** How many bytes come before the padding of the header, from the first ones. */
function headerLength(bytes: Uint8Array): number {
  return ALIGNMENT + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** What the text of a header says. */
function parsed(text: Uint8Array): Pick<Artifact, "json" | "computedBy"> & { readonly entries: readonly Entry[] } {
  const { json, entries, computedBy } = JSON.parse(new TextDecoder().decode(text)) as Artifact & {
    readonly entries: readonly Entry[];
  };
  return { json, entries, ...(computedBy && { computedBy }) };
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
