// Mutations of bytes that know a format's structure: lengths and checksums are put right again, so that what is wrong
// lies deeper than the first check.

import { crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import { pick, WORDS } from "./words.mjs";

/** @typedef {import("@carom/core").Stream} Stream */

/** Integers at which arithmetic of one width or another ends. */
export const EXTREMES = [
  0n,
  1n,
  127n,
  255n,
  65535n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
];

/** @param {bigint} value */
export function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest < 128n) return Buffer.from(bytes);
  }
}

/** One change anywhere, that knows nothing. @param {Buffer} bytes @param {Stream} random */
export function anyByte(bytes, random) {
  const at = random.integer(Math.max(1, bytes.length));
  const splice = (/** @type {number} */ removed, /** @type {Uint8Array} */ added) =>
    Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
  const elsewhere = random.integer(Math.max(1, bytes.length));
  const some = bytes.subarray(elsewhere, elsewhere + random.integer(64));
  return [
    () => splice(1, Buffer.from([random.integer(256)])),
    () => splice(1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.integer(8))])),
    () => bytes.subarray(0, at),
    () => splice(1, varint(pick(EXTREMES, random))),
    () => splice(0, some),
    () => splice(random.integer(50), Buffer.alloc(0)),
    () => splice(some.length, some),
    () => splice(4, Buffer.from([255, 255, 255, 255])),
    () => splice(8, Buffer.alloc(8, pick([0, 127, 255], random))),
    () => splice(random.integer(4), Buffer.from(pick(WORDS, random))),
  ][random.integer(10)]();
}

/**
 * A field of a message of Protocol Buffers.
 * @typedef {{ number: number, wire: number, value: bigint | Buffer | Field[] }} Field
 */

/** The fields of a message, or undefined where bytes are none. @param {Buffer} bytes @returns {Field[] | undefined} */
function fieldsOf(bytes, depth = 0) {
  const fields = [];
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === undefined || tag >> 3n === 0n || tag > 1n << 16n) return undefined;
    const wire = Number(tag & 7n);
    const length = wire === 1 ? 8n : wire === 5 ? 4n : wire === 0 || wire === 2 ? number() : undefined;
    if (length === undefined || (wire !== 0 && length > BigInt(bytes.length - at))) return undefined;
    /** @type {Field["value"]} */
    let value = length;
    if (wire !== 0) {
      const content = bytes.subarray(at, at + Number(length));
      at += Number(length);
      const inner =
        wire === 2 && depth < 12 && content.length > 1 && content.length < 65536
          ? fieldsOf(content, depth + 1)
          : undefined;
      value = inner ?? content;
    }
    fields.push({ number: Number(tag >> 3n), wire, value });
  }
  return fields;
}

/** @param {Field[]} fields @returns {Buffer} */
function messageOf(fields) {
  return Buffer.concat(
    fields.flatMap(({ number, wire, value }) => {
      const tag = varint(BigInt(number) * 8n + BigInt(wire));
      if (typeof value === "bigint") return [tag, varint(BigInt.asUintN(64, value))];
      const bytes = Array.isArray(value) ? messageOf(value) : value;
      return wire === 2 ? [tag, varint(BigInt(bytes.length)), bytes] : [tag, bytes];
    }),
  );
}

/**
 * Where fields stand, those inside of others too: in which list, and at which place of it.
 * @template {{ value: unknown }} F
 * @param {F[]} list
 * @returns {{ list: F[], i: number }[]}
 */
export function placesOf(list) {
  return list.flatMap(({ value }, i) => [
    { list, i },
    ...(Array.isArray(value) ? placesOf(/** @type {F[]} */ (value)) : []),
  ]);
}

/**
 * A field, wherever it lies, is doubled, lost, moved or says something else.
 * @param {Buffer} bytes
 * @param {Stream} random
 */
