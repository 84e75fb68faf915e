// What a task leaves behind: named tensors and a JSON document, as one block of bytes.

import { assert } from "../../errors.ts";
import { hashHex } from "../../hash.ts";
import type { RuntimeIdentity } from "../../models/runtime.ts";
import { type ElementType, elementBytes, sizeOf, type Tensor, viewOf } from "../../tensor.ts";

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Plain data by name. */
export type Parameters = { readonly [name: string]: Json | undefined };

/** What a store keeps: JSON, and tensors by name. */
export interface Artifact {
  readonly json: Json;
  readonly arrays: Readonly<Record<string, Tensor>>;
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
  const pieces = artifactPieces(artifact);
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The SHA-256 of an artifact's content, in hexadecimal: of what `encodeArtifact` makes of it, whoever computed it. */
export function hashArtifact({ json, arrays }: Artifact): string {
  return hashHex(artifactPieces({ json, arrays }));
}

/**
 * What `encodeArtifact` makes, in pieces that share memory with the tensors. The header and each tensor are followed by zeros
 * up to the next place to begin.
 */
export function artifactPieces({ json, arrays, computedBy }: Artifact): readonly Uint8Array[] {
  let offset = 0;
  const entries = Object.entries(arrays).map(([name, { type, shape, data }]): Entry => {
    const entry = { name, type, shape, offset };
    offset += align(data.byteLength);
    return entry;
  });
  const text = new TextEncoder().encode(JSON.stringify({ json, entries, computedBy }));
  const header = new Uint8Array(ALIGNMENT + text.length);
  new DataView(header.buffer).setUint32(0, text.length, true);
  header.set(text, ALIGNMENT);
  const tensors = Object.values(arrays).map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [header, ...tensors].flatMap((piece) => [piece, new Uint8Array(align(piece.length) - piece.length)]);
}

/** The artifact in bytes that `encodeArtifact` made; tensors share memory with them where alignment allows. */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  const aligned = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
  const length = new DataView(aligned.buffer, aligned.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(aligned.subarray(ALIGNMENT, ALIGNMENT + length))) as {
    readonly json: Json;
    readonly entries: readonly Entry[];
    readonly computedBy?: RuntimeIdentity;
  };
  const start = align(ALIGNMENT + length);
  const arrays = header.entries.map(({ name, type, shape, offset }): [string, Tensor] => {
    const end = start + offset + sizeOf(shape) * elementBytes(type);
    assert(end <= aligned.length, `artifact ends before tensor "${name}"`);
    return [name, { type, shape, data: viewOf(type, aligned.subarray(start + offset, end)) }];
  });
  const { json, computedBy } = header;
  return { json, arrays: Object.fromEntries(arrays), ...(computedBy && { computedBy }) };
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
