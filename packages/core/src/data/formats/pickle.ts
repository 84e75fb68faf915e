// Python's pickle, protocols 2 to 5, read without running anything: globals and calls become descriptions of
// themselves.

import { InputError } from "../../errors.ts";
import { invalidFile } from "./elements.ts";
import type { ByteSource } from "./zip.ts";

/** The name of a Python function or class; nothing of it is imported or called. */
interface PickledGlobal {
  readonly kind: "global";
  readonly module: string;
  readonly name: string;
}

/** What unpickling would make by a call, and would then put into the result. */
export interface PickledObject {
  readonly kind: "object";
  readonly maker: PickleValue;
  readonly arguments: PickleValue;
  /** What it would be built from; undefined where nothing was said. */
  state: PickleValue | undefined;
  /** Items appended to it or entries set in it, where it stands for a list, a set or a dictionary. */
  readonly items: PickleValue[];
  readonly entries: Map<PickleValue, PickleValue>;
}

/** Bytes that were left where they are in the file. */
export interface PickledBytes {
  readonly kind: "bytes";
  readonly from: number;
  readonly length: number;
}

/** Lists, tuples and sets are arrays, dictionaries maps, bytes arrays of bytes; the graph may have cycles. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledBytes
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickledGlobal
  | PickledObject;

const MARK = Symbol("mark");
const highestProtocol = 5;

/**
 * The object graph that a pickle describes.
 *
 * The machine of the format only pushes, pops and remembers values, so time and memory are bounded by the length of the
 * file: every length is compared with the bytes that follow before anything is made of them, and nothing recurses.
 * Text of Python 2 is taken byte by byte (latin-1), as NumPy's own arrays need it.
 *
 * @throws InputError for a file that is no pickle, ends early or holds instructions outside protocols 2 to 5, and for
 * values kept outside of the file.
 */
export function readPickle(bytes: Uint8Array, name = "pickle"): PickleValue {
  const running = machine(bytes.length, Number.POSITIVE_INFINITY, name);
  let step = running.next();
  while (!step.done) step = running.next(bytes.subarray(step.value.from));
  return step.value;
}

/**
 * The same of a file, in which byte strings of more than some thousand stay where they are.
 *
 * @throws InputError as `readPickle` does.
 */
export async function readPickleIn(source: ByteSource, name: string): Promise<PickleValue> {
  const running = machine(source.size, LONGEST, name);
  let step = running.next();
  while (!step.done) {
    const bytes = new Uint8Array(step.value.length);
    await source.read(step.value.from, bytes);
    step = running.next(bytes);
  }
  return step.value;
}

/** Bytes that are asked for at a time, that an instruction finds at least, and of the longest string that is kept. */
const [PIECE, AHEAD, LONGEST] = [2 ** 18, 2 ** 16, 2 ** 12];
/** Bytes of the longest integer: what counts or names anything has 8. */
const LONGEST_INTEGER = 2 ** 10;
/** Instructions whose text may be longer, and the bytes in which its length is written. */
const longTexts: Readonly<Record<number, 4 | 8>> = { 84: 4, 88: 4, 139: 4, 141: 8 };

/**
 * Asks for bytes of a file of a size, from a position on, and is given at least those. Byte strings above `longest`
 * stay there.
 */
