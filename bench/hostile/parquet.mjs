// Mutations of Parquet files: what the footer or the head of a page says is another, or what a page holds, and the
// offsets of all that lies behind it are put right again (the format's parquet.thrift, in Thrift's compact protocol).

import { anyByte, EXTREMES, placesOf, varint } from "./bytes.mjs";
import { pick, WORDS } from "./words.mjs";

/** @typedef {import("@carom/core").Stream} Stream */
/** @typedef {{ id: number, type: number, value: Value }} Field of a structure; of a list, without an id */
/** @typedef {bigint | Buffer | Field[]} Value */

const MARK = Buffer.from("PAR1");
/** Types of the protocol that are no numbers. */
const [TRUE, FALSE, DOUBLE, BINARY, LIST, SET, STRUCT] = [1, 2, 7, 8, 9, 10, 12];

/** The structure at a place, and where it ends. @param {Buffer} bytes @returns {[Field[], number]} */
function structureAt(bytes, at = 0) {
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const signed = () => {
    const value = number();
    return (value >> 1n) ^ -(value & 1n);
  };
  const take = (/** @type {number} */ length) => bytes.subarray(at, (at += length));
  /** @type {(type: number) => Value} */
  const value = (type) => {
    if (type === TRUE || type === FALSE) return Buffer.alloc(0);
    if (type === DOUBLE) return take(8);
    if (type === BINARY) return take(Number(number()));
    if (type === LIST || type === SET) {
      const head = bytes.readUInt8(at++);
      const length = head >> 4 === 15 ? Number(number()) : head >> 4;
      const each = head & 15;
      const read = () => (each === TRUE || each === FALSE ? take(1) : value(each));
      return Array.from({ length }, () => ({ id: -1, type: each, value: read() }));
    }
    return type === STRUCT ? structure() : signed();
  };
  const structure = () => {
    /** @type {Field[]} */
    const fields = [];
    for (let id = 0; ; ) {
      const head = bytes.readUInt8(at++);
      if (head === 0) return fields;
      id = head >> 4 === 0 ? Number(signed()) : id + (head >> 4);
      fields.push({ id, type: head & 15, value: value(head & 15) });
    }
  };
  return [structure(), at];
}

const zigzag = (/** @type {bigint} */ value) => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));

/** @param {Field} field @returns {Buffer} */
function valueBytes({ type, value }) {
  if (typeof value === "bigint") return zigzag(value);
  if (Buffer.isBuffer(value)) return type === BINARY ? Buffer.concat([varint(BigInt(value.length)), value]) : value;
  if (type === STRUCT) return structureBytes(value);
  const head = value.length < 15 ? [value.length << 4] : [0xf0, ...varint(BigInt(value.length))];
  head[0] |= value[0]?.type ?? BINARY;
  return Buffer.concat([Buffer.from(head), ...value.map(valueBytes)]);
}

/** @param {Field[]} fields @returns {Buffer} */
function structureBytes(fields) {
  let before = 0;
  const parts = fields.flatMap((field) => {
    const step = field.id - before;
    before = field.id;
    const head = 0 < step && step < 16 ? Buffer.of((step << 4) | field.type) : Buffer.of(field.type);
    return [head, ...(head[0] < 16 ? [zigzag(BigInt(field.id))] : []), valueBytes(field)];
  });
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/**
 * A field, wherever it lies, is doubled, lost, moved or says something else.
 * @param {Field[]} root
 * @param {Stream} random
 */
function changeField(root, random) {
  const places = placesOf(root);
  const { list, i } = pick(places, random);
  const other = pick(places, random);
  const field = list[i];
  const kind = random.integer(10);
  if (kind === 0) list.splice(i, 1);
  else if (kind === 1) list.splice(i, 0, field);
  else if (kind === 2) field.value = other.list[other.i].value;
  else if (kind === 3) field.type = random.integer(14);
  else if (typeof field.value === "bigint") {
    const near = field.value + BigInt(random.integer(9) - 4);
    field.value = pick([near, BigInt(random.integer(12)), pick(EXTREMES, random), -pick(EXTREMES, random)], random);
  } else if (Buffer.isBuffer(field.value)) {
    field.value = field.type === BINARY ? Buffer.from(pick(WORDS, random)) : anyByte(field.value, random);
  } else if (field.value.length > 0) field.value.push(pick(field.value, random));
}

/** Fields that say where something lies: of the columns of a group of rows, a chunk's offset and those of its pages. */
const [GROUPS, COLUMNS, CHUNK_OFFSET, ABOUT, DATA_PAGE, INDEX_PAGE, DICTIONARY] = [4, 1, 2, 3, 9, 10, 11];
/** Of the head of a page: its size as it lies there. */
const PACKED_SIZE = 3;

const within = (/** @type {Field[]} */ fields, /** @type {number} */ id) =>
  /** @type {Field[]} */ (fields.find((field) => field.id === id)?.value ?? []);

/** All fields of a footer that are offsets into the file. @param {Field[]} footer */
function offsetsIn(footer) {
  const isOffset = (/** @type {number} */ id) => id === DATA_PAGE || id === INDEX_PAGE || id === DICTIONARY;
  const chunks = within(footer, GROUPS).flatMap((group) =>
    within(/** @type {Field[]} */ (group.value), COLUMNS).map(({ value }) => /** @type {Field[]} */ (value)),
  );
  return chunks.flatMap((chunk) => [
    ...chunk.filter(({ id }) => id === CHUNK_OFFSET),
    ...within(chunk, ABOUT).filter(({ id }) => isOffset(id)),
  ]);
}

/**
 * The footer says something else, or a page's head does, or a page holds something else.
 * @param {Buffer} bytes
 * @param {Stream} random
 */
export function parquet(bytes, random) {
  const length = bytes.readUInt32LE(bytes.length - 8);
  const end = bytes.length - 8 - length;
  const [footer] = structureAt(bytes.subarray(end));
  const kind = random.uniform();
  if (kind < 0.1) return anyByte(bytes, random);
  let body = bytes.subarray(0, end);
  if (kind < 0.5) changeField(footer, random);
  else {
    const offsets = offsetsIn(footer);
    const at = Number(
      pick(
        offsets.filter(({ id }) => id !== CHUNK_OFFSET),
        random,
      ).value,
    );
    const [head, from] = structureAt(body, at);
    const size = Number(head.find(({ id }) => id === PACKED_SIZE)?.value);
    let page = body.subarray(from, from + size);
    if (kind < 0.75) changeField(head, random);
    else {
      // Lengths, levels and widths of indices stand first.
      const first = random.uniform() < 0.5 ? Math.min(12, size) : size;
      page = Buffer.concat([anyByte(page.subarray(0, first), random), page.subarray(first)]);
      const isTold = random.uniform() < 0.7;
      for (const field of head) if (field.id === PACKED_SIZE && isTold) field.value = BigInt(page.length);
    }
    const changed = Buffer.concat([structureBytes(head), page]);
    const shift = BigInt(changed.length - (from + size - at));
    for (const field of offsets) if (/** @type {bigint} */ (field.value) > BigInt(at)) field.value += shift;
    body = Buffer.concat([body.subarray(0, at), changed, body.subarray(from + size)]);
  }
  const told = structureBytes(footer);
  const count = Buffer.alloc(4);
  count.writeUInt32LE(random.uniform() < 0.05 ? Number(pick(EXTREMES, random) % 2n ** 32n) : told.length);
  return Buffer.concat([body, told, count, MARK]);
}