export function protobuf(bytes, random) {
  const root = fieldsOf(bytes);
  if (!root) return anyByte(bytes, random);
  const places = placesOf(root);
  const { list, i } = pick(places, random);
  const field = list[i];
  const other = pick(places, random);
  const kind = random.integer(8);
  if (kind === 0) list.splice(i, 1);
  else if (kind === 1) list.splice(i, 0, field);
  else if (kind === 2) list.splice(i, 1, other.list[other.i]);
  else if (kind === 3) list.push(other.list[other.i]);
  else if (typeof field.value === "bigint") {
    list[i] = { ...field, value: kind === 4 ? field.value + BigInt(random.integer(5) - 2) : pick(EXTREMES, random) };
  } else if (Array.isArray(field.value)) list[i] = { ...field, value: anyByte(messageOf(field.value), random) };
  else if (field.wire === 2 && kind < 6) list[i] = { ...field, value: Buffer.from(pick(WORDS, random)) };
  else
    list[i] = {
      ...field,
      value: field.wire === 2 ? anyByte(field.value, random) : Buffer.alloc(field.value.length, 255),
    };
  return messageOf(root);
}

/**
 * The header of a .npy says something else, of the same length or another.
 * @param {Buffer} bytes
 * @param {Stream} random
 */
export function npy(bytes, random) {
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, 10 + length);
  const numbers = ["-1", "0", "0.5", "1e9", "99999999999", "9223372036854775807", "(", "", "None", "60L"];
  const changed = [
    () => header.replace(/\d+(?=[,)])/, pick(numbers, random)),
    () =>
      header.replace(
        /'[<>|=][a-z]\d+'/,
        `'${pick(["|O", "<f2", ">f8", "<i8", "|S10", "<U3", "<c8", "|V9", "|b1", "<m8[ns]", "<x4"], random)}'`,
      ),
    () => header.replace(/\)/, `, ${"1, ".repeat(random.integer(200))})`),
    () =>
      header.replace(
        /False|True/,
        pick(["True", "False", "1", "__import__('os').system('touch carom-was-here')"], random),
      ),
    () => anyByte(Buffer.from(header, "latin1"), random).toString("latin1"),
    () => header,
  ][random.integer(6)]();
  const content = bytes.subarray(10 + length);
  const rest = random.uniform() < 0.3 ? anyByte(content, random) : content;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(random.uniform() < 0.05 ? random.integer(65536) : changed.length % 65536);
  return Buffer.concat([
    bytes.subarray(0, 6),
    Buffer.from([pick([1, 1, 1, 2, 3, 9], random), 0]),
    size,
    Buffer.from(changed, "latin1"),
    rest,
  ]);
}

/** Entries of an archive as it lists them. @param {Buffer} bytes */
function entriesOf(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const entries = [];
  for (let at = bytes.readUInt32LE(end + 16), i = bytes.readUInt16LE(end + 10); i > 0; i--) {
    const [size, nameLength, extra, comment] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ];
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    const content = bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    entries.push({ name: bytes.toString("latin1", at + 46, at + 46 + nameLength), content });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** A sound archive. @param {readonly { name: string, content: Buffer }[]} entries */
export function zipOf(entries, deflated = true) {
  /** @type {Buffer[]} */
  const local = [];
  /** @type {Buffer[]} */
  const central = [];
  let at = 0;
  for (const { name, content } of entries) {
    const packed = deflated ? deflateRawSync(content) : content;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(deflated ? 8 : 0, 4);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const piece = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), facts, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    central.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), facts, place, Buffer.from(name));
    local.push(piece);
    at += piece.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length % 65536, 4);
  end.writeUInt16LE(entries.length % 65536, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...local, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}

/** An array of an archive is another, or the archive itself is damaged. @param {Buffer} bytes @param {Stream} random */
export function npz(bytes, random) {
  if (random.uniform() < 0.3) return anyByte(bytes, random);
  const entries = entriesOf(bytes);
  const i = random.integer(entries.length);
  const { name, content } = entries[i];
  const kind = random.integer(10);
  if (kind === 0) entries[i] = { name: pick(WORDS, random), content };
  else if (kind === 1) entries.push({ name, content: npy(content, random) });
  else entries[i] = { name, content: npy(content, random) };
  return zipOf(entries, random.uniform() < 0.5);
}

