// NumPy's .npy: a magic string, a header that is a Python dictionary, then the elements
// (numpy.lib.format, versions 1.0, 2.0 and 3.0).

import { InputError } from "../../errors.ts";
import { widened } from "../../halves.ts";
import { beyond, dataLimits, mostOf } from "../../limits.ts";
import { allocate, type ElementType, type FloatType, sizeOf, type Tensor } from "../../tensor.ts";
import { elementsIn, invalidFile, readElements, requireSize } from "./elements.ts";
import { floatSink } from "./floats.ts";
import { byteSink, type ElementSink, type Header, headedReader, type NumbersReader } from "./headed.ts";

const elementTypes: Readonly<Record<string, ElementType>> = {
  f4: "float32",
  f8: "float64",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  b1: "bool",
};
/** Numbers of 16 bits, which are read as float32. */
const HALF = "f2";
/** Types of one byte: what they mean is not known yet. */
const BYTES: readonly string[] = ["uint8", "int8", "bool"];
const magic = "\x93NUMPY";
/** Kinds of elements that are numbers: integers, floating-point and complex ones. */
const isNumeric = /^[<>|=]?[iufcb]\d+$/;
const integer = /^\d+L?$/;

/** What a .npy file says of its array, and the bytes of its elements. */
export interface NpyFile {
  /** The type of an element, such as "<f8". */
  readonly code: string;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  readonly elements: Uint8Array;
}

interface NpyReader {
  push(piece: Uint8Array): void;
  end(): NpyFile;
}

/** Reads a .npy file of so many bytes from pieces. @throws InputError for another kind of file, or of another size. */
export function npyReader(size: number, name = "npy data"): NpyReader {
  const reader = headedReader(
    (bytes, isWhole) => headerIn(bytes, isWhole, size, name),
    (found) => byteSink(found.size, name),
    name,
  );
  return {
    push: reader.push,
    end() {
      const { header, elements } = reader.end();
      return { ...header, elements };
    },
  };
}

/**
 * Reads the numbers of a .npy file from pieces: bytes, truth values and float32 as they are, others as they become
 * float32 (or float64, as `into` says) on the way.
 *
 * @throws InputError as `readNpy` does.
 */
export function npyNumbersReader(size: number, into: FloatType, name = "npy data"): NumbersReader {
  const reader = headedReader(
    (bytes, isWhole) => headerIn(bytes, isWhole, size, name),
    ({ header: { code, shape, fortran }, size: bytes }): ElementSink<Uint8Array | Tensor | undefined> => {
      const type = code.slice(1) === HALF ? "float16" : elementTypeOf(code);
      const isKept = type === undefined || BYTES.includes(type) || (type === "float32" && !fortran && code[0] !== ">");
      if (isKept) return byteSink(bytes, name);
      requireSize(type === "float16" ? "uint16" : type, shape, bytes, name);
      return floatSink({ type, shape, fortran, bigEndian: code[0] === ">" }, into, name);
    },
    name,
  );
  return {
    ...reader,
    end() {
      const { header, elements } = reader.end();
      return elements instanceof Uint8Array ? npyTensor({ ...header, elements }, name) : elements;
    },
  };
}

/** Bytes of a block of rows, about. */
const BLOCK = 2 ** 20;

/**
 * Reads a .npy file of so many bytes from pieces, and gives its rows some at a time, in their order; those of an array
 * in Fortran's order all at once.
 *
 * @throws InputError as `readNpy` does.
 */
export function npyBlocksReader(
  size: number,
  give: (block: Tensor) => void,
  name = "npy data",
): { push(piece: Uint8Array): void; end(): unknown } {
  return headedReader(
    (bytes, isWhole) => headerIn(bytes, isWhole, size, name),
    ({ header: { code, shape, fortran }, size: bytes }): ElementSink<void> => {
      const type = code.slice(1) === HALF ? "uint16" : elementTypeOf(code);
      if (type === undefined) throw unsupportedType(code, name);
      requireSize(type, shape, bytes, name);
      const [n = 1, ...row] = shape;
      const width = bytes / n;
      const rows = fortran ? n : Math.max(1, Math.floor(BLOCK / width));
      let [block, filled, from] = [new Uint8Array(0), 0, 0];
      return {
        push(piece) {
          for (let at = 0; at < piece.length; ) {
            if (filled === 0) block = new Uint8Array(width * Math.min(rows, n - from));
            const part = piece.subarray(at, at + block.length - filled);
            block.set(part, filled);
            filled += part.length;
            at += part.length;
            if (filled < block.length) continue;
            const count = block.length / width;
            give(numpyTensor(code, [count, ...row], block, fortran, name, elementsIn));
            [filled, from] = [0, from + count];
          }
        },
        end() {},
      };
    },
    name,
  );
}

