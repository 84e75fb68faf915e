// How many parts a file has, counted on its bytes, before anything is made of them.

import { InputError } from "../errors.ts";
import { MAX_PARTS } from "./limits.ts";

/** Fields that hold what is counted: the graph and functions of a model, and the nodes, and so on, of these. */
const GRAPH = 7;
const FUNCTION = 25;

/**
 * Holds a file to a number of parts: nodes, constants, inputs and all else that a model, its graph and its functions
 * list. Ten million empty ones are 20 MB of a file and gigabytes once they are read.
 *
 * Bytes that are no message are left to whoever reads them.
 *
 * @throws InputError where there are more than `MAX_PARTS`.
 */
export function requireFewParts(bytes: Uint8Array): void {
  let count = 0;
  const scan = (from: number, to: number, isModel: boolean): void => {
    let at = from;
    /** The next variable-length number; at the end of the bytes, or where it is longer than ten, the scan is over. */
    const next = (): number => {
      let value = 0;
      for (let shift = 1; at < to && shift < 2 ** 70; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
      at = to;
      return 0;
    };
    while (at < to) {
      const key = next();
      const [field, wire] = [Math.floor(key / 8), key % 8];
      if (++count > MAX_PARTS) throw tooMany();
      if (wire === 0) next();
      else if (wire === 2) {
        const end = Math.min(to, next() + at);
        if (isModel && (field === GRAPH || field === FUNCTION)) scan(at, end, false);
        at = end;
      } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
      else return;
    }
  };
  scan(0, bytes.length, true);
}

function tooMany(): InputError {
  return new InputError("invalid", "ONNX file", {
    expected: `at most ${MAX_PARTS} nodes, constants and other parts`,
    got: "more",
    remedy: "export the model again, or name another file",
  });
}