function* machine(
  size: number,
  longest: number,
  name: string,
): Generator<{ readonly from: number; readonly length: number }, PickleValue, Uint8Array> {
  const memo = new Map<number, PickleValue>();
  const stack: (PickleValue | typeof MARK)[] = [];
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  /** Where the bytes begin in the file, and the next one among them. */
  let [base, at] = [0, 0];

  function* fetch(count: number) {
    base += at;
    at = 0;
    bytes = yield { from: base, length: Math.min(Math.max(count, PIECE), size - base) };
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  const damaged = (got: string) =>
    invalidFile(name, "a whole pickle", `${got} at byte ${base + at}`, "copy the file again");
  const endsEarly = (count: number) => damaged(`an end where ${count} bytes should follow`);
  /** Steps over so many bytes: where they begin. */
  const skip = (count: number): number => {
    if (count > bytes.length - at) throw endsEarly(count);
    at += count;
    return at - count;
  };
  const byte = () => view.getUint8(skip(1));
  const uint32 = () => view.getUint32(skip(4), true);
  const int32 = () => view.getInt32(skip(4), true);
  const uint64 = () => Number(view.getBigUint64(skip(8), true));
  const take = (length: number) => {
    const from = skip(length);
    return bytes.subarray(from, from + length);
  };
  const byteString = (length: number): Uint8Array | PickledBytes => {
    // A copy does not hold all that was read beside it.
    if (length <= longest) return take(length).slice();
    if (length > size - base - at) throw endsEarly(length);
    at += length;
    return { kind: "bytes", from: base + at - length, length };
  };
  const utf8 = (length: number) => text.decode(take(length));
  const integer = (length: number) => {
    if (length > LONGEST_INTEGER) throw unsupported(name, `an integer of ${length} bytes at byte ${base + at}`);
    return integerOf(take(length));
  };
  const line = () => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw damaged("a line without an end");
    const content = utf8(end - at);
    at++;
    return content;
  };

  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw damaged("an instruction that finds no value");
    return value;
  };
  const top = (): PickleValue => {
    const value = stack.at(-1);
    if (value === undefined || value === MARK) throw damaged("an instruction that finds no value");
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged("an instruction that finds no mark");
    const values = stack.splice(mark + 1) as PickleValue[];
    stack.pop();
    return values;
  };
  const popMany = (count: number): PickleValue[] => {
    const values = [pop()];
    while (values.length < count) values.push(pop());
    return values.reverse();
  };
  const remembered = (index: number): PickleValue => {
    const value = memo.get(index);
    if (value === undefined) throw damaged(`a reference to value ${index}, which is not there`);
    return value;
  };
  const append = (values: readonly PickleValue[]): void => {
    const target = top();
    const list = Array.isArray(target) ? target : isObject(target) ? target.items : undefined;
    if (!list) throw damaged("items for what is no list");
    for (const value of values) list.push(value);
  };
  const setEntries = (values: readonly PickleValue[]): void => {
    const target = top();
    const map = target instanceof Map ? target : isObject(target) ? target.entries : undefined;
    if (!map || values.length % 2 === 1) throw damaged("entries for what is no dictionary");
    for (let i = 0; i < values.length; i += 2) map.set(values[i], values[i + 1]);
  };
  const global = (module: PickleValue, called: PickleValue): PickledGlobal => {
    if (typeof module !== "string" || typeof called !== "string") throw damaged("a global without a name");
    return { kind: "global", module, name: called };
  };
  const make = (maker: PickleValue, given: PickleValue): PickledObject => {
    return { kind: "object", maker, arguments: given, state: undefined, items: [], entries: new Map() };
  };

  /** What each instruction does; the comments say what Python's pickletools calls it. */
  const instructions: Readonly<Record<number, () => void>> = {
    128: () => {
      const protocol = byte(); // PROTO
      if (protocol >= 2 && protocol <= highestProtocol) return;
      throw unsupported(name, `protocol ${protocol}`);
    },
    149: () => void skip(8), // FRAME
    40: () => void stack.push(MARK), // MARK
    48: () => {
      if (stack.pop() === undefined) throw damaged("an instruction that finds no value"); // POP
    },
    49: () => void popToMark(), // POP_MARK
    50: () => void stack.push(top()), // DUP
    78: () => void stack.push(null), // NONE
    136: () => void stack.push(true), // NEWTRUE
    137: () => void stack.push(false), // NEWFALSE
    74: () => void stack.push(int32()), // BININT
    75: () => void stack.push(byte()), // BININT1
    77: () => void stack.push(view.getUint16(skip(2), true)), // BININT2
    138: () => void stack.push(integer(byte())), // LONG1
    139: () => void stack.push(integer(uint32())), // LONG4
    71: () => void stack.push(view.getFloat64(skip(8), false)), // BINFLOAT
    84: () => void stack.push(latin1(take(uint32()))), // BINSTRING
    85: () => void stack.push(latin1(take(byte()))), // SHORT_BINSTRING
    88: () => void stack.push(utf8(uint32())), // BINUNICODE
    140: () => void stack.push(utf8(byte())), // SHORT_BINUNICODE
    141: () => void stack.push(utf8(uint64())), // BINUNICODE8
    66: () => void stack.push(byteString(uint32())), // BINBYTES
    67: () => void stack.push(byteString(byte())), // SHORT_BINBYTES
    142: () => void stack.push(byteString(uint64())), // BINBYTES8
    150: () => void stack.push(byteString(uint64())), // BYTEARRAY8
    152: () => {}, // READONLY_BUFFER
    93: () => void stack.push([]), // EMPTY_LIST
    97: () => append([pop()]), // APPEND
    101: () => append(popToMark()), // APPENDS
    108: () => void stack.push(popToMark()), // LIST
    41: () => void stack.push([]), // EMPTY_TUPLE
    116: () => void stack.push(popToMark()), // TUPLE
    133: () => void stack.push(popMany(1)), // TUPLE1
    134: () => void stack.push(popMany(2)), // TUPLE2
    135: () => void stack.push(popMany(3)), // TUPLE3
    125: () => void stack.push(new Map()), // EMPTY_DICT
    100: () => {
      const values = popToMark(); // DICT
      stack.push(new Map());
      setEntries(values);
    },
    115: () => setEntries(popMany(2)), // SETITEM
    117: () => setEntries(popToMark()), // SETITEMS
    143: () => void stack.push([]), // EMPTY_SET
    144: () => append(popToMark()), // ADDITEMS
    145: () => void stack.push(popToMark()), // FROZENSET
    113: () => void memo.set(byte(), top()), // BINPUT
    114: () => void memo.set(uint32(), top()), // LONG_BINPUT
    148: () => void memo.set(memo.size, top()), // MEMOIZE
    104: () => void stack.push(remembered(byte())), // BINGET
    106: () => void stack.push(remembered(uint32())), // LONG_BINGET
    99: () => void stack.push(global(line(), line())), // GLOBAL
    147: () => {
      const [module, called] = popMany(2); // STACK_GLOBAL
      stack.push(global(module, called));
    },
    82: () => {
      const [maker, given] = popMany(2); // REDUCE
      stack.push(make(maker, given));
    },
    129: () => {
      const [maker, given] = popMany(2); // NEWOBJ
      stack.push(make(maker, given));
    },
    146: () => {
      const [maker, given] = popMany(3); // NEWOBJ_EX
      stack.push(make(maker, given));
    },
    98: () => {
      const state = pop(); // BUILD
      const target = top();
      if (!isObject(target)) throw damaged("a state for what is no object");
      target.state = state;
    },
  };

  yield* fetch(PIECE);
  if (bytes[0] !== 0x80) throw invalidFile(name, "a pickle of protocol 2 to 5", "other bytes at its start", remedy);
  for (;;) {
    const isThere = (count: number) => bytes.length - at >= count || base + bytes.length >= size;
    if (!isThere(AHEAD)) yield* fetch(AHEAD);
    const code = byte();
    const width = longTexts[code];
    if (width !== undefined && bytes.length - at >= width) {
      const length = width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
      if (length <= size - base - at && !isThere(width + length)) yield* fetch(width + length);
    }
    if (code === 46) return pop(); // STOP
    const instruction = instructions[code];
    if (!instruction) throw unsupported(name, `instruction 0x${code.toString(16)} at byte ${base + at - 1}`);
    instruction();
  }
}

