// What remains of a run when all has been computed loses nothing of that.

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
    // That says of itself that some of it is gone.
    if (!(error instanceof MissingInput)) {
      tell("what was computed is in the store; the same command makes the report without computing it again");
    }
    throw error;
  }
}
