// Sizes that a stranger's file leaves open, fixed: of the row of its only input, or of axes by their names.

import { InputError, unknownName } from "../errors.ts";
import type { Dim } from "../onnx/dim.ts";
import type { OnnxModel, ValueInfo } from "../onnx/graph.ts";

/** The sizes of one row of the only input, or the sizes of open axes by their names. */
export type OpenSizes = readonly number[] | Readonly<Record<string, number>>;

/** The file with its open sizes fixed. @throws InputError where it does not have them */
export function withSizes(file: OnnxModel, sizes: OpenSizes): OnnxModel {
  const { inputs } = file.graph;
  const fixed = isRowShape(sizes) ? [fixedInput(inputs, sizes)] : inputs.map(namedSizes(inputs, sizes));
  // What else carries the name of an open size has that size too; it is inferred anew.
  const outputs = file.graph.outputs.map(({ shape: _, ...output }) => output);
  return { ...file, graph: { ...file.graph, inputs: fixed, outputs } };
}

/** Whether sizes are those of one row. */
export function isRowShape(sizes: OpenSizes): sizes is readonly number[] {
  return Array.isArray(sizes);
}

function fixedInput(inputs: readonly ValueInfo[], sizes: readonly number[]): ValueInfo {
  if (inputs.length !== 1)
    throw refusedSizes("sizes by the names of open axes, since there are several inputs", `${sizes}`);
  const [input] = inputs;
  const { name, shape = ["N", ...sizes] } = input;
  const agrees = shape.length === sizes.length + 1 && sizes.every((size, i) => isOpenOr(size, shape[i + 1]));
  if (!agrees) throw refusedSizes(`sizes for the input "${name}" [${shape.slice(1).join(", ")}]`, `[${sizes}]`);
  return { ...input, shape: [shape[0], ...sizes] };
}

function namedSizes(inputs: readonly ValueInfo[], sizes: Readonly<Record<string, number>>) {
  const open = new Set(inputs.flatMap(({ shape }) => shape?.slice(1) ?? []).filter((dim) => typeof dim === "string"));
  for (const name of Object.keys(sizes)) if (!open.has(name)) unknownName("open axis of the model", name, [...open]);
  return (input: ValueInfo): ValueInfo => {
    if (!input.shape) return input;
    const [rows, ...row] = input.shape;
    return { ...input, shape: [rows, ...row.map((dim) => (typeof dim === "string" ? (sizes[dim] ?? dim) : dim))] };
  };
}

function isOpenOr(size: number, dim: Dim): boolean {
  return typeof dim === "string" || dim <= 0 || dim === size;
}

function refusedSizes(expected: string, got: string): InputError {
  return new InputError("invalid", "option --input-shape", {
    expected,
    got,
    remedy: "give those of one row, such as 3,224,224, or name open axes, such as sequence=16",
  });
}
