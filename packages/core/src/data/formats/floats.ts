// Numbers of a binary file that become floating-point while they arrive: what the file takes is never in memory beside
// them.

import { widened } from "../../halves.ts";
import { allocate, type ElementType, elementBytes, type FloatType, sizeOf, type Tensor, viewOf } from "../../tensor.ts";
import { type PrecisionCheck, precisionCheck } from "../table/precision.ts";
import { swapBytes } from "./elements.ts";
import { allocated, type ElementSink } from "./headed.ts";

/** How elements stand in a file. */
export interface ElementLayout {
  readonly type: ElementType | "float16";
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  /** Whether the first index runs fastest. */
  readonly fortran: boolean;
}

/** Elements that are decoded at a time. */
const CHUNK = 2 ** 16;
/** Types whose every number is one of float32. */
const narrow: readonly string[] = ["float16", "float32", "int8", "uint8", "int16", "uint16", "bool"];

/**
 * Keeps elements as floating-point numbers, row-major.
 *
 * The tensor is undefined where float32 was wanted and loses what matters, as `checkOf` says.
 *
 * @throws InputError for what does not fit into memory
 */
export function floatSink(
  { type, shape, bigEndian, fortran }: ElementLayout,
  into: FloatType,
  name: string,
  checkOf: (width: number) => PrecisionCheck = precisionCheck,
): Required<Omit<ElementSink<Tensor<FloatType> | undefined>, "place">> {
  const width = sizeOf(shape.slice(1));
  const data = allocated(() => allocate(into, sizeOf(shape)), `${sizeOf(shape)} numbers`, name);
  const check = into === "float32" && !narrow.includes(type) ? checkOf(width) : undefined;
  const place = fortran ? columnMajor(shape, data, check, width) : rowMajor(data, check, width);
  const decoder = elementDecoder(type, bigEndian, place);
  return {
    isTooNarrow: () => check?.isTooNarrow() === true,
    push: decoder.push,
    end() {
      decoder.end();
      return check?.isTooNarrowInAll() ? undefined : { type: into, shape, data };
    },
  };
}

/** Turns bytes that arrive into numbers, some at a time. */
export function elementDecoder(type: ElementLayout["type"], bigEndian: boolean, place: Place): ElementSink<void> {
  const stored: ElementType = type === "float16" ? "uint16" : type;
  const size = elementBytes(stored);
  const chunk = new Uint8Array(size * CHUNK);
  let filled = 0;
  const decode = () => {
    const count = filled / size;
    const bytes = chunk.subarray(0, filled);
    if (bigEndian) swapBytes(bytes, size);
    const elements = viewOf(stored, bytes);
    if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
      place(Float64Array.from(elements, Number), count);
    } else place(type === "float16" ? widened("float16", elements as Uint16Array) : elements, count);
    filled = 0;
  };
  return {
    push(piece) {
      for (let from = 0; from < piece.length; ) {
        const count = Math.min(piece.length - from, chunk.length - filled);
        chunk.set(piece.subarray(from, from + count), filled);
        from += count;
        filled += count;
        if (filled === chunk.length) decode();
      }
    },
    end: decode,
  };
}

/** Puts the next numbers where they belong. */
type Place = (numbers: ArrayLike<number>, count: number) => void;
type Floats = Float32Array | Float64Array;

function rowMajor(data: Floats, check: PrecisionCheck | undefined, width: number): Place {
  let [at, column] = [0, 0];
  return (numbers, count) => {
    if (!check) data.set(numbers, at);
    else {
      for (let k = 0; k < count; k++) {
        data[at + k] = numbers[k];
        check.note(column, numbers[k]);
        if (++column === width) column = 0;
      }
    }
    at += count;
  };
}

function columnMajor(shape: readonly number[], data: Floats, check: PrecisionCheck | undefined, width: number): Place {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const position = new Array<number>(shape.length).fill(0);
  let at = 0;
  return (numbers, count) => {
    for (let k = 0; k < count; k++) {
      data[at] = numbers[k];
      check?.note(at % width, numbers[k]);
      for (let axis = 0; axis < shape.length; axis++) {
        at += strides[axis];
        if (++position[axis] < shape[axis]) break;
        at -= strides[axis] * shape[axis];
        position[axis] = 0;
      }
    }
  };
}