/** Whether a value describes a Python object. */
export function isObject(value: PickleValue | undefined): value is PickledObject {
  return isRecord(value) && value.kind === "object";
}

/** Whether a value is bytes that were left in the file. */
export function arePickledBytes(value: PickleValue | undefined): value is PickledBytes {
  return isRecord(value) && value.kind === "bytes";
}

/** Whether a value names a function or class. */
export function isGlobal(value: PickleValue | undefined): value is PickledGlobal {
  return isRecord(value) && value.kind === "global";
}

function isRecord(value: PickleValue | undefined): value is PickledGlobal | PickledObject | PickledBytes {
  return typeof value === "object" && value !== null && "kind" in value;
}

const remedy = "save the arrays with numpy.savez";
const text = new TextDecoder();

function unsupported(name: string, got: string): InputError {
  return new InputError("unsupported", name, { expected: "a pickle of protocol 2 to 5", got, remedy });
}

/** Little-endian two's complement: a number where that is exact. */
function integerOf(bytes: Uint8Array): number | bigint {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).reverse();
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${digits.join("")}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function latin1(bytes: Uint8Array): string {
  let characters = "";
  // A call takes only so many arguments.
  for (let from = 0; from < bytes.length; from += 8192) {
    characters += String.fromCharCode(...bytes.subarray(from, from + 8192));
  }
  return characters;
}
