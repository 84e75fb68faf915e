// Sound PNG files of each kind, and mutations of PNG and JPEG files: parts are lost, doubled or say something else,
// under lengths and checksums that are right (PNG, third edition; ITU-T T.81).

import { crc32, deflateSync, inflateSync } from "node:zlib";
import { anyByte } from "./bytes.mjs";
import { pick } from "./words.mjs";

/** @typedef {import("@carom/core").Stream} Stream */
/** @typedef {{ type: string, content: Buffer }} Chunk */

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** What a chunk has beside its content: its length and type before, its checksum behind. */
const [BEFORE, BESIDE] = [8, 12];
/** Samples of a pixel by the type of its colours. */
const samples = [1, 0, 3, 1, 2, 0, 4];
/** Where the seven passes of an interlaced picture begin and how far apart their pixels are: x, y, and both steps. */
const passes = ["0088", "4088", "0448", "2044", "0224", "1022", "0112"].map((text) => Array.from(text, Number));
const TYPES = [
  "IHDR",
  "PLTE",
  "tRNS",
  "IDAT",
  "IEND",
  "iCCP",
  "zTXt",
  "acTL",
  "fcTL",
  "fdAT",
  "gAMA",
  "abcd",
  "\0\0\0\0",
];

/** @param {Chunk} chunk */
function chunkBytes({ type, content }) {
  const bytes = Buffer.alloc(content.length + BESIDE);
  bytes.writeUInt32BE(content.length);
  bytes.write(type, 4, 4, "latin1");
  content.copy(bytes, BEFORE);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, BEFORE + content.length)), BEFORE + content.length);
  return bytes;
}

const pngOf = (/** @type {readonly Chunk[]} */ chunks) => Buffer.concat([SIGNATURE, ...chunks.map(chunkBytes)]);

/** @param {Buffer} bytes */
function chunksOf(bytes) {
  /** @type {Chunk[]} */
  const chunks = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + BEFORE);
    chunks.push({ type, content: Buffer.from(bytes.subarray(at + BEFORE, at + BEFORE + length)) });
    at += length + BESIDE;
  }
  return chunks;
}

/** Rows of any filters and pixels of so many bits; of those with opacity, white ones. */
function rowsOf(
  /** @type {number} */ width,
  /** @type {number} */ height,
  /** @type {number} */ bits,
  /** @type {Stream | undefined} */ random,
) {
  if (width <= 0 || height <= 0) return Buffer.alloc(0);
  const rows = Array.from({ length: height }, () => [
    random?.integer(5) ?? 0,
    ...Array.from({ length: Math.ceil((width * bits) / 8) }, () => random?.integer(256) ?? 255),
  ]);
  return Buffer.from(rows.flat());
}

/** A picture of each type of colours and depth, at once or in seven passes. */
export function soundPngs(/** @type {Stream} */ random) {
  const kinds = [
    ...[1, 2, 4, 8, 16].map((depth) => [0, depth]),
    ...[1, 2, 4, 8].map((depth) => [3, depth]),
    ...[2, 4, 6].map((type) => [type, 8]),
  ];
  return kinds.flatMap(([type, depth]) =>
    [0, 1].map((interlace) => {
      // Six grey pixels are as many features as other sound files have.
      const [width, height] = type === 0 ? [3, 2] : [7, 5];
      const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, depth, type, 0, 0, interlace]);
      const bits = samples[type] * depth;
      const drawn = type > 3 ? undefined : random;
      const rows = interlace
        ? passes.map(([x, y, dx, dy]) => rowsOf(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy), bits, drawn))
        : [rowsOf(width, height, bits, drawn)];
      const palette = Buffer.from(Array.from({ length: 3 * 2 ** depth }, () => random.integer(256)));
      return pngOf([
        { type: "IHDR", content: header },
        ...(type === 3 ? [{ type: "PLTE", content: palette }] : []),
        { type: "IDAT", content: deflateSync(Buffer.concat(rows)) },
        { type: "IEND", content: Buffer.alloc(0) },
      ]);
    }),
  );
}

