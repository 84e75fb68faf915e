// Operators of ONNX Runtime's own domain, into which it and its tools fuse others, written out; one file per kind.

import { DequantizeLinear } from "../rewrites/dequantizeLinear.ts";
import { QuantizeLinear } from "../rewrites/quantizeLinear.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";
import { Attention, MultiHeadAttention } from "./attention.ts";
import { BiasGelu, FastGelu, Gelu, QuickGelu } from "./gelu.ts";
import { FusedConv, FusedGemm, FusedMatMul } from "./products.ts";
import * as quantized from "./quantized.ts";
import { SkipLayerNormalization, SkipSimplifiedLayerNormalization } from "./skipNormalization.ts";

/** What files call the domain. */
export const MICROSOFT = "com.microsoft";

const operators: Readonly<Record<string, Rewrite>> = {
  Attention,
  BiasGelu,
  DequantizeLinear: { rewrite: DequantizeLinear.rewrite },
  FastGelu,
  FusedConv,
  FusedGemm,
  FusedMatMul,
  Gelu,
  MultiHeadAttention,
  QuantizeLinear: { rewrite: QuantizeLinear.rewrite },
  QuickGelu,
  SkipLayerNormalization,
  SkipSimplifiedLayerNormalization,
  ...quantized,
};

/** How each is written out, by its full name. */
export const microsoft: Readonly<Record<string, Rewrite>> = Object.fromEntries(
  Object.entries(operators).map(([op, rewrite]) => [`${MICROSOFT}.${op}`, rewrite]),
);
