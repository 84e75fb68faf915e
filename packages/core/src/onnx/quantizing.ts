// Operators that quantize, or compute with what is quantized: gradients go straight through their rounding.

import { MICROSOFT } from "./microsoft/index.ts";
import * as quantized from "./microsoft/quantized.ts";

export const quantizing: ReadonlySet<string> = new Set([
  "ConvInteger",
  "DequantizeLinear",
  "DynamicQuantizeLinear",
  "MatMulInteger",
  "QLinearConv",
  "QLinearMatMul",
  "QuantizeLinear",
  ...["DequantizeLinear", "QuantizeLinear", ...Object.keys(quantized)].map((op) => `${MICROSOFT}.${op}`),
]);