function headerIn(
  bytes: Uint8Array,
  isWhole: boolean,
  total: number,
  name: string,
): Header<Omit<NpyFile, "elements">> | undefined {
  if (bytes.length < 12 && !isWhole) return undefined;
  if (bytes.length < 10 || latin1(bytes.subarray(0, 6)) !== magic) {
    throw invalidFile(name, "a .npy file", "other bytes at its start", "save the array with numpy.save");
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new InputError("unsupported", name, {
      expected: "version 1, 2 or 3 of the .npy format",
      got: `version ${version}`,
      remedy: "save the array with numpy.save",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true);
  if (length > mostOf(dataLimits.header)) throw beyond(dataLimits.header, name, `${length}`, "save it again");
  if (from + length > bytes.length && !isWhole) return undefined;
  if (length === 0 || from + length > bytes.length) {
    throw invalidFile(name, `a header of ${length} bytes`, `${bytes.length - from} bytes`, "the file is truncated");
  }
  const header = parseHeader(latin1(bytes.subarray(from, from + length)), name);
  const size = total - from - length;
  const type = elementTypeOf(header.code);
  if (type) requireSize(type, header.shape, size, name);
  return { header, length: from + length, size };
}

/** What a whole .npy file holds. @throws InputError as `npyReader` does. */
export function openNpy(bytes: Uint8Array, name = "npy data"): NpyFile {
  const reader = npyReader(bytes.length, name);
  reader.push(bytes);
  return reader.end();
}

/**
 * The array of a .npy file, row-major whatever the order and byte order in the file.
 *
 * @throws InputError for another kind of file, an unsupported element type, and a size that differs from the header's.
 */
export function readNpy(bytes: Uint8Array, name = "npy data"): Tensor {
  return npyTensor(openNpy(bytes, name), name);
}

/** The array in a file that was read, whose elements nobody else has. @throws InputError for an unsupported type. */
export function npyTensor({ code, shape, fortran, elements }: NpyFile, name: string): Tensor {
  return numpyTensor(code, shape, elements, fortran, name, elementsIn);
}

/**
 * The row-major tensor of NumPy's elements, whose type is a code such as "<f8".
 *
 * @throws InputError for another element type, and where there are more or fewer bytes than the shape needs.
 */
export function readNumpyElements(
  code: string,
  shape: readonly number[],
  bytes: Uint8Array,
  fortran: boolean,
  name: string,
): Tensor {
  return numpyTensor(code, shape, bytes, fortran, name, readElements);
}

function numpyTensor(
  code: string,
  shape: readonly number[],
  bytes: Uint8Array,
  fortran: boolean,
  name: string,
  read: typeof readElements,
): Tensor {
  if (code.slice(1) === HALF) {
    const { data } = numpyTensor(`${code[0]}u2`, shape, bytes, fortran, name, read);
    return { type: "float32", shape, data: widened("float16", data as Uint16Array) };
  }
  const type = elementTypeOf(code);
  if (type === undefined) throw unsupportedType(code, name);
  const bigEndian = code[0] === ">";
  if (!fortran) return read(type, shape, bytes, bigEndian, name);
  return reverseAxes(read(type, shape.toReversed(), bytes, bigEndian, name));
}

function unsupportedType(code: string, name: string): InputError {
  return new InputError("unsupported", `element type of ${name}`, {
    expected: `one of ${[HALF, ...Object.keys(elementTypes)].join(", ")}`,
    got: code,
    remedy: isNumeric.test(code)
      ? "convert it with numpy's astype before saving"
      : "save numbers: columns of objects or texts as numbers, classes in an array of their own",
  });
}

/** The element type that a code of NumPy such as "<f8" means, if it is one of ours. */
export function elementTypeOf(code: string): ElementType | undefined {
  const known = Object.hasOwn(elementTypes, code.slice(1)) && "<>|=".includes(code[0]);
  return known ? elementTypes[code.slice(1)] : undefined;
}

/** The bytes of a .npy file (version 1.0, row-major, little-endian) that holds the tensor, as NumPy writes them. */
export function writeNpy(x: Tensor): Uint8Array {
  const code = Object.keys(elementTypes).find((key) => elementTypes[key] === x.type);
  const order = code?.endsWith("1") ? "|" : "<";
  const shape = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(", ");
  const header = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Spaces and a newline bring the data to a multiple of 64, so that readers may map it into memory.
  const from = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(from + x.data.byteLength).fill(0x20, 0, from);
  for (let i = 0; i < magic.length; i++) bytes[i] = magic.charCodeAt(i);
  bytes.set([1, 0, (from - 10) & 255, (from - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes[from - 1] = 0x0a;
  bytes.set(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength), from);
  return bytes;
}

function parseHeader(text: string, name: string): Omit<NpyFile, "elements"> {
  const kind = /'descr': *('([^']*)'|\[)/.exec(text);
  const order = /'fortran_order': *(True|False)/.exec(text);
  const dimensions = /'shape': *\(([^)]*)\)/.exec(text);
  const shape = dimensions?.[1].split(",").map((part) => part.trim());
  if (shape?.at(-1) === "") shape.pop();
  if (!kind || !order || !shape?.every((part) => integer.test(part))) {
    throw invalidFile(
      name,
      "a header with descr, fortran_order and shape",
      `"${text.trim().slice(0, 80)}"`,
      "save it again",
    );
  }
  if (shape.length > mostOf(dataLimits.axes))
    throw beyond(dataLimits.axes, name, `${shape.length}`, "reshape the array");
  return {
    code: kind[2] ?? "a structure",
    shape: shape.map((part) => Number.parseInt(part, 10)),
    fortran: order[1] === "True",
  };
}

/** The transpose that reverses the order of all axes: turns Fortran order into C order. */
function reverseAxes(x: Tensor): Tensor {
  const shape = x.shape.toReversed();
  const data = allocate(x.type, sizeOf(shape));
  const position = new Array<number>(shape.length).fill(0);
  // Steps in the source for one step along each axis of the result.
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0, from = 0; i < data.length; i++) {
    data[i] = x.data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++position[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
  return { type: x.type, shape, data };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
