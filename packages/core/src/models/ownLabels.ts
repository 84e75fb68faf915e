// The labels that a file gives beside its scores.

import type { Tensor } from "../tensor.ts";
import { type Batch, inBatches } from "./batches.ts";
import { convert, rowsInput } from "./endpoints.ts";
import type { Model } from "./model.ts";
import type { Session } from "./runtime.ts";

/** Asks a compiled file for its labels, as positions among its classes. */
export function ownLabels(session: Session, { reading }: Model, batch: Batch) {
  const output = session.outputs.find(({ name }) => name === reading?.labels)?.name;
  return async (x: Tensor): Promise<Int32Array | undefined> => {
    if (output === undefined) return undefined;
    const { input, inputShape, inputType } = rowsInput(session);
    const names: string[] = [];
    await inBatches({ [input.name]: convert(x, inputShape, inputType) }, batch, async (part) => {
      const { [output]: given } = await session.run(part, [output]);
      for (const label of given.data as Iterable<unknown>) names.push(String(label));
      return [];
    });
    // What fills up the last call comes last.
    const labels = Int32Array.from(names.slice(0, x.shape[0]), (name) => positionOf(name, reading?.classNames));
    return labels.length < x.shape[0] || labels.includes(-1) ? undefined : labels;
  };
}

/** Where a label stands among the names of the classes, which are 0 to K-1 where the file gives none. */
function positionOf(label: string, classNames: readonly string[] | undefined): number {
  if (classNames) return classNames.indexOf(label);
  return /^\d+$/.test(label) ? Number(label) : -1;
}
