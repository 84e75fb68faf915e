// What every node must satisfy, whatever its operator: files come from anywhere, and rules trust what they are given.

import { InputError } from "../errors.ts";
import type { Dim } from "./dim.ts";
import type { Node } from "./graph.ts";
import { MAX_RANK } from "./limits.ts";
import { nodeError, type Operator } from "./operator.ts";
import type { ValueType } from "./valueType.ts";

type Inputs = readonly (ValueType | undefined)[];

/** @throws InputError where an input that the operator needs is missing, or is nothing that it takes. */
export function checkInputs(node: Node, { required = 1, check }: Operator, inputs: Inputs): void {
  const needed = required === "all" ? Math.max(1, inputs.length) : required;
  for (let i = 0; i < needed; i++) {
    if (!inputs[i]) throw nodeError(node, `at least ${needed} inputs`, `no input ${i + 1}`);
  }
  check?.(node, inputs);
}

/** @throws InputError unless the first input has axes for samples and channels, as images have. */
export function requireImages(node: Node, [x]: Inputs): void {
  if (x!.shape.length < 2) throw nodeError(node, "samples with channels", `shape [${x!.shape}]`);
}

/** @throws InputError unless the first input is two-dimensional images, which have blocks. */
export function requireBlocks(node: Node, [x]: Inputs): void {
  if (x!.shape.length !== 4) throw nodeError(node, "images [N, C, H, W]", `shape [${x!.shape}]`);
}

/** @throws InputError unless the second input says where in the first: whole numbers. */
export function requirePlaces(node: Node, [, places]: Inputs): void {
  const { type } = places!;
  if (type.startsWith("float")) throw nodeError(node, "places as whole numbers", `numbers of type ${type}`);
}

/** @throws InputError unless the second input is the weights of a convolution over the first. */
export function requireWeights(node: Node, inputs: Inputs): void {
  requireImages(node, inputs);
  const [rank, weights] = [inputs[0]!.shape.length, inputs[1]!.shape.length];
  if (rank < 3 || weights !== rank) {
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
