// The labels that a file gives beside its scores.

import type { Tensor } from "../tensor.ts";
import { type Batch, inBatches } from "./batches.ts";
import { convert, rowsInput } from "./endpoints.ts";
import type { Model } from "./model.ts";
import type { Reading } from "./reading.ts";
import type { Session } from "./runtime.ts";

/** Asks a compiled file for its labels, as positions among its classes. */
export function ownLabels(session: Session, { reading }: Model, classes: number, batch: Batch) {
  const output = session.outputs.find(({ name }) => name === reading?.labels)?.name;
  return async (x: Tensor): Promise<Int32Array | undefined> => {
    if (output === undefined) return undefined;
    const { input, inputShape, inputType } = rowsInput(session);
    const given: unknown[] = [];
    await inBatches({ [input.name]: convert(x, inputShape, inputType) }, batch, async (part) => {
      const { [output]: said } = await session.run(part, [output]);
      for (const label of said.data as Iterable<unknown>) given.push(label);
      return [];
    });
    // What fills up the last call comes last.
    const labels = Int32Array.from(given.slice(0, x.shape[0]), (label) => positionOf(label, reading, classes));
    return labels.length < x.shape[0] || labels.includes(-1) ? undefined : labels;
  };
}

/** Where a label stands among the names of the classes, which are 0 to K-1 where the file gives none. */
function positionOf(label: unknown, reading: Reading | undefined, classes: number): number {
  const isPosition = typeof label !== "string" && reading?.areLabelsPositions;
  if (reading?.classNames && !isPosition) return reading.classNames.indexOf(String(label));
  return /^\d+$/.test(String(label)) && Number(label) < classes ? Number(label) : -1;
}