/**
 * A file inside a tar is another, or a header says something else under a right checksum.
 * @param {Buffer} bytes
 * @param {Stream} random
 */
export function tar(bytes, random) {
  const changed = Buffer.from(bytes);
  const kind = random.integer(3);
  if (kind === 0) return anyByte(changed, random);
  if (kind === 1) {
    const size = Number.parseInt(bytes.toString("latin1", 124, 135), 8);
    const content = anyByte(changed.subarray(512, 512 + size), random);
    return tarOf(changed.toString("latin1", 0, changed.indexOf(0)), Buffer.from(content));
  }
  const fields = [
    [0, 100],
    [100, 8],
    [124, 12],
    [156, 1],
    [157, 100],
    [257, 8],
  ];
  const [from, length] = pick(fields, random);
  const values = [
    "77777777777",
    "17777777777",
    "-1",
    "0",
    "99999999999",
    "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    "../../carom-was-here",
    "/tmp/carom-was-here",
    "2",
    "5",
    "x",
    "L",
    "g",
    "S",
    pick(WORDS, random),
  ];
  changed.write(pick(values, random).padEnd(length, "\0"), from, length, "latin1");
  return withChecksum(changed);
}

/** @param {string} name @param {Buffer} content */
export function tarOf(name, content) {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, "latin1");
  header.write("0000644\0", 100, "latin1");
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const filling = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([withChecksum(header), content, filling, Buffer.alloc(1024)]);
}

/** @param {Buffer} bytes */
function withChecksum(bytes) {
  bytes.fill(" ", 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

/** What is packed is changed, or the packing is. @param {(bytes: Buffer, random: Stream) => Buffer} inside */
export const gz = (inside) => (/** @type {Buffer} */ bytes, /** @type {Stream} */ random) =>
  random.uniform() < 0.3 ? anyByte(bytes, random) : gzipSync(inside(gunzipSync(bytes), random), { level: 1 });

/** A size, a type or the number of axes is another. @param {Buffer} bytes @param {Stream} random */
export function idx(bytes, random) {
  const changed = Buffer.from(bytes);
  const kind = random.integer(4);
  if (kind === 0) changed[2] = random.integer(256);
  else if (kind === 1) changed[3] = pick([0, 1, 2, 3, 4, 64, 255], random);
  else if (kind === 2)
    changed.writeUInt32BE(
      pick([0, 1, 59, 61, 2 ** 31, 2 ** 32 - 1, 65536], random),
      4 + 4 * random.integer(Math.max(1, changed[3])),
    );
  else return anyByte(changed, random);
  return changed;
}

/**
 * Opcodes are put in, some of which would run what they name, others ask for memory.
 * @param {Buffer} bytes
 * @param {Stream} random
 */
export function pickle(bytes, random) {
  const codes = [
    "cos\nsystem\n(X\x14\0\0\0touch carom-was-heretR",
    "cbuiltins\neval\n",
    "\x8c\x02os\x8c\x06system\x93",
    "B\xff\xff\xff\x7f",
    "\x8b\xff\xff\xff\x7f",
    "\x8b\xff\xff\xff\xff",
    "\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
    "\x8e\xff\xff\xff\xff\xff\xff\xff\xff",
    "j\xff\xff\xff\xff",
    "h\xff",
    "(".repeat(500),
    "]".repeat(500),
    "0",
    "1",
    "2",
    "t",
    "R",
    "b",
    "e",
    "u",
    "s",
    "a",
    "}",
    ")",
    "\x85",
    "\x86",
    "\x87",
    "\x94",
    "N",
    "\x89",
    ".",
    "Q",
    "I99999999999999999999\n",
    "F1e999\n",
    "\x81",
    "\x92",
    "\x82\x01",
    "Pabc\n",
  ];
  const at = random.integer(bytes.length);
  if (random.uniform() < 0.4) return anyByte(bytes, random);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(pick(codes, random), "latin1"),
    bytes.subarray(at + random.integer(3)),
  ]);
}
