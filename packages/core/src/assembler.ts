// WebAssembly modules written as trees of instructions: what hot loops are made of.
//
// Source: WebAssembly Core Specification 1.0, section 5 (binary format).

/** Bytes of instructions, nested as they were composed. */
export type Code = readonly (number | Code)[];

/** `f64x2` is two numbers side by side, `f32x4` and `i32x4` four: one instruction takes them, each as if alone. */
type Type = "i32" | "f64" | "f64x2" | "f32x4" | "i32x4";

/** A parameter or a further variable of a function. */
export interface Variable {
  readonly get: Code;
  set(value: Code): Code;
}

/** A function of a module, which calls others by their place in it. */
interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly Type[];
  readonly result: Type | undefined;
  readonly locals: readonly Type[];
  readonly body: () => Code;
}

/**
 * A function from the types of its parameters and of its further variables, and a body in terms of them all, which is
 * written when a module of it is.
 */
export function wasmFunction<P extends string, L extends string>(
  name: string,
  signature: { readonly parameters: Record<P, Type>; readonly locals: Record<L, Type>; readonly result?: Type },
  body: (variables: Record<P | L, Variable>) => Code,
): WasmFunction {
  const { parameters, locals, result } = signature;
  const variables = {} as Record<P | L, Variable>;
  [...Object.keys(parameters), ...Object.keys(locals)].forEach((key, place) => {
    variables[key as P | L] = {
      get: [0x20, ...unsigned(place)],
      set: (value) => [value, 0x21, ...unsigned(place)],
    };
  });
  return {
    name,
    parameters: Object.values(parameters),
    result,
    locals: Object.values(locals),
    body: () => body(variables),
  };
}

/** Instructions on whole numbers of 32 bits, which addresses in memory are. */
export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  subtract: (a: Code, b: Code): Code => [a, b, 0x6b],
  multiply: (a: Code, b: Code): Code => [a, b, 0x6c],
  shiftLeft: (a: Code, bits: number): Code => [a, i32.constant(bits), 0x74],
  shiftRight: (a: Code, bits: number): Code => [a, i32.constant(bits), 0x76],
  or: (a: Code, b: Code): Code => [a, b, 0x72],
  /** Of numbers without sign. */
  isLess: (a: Code, b: Code): Code => [a, b, 0x49],
  load: (address: Code, offset = 0): Code => [address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code): Code => [address, value, 0x36, 2, 0],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  /** How many bits are 0 below the lowest that is 1. */
  zerosBelow: (a: Code): Code => [a, 0x68],
  /** How many bits are 1. */
  bitsSet: (a: Code): Code => [a, 0x69],
  /** A number of 16 bits without sign, widened, and one written as such. */
  loadHalf: (address: Code, offset = 0): Code => [address, 0x2f, 1, ...unsigned(offset)],
  storeHalf: (address: Code, value: Code): Code => [address, value, 0x3b, 1, 0],
  /** The same for 8 bits. */
  loadByte: (address: Code, offset = 0): Code => [address, 0x2d, 0, ...unsigned(offset)],
  storeByte: (address: Code, value: Code, offset = 0): Code => [address, value, 0x3a, 0, ...unsigned(offset)],
};

/** Instructions on numbers of 64 bits. */
export const f64 = {
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: (a: Code, b: Code): Code => [a, b, 0xa0],
  subtract: (a: Code, b: Code): Code => [a, b, 0xa1],
  multiply: (a: Code, b: Code): Code => [a, b, 0xa2],
  divide: (a: Code, b: Code): Code => [a, b, 0xa3],
  /** As `Math.min`, `Math.max` and `Math.sqrt`. */
  min: (a: Code, b: Code): Code => [a, b, 0xa4],
  max: (a: Code, b: Code): Code => [a, b, 0xa5],
  sqrt: (a: Code): Code => [a, 0x9f],
  isNot: (a: Code, b: Code): Code => [a, b, 0x62],
  isLess: (a: Code, b: Code): Code => [a, b, 0x63],
  load: (address: Code, offset = 0): Code => [address, 0x2b, 3, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x39, 3, ...unsigned(offset)],
  /** A number of 32 bits, widened, and one written as such. */
  loadSingle: (address: Code, offset = 0): Code => [address, 0x2a, 2, ...unsigned(offset), 0xbb],
  storeSingle: (address: Code, value: Code): Code => [address, value, 0xb6, 0x38, 2, 0],
};

