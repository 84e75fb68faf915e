// ONNX numbers its element types; these are the ones the project computes with.

import type { ElementType } from "../tensor.ts";
import { halfOf } from "./halfTypes.ts";

const numbers: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** The number ONNX gives an element type (`TensorProto.DataType`). */
export function elementTypeNumber(type: ElementType): number {
  return numbers[type];
}

/**
 * The element type that tensors of a number's type are read as, which is float32 for those of 16 bits; undefined where
 * the project does not compute with it.
 */
export function elementTypeOf(number: number): ElementType | undefined {
  if (halfOf(number)) return "float32";
  return (Object.keys(numbers) as ElementType[]).find((type) => numbers[type] === number);
}
