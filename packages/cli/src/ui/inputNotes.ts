// What is said of how a model's inputs were read, where that is more than one tensor of real numbers.

import type { Model } from "@carom/core";
import type { InputPart } from "@carom/core/models";
import type { OnnxModel } from "@carom/core/onnx";

/**
 * A sentence for each thing that a reader of the numbers must know; none for a single input of real numbers. Rounding
 * concerns those alone who took gradients.
 */
export function inputNotes(
  { parts, onnx }: Model,
  { attackAt, gradients }: { readonly attackAt: string | undefined; readonly gradients: boolean },
): readonly string[] {
  const notes: string[] = [];
  if (attackAt !== undefined) {
    notes.push(
      `Attacked at "${attackAt}" inside the model: budgets are in its units, and no input need exist that leads ` +
        "to the points that were crafted.",
    );
  }
  const held = names(parts, ({ kind, type }) => kind === "fixed" && type !== "text");
  if (held) notes.push(`Attacks leave ${held} as given.`);
  const rounded = names(parts, ({ kind, type }) => kind !== "fixed" && type !== "text" && !type.startsWith("float"));
  if (rounded && gradients) notes.push(`Gradients pass the rounding of ${rounded} as if it were not there.`);
  if (onnx?.halves) notes.push(`Numbers of 16 bits: ${inFloat32(onnx.halves)}.`);
  return notes;
}

/** What is computed in float32 of a file of 16-bit numbers. */
export function inFloat32({ type, isWidened }: NonNullable<OnnxModel["halves"]>): string {
  return `${type}, ${isWidened ? "computed in float32" : "whose gradients are those of the same graph in float32"}`;
}

function names(parts: readonly InputPart[] | undefined, is: (part: InputPart) => boolean): string {
  return (parts ?? [])
    .filter(is)
    .map(({ name }) => `"${name}"`)
    .join(", ");
}
