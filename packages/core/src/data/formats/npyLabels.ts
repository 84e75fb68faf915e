// Labels in a .npy file: numbers, texts of fixed length, or Python objects that are either.

import { InputError } from "../../errors.ts";
import { sizeOf, type Tensor } from "../../tensor.ts";
import { invalidFile, requireBytes, requireCount } from "./elements.ts";
import { type NpyFile, npyTensor } from "./npy.ts";
import { isObject, type PickleValue, readPickle } from "./pickle.ts";
import { pickledArray, pickledTensor } from "./pickledArrays.ts";

/** An array of numbers, or of words in row-major order. */
export type LabelArray = Tensor | { readonly shape: readonly number[]; readonly data: readonly string[] };

/** NumPy's types of texts in UCS-4 (U) or bytes (S) of some length, and of Python objects (O). */
const wordType = /^([<>|=]?)([USO])(\d*)$/;

/**
 * The labels in a .npy file that was read: numbers as they are, texts and objects as words; "" where there is none.
 *
 * Objects are a pickle, of which nothing is run; texts, numbers and truth values in it are read.
 *
 * @throws InputError for other objects, and where `npyTensor` does.
 */
export function npyLabels(file: NpyFile, name: string): LabelArray {
  const { code, shape } = file;
  const [, order, kind, size] = wordType.exec(code) ?? [];
  if (kind === undefined) return npyTensor(file, name);
  if (kind === "O") return { shape, data: objects(file, name) };
  return { shape, data: texts(file, (kind === "U" ? 4 : 1) * Number(size), kind === "U", order === ">", name) };
}

/** Texts of so many bytes each; zeros at their end are filling. */
function texts(
  { shape, elements }: NpyFile,
  size: number,
  isWide: boolean,
  bigEndian: boolean,
  name: string,
): string[] {
  requireBytes(shape, size, "texts", elements.length, name);
  const count = sizeOf(shape);
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  return Array.from({ length: count }, (_, i) => {
    if (!isWide) return utf8(elements.subarray(i * size, (i + 1) * size), name);
    let text = "";
    for (let at = i * size; at < (i + 1) * size; at += 4) {
      const point = view.getUint32(at, !bigEndian);
      if (point > 0x10ffff) throw invalidFile(name, "texts in Unicode", `character ${point}`, "save them again");
      text += String.fromCodePoint(point);
    }
    return withoutFilling(text);
  });
}

const withoutFilling = (text: string) => text.replace(/\0+$/, "");
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return withoutFilling(decoder.decode(bytes));
  } catch {
    throw invalidFile(name, "texts in UTF-8", "bytes that are none", "save them as numpy.str_");
  }
}

/** The objects of a pickled array. */
function objects({ shape, elements }: NpyFile, name: string): string[] {
  const array = readPickle(elements, name);
  const state = isObject(array) && Array.isArray(array.state) ? array.state : [];
  const items = state[4];
  const count = requireCount(shape, name);
  if (!Array.isArray(items) || items.length !== count) {
    throw invalidFile(name, `${count} pickled objects`, "something else", "save the labels as texts or numbers");
  }
  return items.map((item) => word(item, name));
}

function word(item: PickleValue, name: string): string {
  if (item === null) return "";
  if (typeof item === "string") return item;
  if (typeof item === "boolean") return item ? "True" : "False";
  if (item instanceof Uint8Array) return utf8(item, name);
  const array = pickledArray(item);
  const scalar = array && pickledTensor(array, name);
  const value = scalar?.data.length === 1 ? scalar.data[0] : item;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  throw new InputError("unsupported", `objects of ${name}`, {
    expected: "texts or integers",
    got: "objects of another kind",
    remedy: "number the classes: y = numpy.unique(y, return_inverse=True)[1]",
  });
}
