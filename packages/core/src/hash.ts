// SHA-256, the same in Node and browsers.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The SHA-256 of a text in UTF-8: 32 bytes. */
export function hashText(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

/** The SHA-256 of bytes, in hexadecimal. */
export function hashHex(bytes: Uint8Array | string): string {
  return bytesToHex(typeof bytes === "string" ? hashText(bytes) : sha256(bytes));
}
