// Layers drawn at random: each number has its own, so that a failing one is known by seed and number.

import { stream } from "../../src/random.ts";
import type { GradientCase } from "./check.ts";
import { type DrawLayer, drawsFrom } from "./layers/draws.ts";
import * as elements from "./layers/elements.ts";
import * as tensors from "./layers/tensors.ts";
import * as windows from "./layers/windows.ts";

/** Ways to draw a layer, by family. */
export const families: Readonly<Record<string, DrawLayer>> = {
  Conv: windows.drawConv,
  ConvTranspose: windows.drawConvTranspose,
  MaxPool: windows.drawMaxPool,
  AveragePool: windows.drawAveragePool,
  LpPool: windows.drawLpPool,
  network: windows.drawNetwork,
  MatMul: tensors.drawMatMul,
  Gemm: tensors.drawGemm,
  Einsum: tensors.drawEinsum,
  reduction: tensors.drawReduction,
  normalization: tensors.drawNormalization,
  attention: tensors.drawAttention,
  Slice: elements.drawSlice,
  gather: elements.drawGather,
  scatter: elements.drawScatter,
  shape: elements.drawShape,
  Resize: elements.drawResize,
  function: elements.drawFunction,
};

/** The layer of a family that belongs to a seed and a number; no input has more than `limit` elements. */
export function layerOf(family: string, seed: number, number: number, limit: number): GradientCase {
  for (let attempt = 0; ; attempt++) {
    const draws = drawsFrom(stream(seed, family, number, attempt));
    const layer = families[family](draws, limit);
    if (!layer) continue;
    const attributes = JSON.stringify(layer.attributes ?? {});
    return { ...layer, name: `${family} ${number} of seed ${seed}: ${layer.op} ${attributes}` };
  }
}
