// Compression of pieces, several at a time on threads of their own.

import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { Packer, PiecePacker } from "@carom/core/data";

const deflate = promisify<Uint8Array, { level: number; finishFlush: number }, Buffer<ArrayBuffer>>(deflateRaw);

/** Last bits of crafted points are noise: more effort takes twice as long for files that are a fiftieth smaller. */
const LEVEL = 3;

/** Deflates a piece, to a whole byte and without an end: what follows may be another one. */
export const packPiece: PiecePacker = (piece) => deflate(piece, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });

/** Packs what zip archives hold. */
export const packer: Packer = { pack: packPiece, crc32 };