const simd = (...code: Code): Code => [0xfd, code];

/** Instructions on two numbers of 64 bits, one after the other in memory. */
export const f64x2 = {
  constant: (value: number): Code => f64x2.splat(f64.constant(value)),
  splat: (a: Code): Code => [a, simd(0x14)],
  lane: (a: Code, place: 0 | 1): Code => [a, simd(0x21, place)],
  add: (a: Code, b: Code): Code => [a, b, simd(0xf0, 1)],
  subtract: (a: Code, b: Code): Code => [a, b, simd(0xf1, 1)],
  multiply: (a: Code, b: Code): Code => [a, b, simd(0xf2, 1)],
  divide: (a: Code, b: Code): Code => [a, b, simd(0xf3, 1)],
  max: (a: Code, b: Code): Code => [a, b, simd(0xf5, 1)],
  absolute: (a: Code): Code => [a, simd(0xec, 1)],
  negate: (a: Code): Code => [a, simd(0xed, 1)],
  /** Each rounded to 32 bits, and widened again. */
  rounded: (a: Code): Code => [a, simd(0x5e), simd(0x5f)],
  /** All bits are set where it is so. */
  isLess: (a: Code, b: Code): Code => [a, b, simd(0x49)],
  /** The first where bits of the condition are set, else the second. */
  select: (a: Code, b: Code, condition: Code): Code => [a, b, condition, simd(0x52)],
  /** Of the bits of either number, as of a whole one. */
  addBits: (a: Code, b: Code): Code => [a, b, simd(0xce, 1)],
  shiftBits: (a: Code, bits: number): Code => [a, i32.constant(bits), simd(0xcb, 1)],
  load: (address: Code, offset = 0): Code => [address, simd(0x00, 3, ...unsigned(offset))],
  /** One number, twice. */
  loadSplat: (address: Code, offset = 0): Code => [address, simd(0x0a, 3, ...unsigned(offset))],
  /** One number, and 0 after it. */
  loadFirst: (address: Code, offset = 0): Code => [address, simd(0x5d, 3, ...unsigned(offset))],
  /** Two numbers of 32 bits, widened. */
  loadSingles: (address: Code, offset = 0): Code => [f64x2.loadFirst(address, offset), simd(0x5f)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, simd(0x0b, 3, ...unsigned(offset))],
};

/** Instructions on four numbers of 32 bits, one after the other in memory. */
export const f32x4 = {
  /** A number of 64 bits, rounded, four times. */
  splat: (a: Code): Code => [a, 0xb6, simd(0x13)],
  /** As a number of 64 bits. */
  lane: (a: Code, place: 0 | 1 | 2 | 3): Code => [a, simd(0x1f, place), 0xbb],
  add: (a: Code, b: Code): Code => [a, b, simd(0xe4, 1)],
  multiply: (a: Code, b: Code): Code => [a, b, simd(0xe6, 1)],
  /** The second where it is less, or more, else the first. */
  lesser: (a: Code, b: Code): Code => [a, b, simd(0xea, 1)],
  greater: (a: Code, b: Code): Code => [a, b, simd(0xeb, 1)],
  /** All bits are set where it is so. */
  isLess: (a: Code, b: Code): Code => [a, b, simd(0x43)],
  /** The number where bits of the condition are set, or are not, else 0. */
  where: (a: Code, condition: Code): Code => [a, condition, simd(0x4e)],
  whereNot: (a: Code, condition: Code): Code => [a, condition, simd(0x4f)],
  select: f64x2.select,
  load: f64x2.load,
  store: f64x2.store,
};

