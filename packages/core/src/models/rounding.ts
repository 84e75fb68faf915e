// What a model's inputs of whole numbers make of rows of real ones.

import { sizeOf, type Tensor } from "../tensor.ts";
import { factorOf, type InputPart, isReal } from "./inputNodes.ts";
import { type ModelWarning, modelWarning } from "./modelWarning.ts";

/** Numbers this far from what they are rounded to are another number, and not float32's way to write it. */
const ROUNDED = 1e-3;

/** A warning where inputs of whole numbers or of bytes get others, which the model rounds before it sees them. */
export function roundingWarning(parts: readonly InputPart[] | undefined, rows: Tensor): readonly ModelWarning[] {
  if (!parts) return [];
  const width = sizeOf(rows.shape.slice(1));
  let from = 0;
  for (const part of parts) {
    const { name, type, shape } = part;
    const to = from + sizeOf(shape);
    if (type !== "text" && !isReal(type)) {
      const factor = factorOf(part);
      let [rounded, all, example] = [0, 0, 0];
      for (let row = 0; row < rows.shape[0]; row++) {
        for (let j = from; j < to; j++, all++) {
          const value = Number(rows.data[row * width + j]);
          if (Math.abs(value * factor - Math.round(value * factor)) <= ROUNDED) continue;
          if (rounded++ === 0) example = value;
        }
      }
      if (rounded > 0) return modelWarning("rounding", sentenceOn(name, factor !== 1, rounded / all, example));
    }
    from = to;
  }
  return [];
}

function sentenceOn(name: string, isByte: boolean, share: number, example: number): string {
  const takes = isByte ? "bytes, which are parts of 255 here" : "whole numbers";
  return (
    `Input "${name}" of the model takes ${takes}; ${Number((100 * share).toPrecision(2))} % of the numbers in these ` +
    `rows are others, such as ${example}, and are rounded to the nearest before the model sees them. Give the data ` +
    "as the model was trained on."
  );
}
