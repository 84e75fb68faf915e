// SHA-256, the same in Node and browsers.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** SHA-256 of bytes that come one piece after the other. */
interface Sha256 {
  update(piece: Uint8Array): unknown;
  /** 32 bytes. */
  digest(): Uint8Array;
}

let begin: () => Sha256 = () => sha256.create();

/** Has all be hashed by the SHA-256 of the host, which is several times as fast: `create` begins a new hash. */
export function hashWith(create: () => Sha256): void {
  begin = create;
}

/** The SHA-256 of a text in UTF-8: 32 bytes. */
export function hashText(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

/** The SHA-256 of a text in UTF-8, or of bytes one piece after the other, in hexadecimal. */
export function hashHex(content: string | readonly Uint8Array[]): string {
  if (typeof content === "string") return bytesToHex(hashText(content));
  const hash = begin();
  for (const piece of content) hash.update(piece);
  return bytesToHex(hash.digest());
}
