// Types of 16 bits in ONNX files. They are read as float32, so that what is computed of them has gradients.

import type { Half } from "../halves.ts";
import type { Attributes } from "./graph.ts";

/** The numbers ONNX gives their types, and float32. */
const halves: Readonly<Record<number, Half>> = { 10: "float16", 16: "bfloat16" };
const FLOAT32 = 1;

/** The type of 16 bits that ONNX gives a number, or undefined where it is that of another type. */
export function halfOf(number: number): Half | undefined {
  return halves[number];
}

/** Attributes that name the type of what a node computes. */
const TYPES = ["to", "dtype", "output_dtype"] as const;

/** The attributes of a node that computes in float32 where it computed in 16 bits. */
export function inFloat32(attributes: Attributes): Attributes {
  const changed = TYPES.filter((name) => typeOf(attributes, name) !== undefined);
  if (changed.length === 0) return attributes;
  return { ...attributes, ...Object.fromEntries(changed.map((name) => [name, { int: FLOAT32 }])) };
}

/** The type of 16 bits that attributes ask for, if any. */
export function askedHalf(attributes: Attributes): Half | undefined {
  return TYPES.map((name) => typeOf(attributes, name)).find((half) => half !== undefined);
}

function typeOf(attributes: Attributes, name: string): Half | undefined {
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return attribute && "int" in attribute ? halfOf(attribute.int) : undefined;
}
