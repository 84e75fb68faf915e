// What every node must satisfy, whatever its operator: files come from anywhere, and rules trust what they are given.

import { InputError } from "../errors.ts";
import type { Dim } from "./dim.ts";
import type { Node } from "./graph.ts";
import { MAX_RANK } from "./limits.ts";
import { nodeError } from "./operator.ts";
import type { ValueType } from "./valueType.ts";

/** How many inputs an operator cannot do without; 1 where it is not listed. */
const required: Readonly<Record<string, number>> = {
  ...entries(0, ["Constant"]),
  ...entries(2, ["Add", "And", "CastLike", "Conv", "ConvTranspose", "Div", "Equal", "Expand", "Gather"]),
  ...entries(2, ["GatherElements", "Gemm", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "MatMul", "Mul", "Or"]),
  ...entries(2, ["CumSum", "GatherND", "LayerNormalization", "Mod", "PRelu", "Pad", "Pow", "Reshape", "Sub"]),
  ...entries(2, ["DequantizeLinear", "QuantizeLinear", "Tile", "TopK", "Unsqueeze", "Xor"]),
  ...entries(3, ["InstanceNormalization", "Range", "ScatterElements", "ScatterND", "Slice", "Where"]),
  ...entries(5, ["BatchNormalization"]),
};

/** Operators that take any number of inputs, each of which must be there. */
const variadic: ReadonlySet<string> = new Set(["Concat", "Einsum", "Max", "Mean", "Min", "Sum"]);

/** Operators on images: their first input has axes for samples and channels. */
const onImages: ReadonlySet<string> = new Set([
  "AveragePool",
  "BatchNormalization",
  "Conv",
  "ConvTranspose",
  "GlobalAveragePool",
  "GlobalMaxPool",
  "InstanceNormalization",
  "LpPool",
  "MaxPool",
]);

/** Operators on the blocks of two-dimensional images. */
const onBlocks: ReadonlySet<string> = new Set(["DepthToSpace", "SpaceToDepth"]);

/** Operators whose second input says where in the first: whole numbers. */
const byPlace: ReadonlySet<string> = new Set(["Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND"]);

/** @throws InputError where an input that the operator needs is missing, has too few axes, or no whole numbers. */
export function checkInputs(node: Node, inputs: readonly (ValueType | undefined)[]): void {
  const needed = variadic.has(node.op) ? Math.max(1, inputs.length) : (required[node.op] ?? 1);
  for (let i = 0; i < needed; i++) {
    if (!inputs[i]) throw nodeError(node, `at least ${needed} inputs`, `no input ${i + 1}`);
  }
  const places = byPlace.has(node.op) ? inputs[1]?.type : undefined;
  if (places?.startsWith("float")) throw nodeError(node, "places as whole numbers", `numbers of type ${places}`);
  const rank = inputs[0]?.shape.length ?? 0;
  if (onBlocks.has(node.op) && rank !== 4) throw nodeError(node, "images [N, C, H, W]", `shape [${inputs[0]?.shape}]`);
  if (onImages.has(node.op) && rank < 2) throw nodeError(node, "samples with channels", `shape [${inputs[0]?.shape}]`);
  const weights = inputs[1]?.shape.length;
  if (node.op.startsWith("Conv") && (rank < 3 || weights !== rank)) {
    throw nodeError(node, "an input and weights of the same number of axes, 3 or more", `${rank} and ${weights}`);
  }
}

/** @throws InputError where a rule found a shape that no tensor can have: its node is at fault. */
export function checkOutputs(node: Node, outputs: readonly ValueType[]): void {
  node.outputs.forEach((name, i) => {
    if (name !== "" && !outputs[i])
      throw nodeError(node, `at most ${outputs.length} outputs`, `${node.outputs.length}`);
  });
  for (const { shape, content } of outputs) {
    if (shape.length > MAX_RANK) throw nodeError(node, `at most ${MAX_RANK} axes`, `${shape.length}`);
    if (!shape.every(isSize)) throw nodeError(node, "attributes that make a shape", `[${shape}]`);
    if (content && !content.every(isContent)) throw nodeError(node, "finite numbers", `[${content}]`);
  }
}

/** @throws InputError where a declared shape is none. */
export function checkShape(name: string, shape: readonly Dim[]): void {
  if (shape.length <= MAX_RANK && shape.every(isSize)) return;
  throw new InputError("invalid", `shape of "${name}"`, {
    expected: `at most ${MAX_RANK} sizes below 2^53`,
    got: shape.length > MAX_RANK ? `${shape.length} sizes` : `[${shape}]`,
    remedy: "export the model again",
  });
}

function isSize(dim: Dim | undefined): boolean {
  return typeof dim === "string" || (Number.isSafeInteger(dim) && (dim as number) >= 0);
}

function isContent(dim: Dim | undefined): boolean {
  return typeof dim === "string" || Number.isFinite(dim);
}

function entries(count: number, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, count]));
}