/** Instructions on four whole numbers of 32 bits, or on the bits of four of float32. */
export const i32x4 = {
  constant: (value: number): Code => [i32.constant(value), simd(0x11)],
  subtract: (a: Code, b: Code): Code => [a, b, simd(0xb1, 1)],
  multiply: (a: Code, b: Code): Code => [a, b, simd(0xb5, 1)],
  min: (a: Code, b: Code): Code => [a, b, simd(0xb6, 1)],
  max: (a: Code, b: Code): Code => [a, b, simd(0xb8, 1)],
  and: (a: Code, b: Code): Code => [a, b, simd(0x4e)],
  /** The bits of the first that the second has not. */
  andNot: (a: Code, b: Code): Code => [a, b, simd(0x4f)],
  or: (a: Code, b: Code): Code => [a, b, simd(0x50)],
  xor: (a: Code, b: Code): Code => [a, b, simd(0x51)],
  shiftLeft: (a: Code, bits: number): Code => [a, i32.constant(bits), simd(0xab, 1)],
  /** With the sign, and with zeros, coming in. */
  shiftSigned: (a: Code, bits: number): Code => [a, i32.constant(bits), simd(0xac, 1)],
  shiftRight: (a: Code, bits: number): Code => [a, i32.constant(bits), simd(0xad, 1)],
  /** -1, all bits set, where it is so, else 0. */
  isEqual: (a: Code, b: Code): Code => [a, b, simd(0x37)],
  isNot: (a: Code, b: Code): Code => [a, b, simd(0x38)],
  /** Their lower halves one behind the other, twice, where they are less than 2^16. */
  halves: (a: Code, again: Code): Code => [a, again, simd(0x86, 1)],
  isNotSingle: (a: Code, b: Code): Code => [a, b, simd(0x42)],
  floorSingle: (a: Code): Code => [a, simd(0x68)],
  lane: (a: Code, place: 0 | 1 | 2 | 3): Code => [a, simd(0x1b, place)],
  /** The highest bits of the four, as those of a whole number. */
  bits: (a: Code): Code => [a, simd(0xa4, 1)],
  /** The same of sixteen bytes. */
  byteBits: (a: Code): Code => [a, simd(0x64)],
  /** The bytes of the first at the places that those of the second say. */
  bytesAt: (a: Code, places: Code): Code => [a, places, simd(0x0e)],
  /** A whole number that is 0 where no bit is set. */
  anyBit: (a: Code): Code => [a, simd(0x53)],
  load: (address: Code, offset = 0): Code => [address, simd(0x00, 2, ...unsigned(offset))],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, simd(0x0b, 2, ...unsigned(offset))],
};

/** Does what follows again and again, as long as the condition holds before. */
export function whileTrue(condition: Code, ...body: readonly Code[]): Code {
  // The condition stands at the end of the loop too, so that a round has one jump.
  return when(condition, [0x03, 0x40, body, condition, 0x0d, 0, 0x0b]);
}

export function when(condition: Code, ...body: readonly Code[]): Code {
  return [condition, 0x04, 0x40, body, 0x0b];
}

export function call(place: number, ...given: readonly Code[]): Code {
  return [given, 0x10, ...unsigned(place)];
}

/** A module of functions that share the memory they are handed as `host.memory`; all are exported by name. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const typeOf: Record<Type, number> = { i32: 0x7f, f64: 0x7c, f64x2: 0x7b, f32x4: 0x7b, i32x4: 0x7b };
  const types = functions.map(({ parameters, result }) => [
    0x60,
    list(parameters.map((type) => [typeOf[type]])),
    list(result ? [[typeOf[result]]] : []),
  ]);
  const bodies = functions.map(({ locals, body }) =>
    sized([list(locals.map((type) => [1, typeOf[type]])), body(), 0x0b]),
  );
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[text("host"), text("memory"), 2, 0, 1]])),
      section(3, list(functions.map((_, place) => unsigned(place)))),
      section(7, list(functions.map(({ name }, place) => [text(name), 0, ...unsigned(place)]))),
      section(10, list(bodies)),
    ]),
  );
}

/** The host's own way: a loop would be slow, since it runs but once or twice. */
const flat = (code: Code): number[] => (code as readonly number[]).flat(Number.POSITIVE_INFINITY);

function sized(code: Code): Code {
  const bytes = flat(code);
  return [unsigned(bytes.length), bytes];
}

const section = (id: number, content: Code): Code => [id, sized(content)];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), items];
const text = (ascii: string): Code => list(Array.from(ascii, (letter) => [letter.charCodeAt(0)]));

/** LEB128 of a whole number of at least 0. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a whole number with a sign. */
function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