/** A part of a PNG file is another, under a right checksum. @param {Buffer} bytes @param {Stream} random */
function png(bytes, random) {
  const chunks = chunksOf(bytes);
  const i = random.integer(chunks.length);
  const chunk = chunks[i];
  const data = chunks.find(({ type }) => type === "IDAT");
  const header = chunks[0].content;
  const kind = random.integer(12);
  if (kind < 3) {
    const sizes = [0, 1, 2, 8, 255, 4000, 8191, 8192, 20_000, 65_536, 2 ** 26, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
    header.writeUInt32BE(pick(sizes, random), pick([0, 4], random));
  } else if (kind === 3) header[8 + random.integer(5)] = pick([0, 1, 2, 3, 4, 6, 8, 16, 255], random);
  else if (kind === 4) chunks.splice(i, 1);
  else if (kind === 5) chunks.splice(random.integer(chunks.length + 1), 0, chunk);
  else if (kind === 6) chunk.type = pick(TYPES, random);
  else if (kind === 7) chunk.content = chunk.content.subarray(0, random.integer(chunk.content.length + 1));
  else if (kind === 8) {
    const many = Buffer.from(Array.from({ length: random.integer(800) }, () => random.integer(256)));
    chunks.splice(1, 0, { type: pick(TYPES, random), content: pick([many, deflateSync(many)], random) });
  } else if (kind === 9 && data) {
    // Filters stand in rows, whatever their length.
    const rows = inflateSync(data.content);
    rows[random.integer(rows.length)] = pick([5, 6, 128, 255], random);
    data.content = deflateSync(rows);
  } else if (kind === 10 && data) {
    const rows = inflateSync(data.content);
    const changed = pick(
      [rows.subarray(0, random.integer(rows.length)), Buffer.alloc(2 ** (10 + random.integer(16)))],
      random,
    );
    data.content = deflateSync(changed);
  } else chunk.content = Buffer.from(anyByte(chunk.content, random));
  const whole = pngOf(chunks);
  if (random.uniform() > 0.1) return whole;
  // A length that lies, and what it shifts.
  const lying = Buffer.from(whole);
  lying.writeUInt32BE(pick([0, 1, 12, 2 ** 31 - 1, 2 ** 32 - 1], random), SIGNATURE.length + pick([0, 25], random));
  return lying;
}

/** Segments up to the first scan, and what follows. @param {Buffer} bytes */
function segmentsOf(bytes) {
  const segments = [];
  let at = 2;
  for (let marker = 0; marker !== 0xda; ) {
    marker = bytes.readUInt8(at + 1);
    const length = bytes.readUInt16BE(at + 2);
    segments.push({ marker, content: Buffer.from(bytes.subarray(at + 4, at + 2 + length)) });
    at += 2 + length;
  }
  return { segments, scans: bytes.subarray(at) };
}

/** A segment of a JPEG file, or the compressed part, is another. @param {Buffer} bytes @param {Stream} random */
function jpeg(bytes, random) {
  const { segments, scans } = segmentsOf(bytes);
  const i = random.integer(segments.length);
  const segment = segments[i];
  const frame = segments.find(({ marker }) => 0xc0 <= marker && marker <= 0xc2);
  let rest = scans;
  const kind = random.integer(10);
  if (kind < 3 && frame) {
    // Its precision, height and width, the count of its components; of each its name, sampling and table.
    const at = random.integer(frame.content.length);
    if (random.uniform() < 0.5) frame.content[at] = pick([0, 1, 2, 4, 8, 12, 16, 0x11, 0x44, 0xff], random);
    else frame.content.writeUInt16BE(pick([0, 1, 2047, 8192, 65_500, 65_535], random), pick([1, 3], random));
  } else if (kind === 3) segments.splice(i, 1);
  else if (kind === 4) segments.splice(random.integer(segments.length + 1), 0, segment);
  else if (kind === 5) segment.marker = 0xc0 + random.integer(64);
  else if (kind === 6) segment.content = segment.content.subarray(0, random.integer(segment.content.length + 1));
  else if (kind === 7) rest = Buffer.from(anyByte(rest, random));
  else if (kind === 8) {
    const marker = 0xd0 + random.integer(16);
    segments.splice(i, 0, { marker, content: Buffer.from([random.integer(3), random.integer(256)]) });
  } else segment.content = Buffer.from(anyByte(segment.content, random));
  const lies = random.uniform() < 0.05 ? i : -1;
  const parts = segments.map(({ marker, content }, j) => {
    const length = j === lies ? random.integer(65_536) : content.length + 2;
    return Buffer.concat([Buffer.from([0xff, marker, length >> 8, length & 255]), content]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts, rest]);
}

/** A picture, whichever of both it is. @param {Buffer} bytes @param {Stream} random */
export function picture(bytes, random) {
  if (random.uniform() < 0.1) return anyByte(bytes, random);
  return (bytes[0] === 0xff ? jpeg : png)(bytes, random);
}
