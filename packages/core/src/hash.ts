// SHA-256, the same in Node and browsers.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The SHA-256 of a text in UTF-8: 32 bytes. */
export function hashText(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

/** The SHA-256 of a text in UTF-8, or of bytes one piece after the other, in hexadecimal. */
export function hashHex(content: string | readonly Uint8Array[]): string {
  if (typeof content === "string") return bytesToHex(hashText(content));
  const hash = sha256.create();
  for (const piece of content) hash.update(piece);
  return bytesToHex(hash.digest());
}
