// What remains of a run when all has been computed loses nothing of that.

import { InputError } from "@carom/core";
import { MissingInput } from "@carom/core/study";
import { tell } from "../terminal/print.ts";

/**
 * Does what remains when all has been computed: reading results and writing the files of a run. Where that fails, it is
 * told that nothing that was computed is lost.
 */
export async function keepingResults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MissingInput) throw gone();
    tell("what was computed is in the store; the same command makes the report without computing it again");
    throw error;
  }
}

function gone(): InputError {
  return new InputError("missing", "results in the store", {
    expected: "what was computed to stay there",
    got: "some of it gone",
    remedy: "see whether another program empties it, and start the same command again: it computes what is missing",
  });
}
