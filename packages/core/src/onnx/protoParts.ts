// Messages of protocol buffers as parts that are joined once: what is in nested messages, such as weights, is copied
// once.

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Bytes one after the other. */
export type Parts = readonly Uint8Array[];

/** The field of a message that holds another message, or bytes, made of parts. */
export function nested(field: number, parts: Parts): Parts {
  const start = new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(lengthOf(parts)).finish();
  return [start, ...parts];
}

/** All parts in one array. */
export function joined(parts: Parts): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(parts: Parts): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
