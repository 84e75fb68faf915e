// What the command is at, told to the process that watches it: should the runtime crash, nobody else can say.

import { visible } from "../terminal/visible.ts";

/** What the command tells the process that watches it. */
export interface Doing {
  /** What is computed, such as `model net.onnx`. */
  readonly doing: string;
}

/** Says what is computed from now on. */
export function tellDoing(doing: string): void {
  process.send?.({ doing: visible(doing) } satisfies Doing);
}
