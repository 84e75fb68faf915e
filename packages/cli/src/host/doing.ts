// What the command is at, told to the process that watches it: should the command be ended, nobody else can say.

import { visible } from "../terminal/visible.ts";
import { startWatch } from "./watch.ts";

/** What the command tells the process that watches it. */
export interface Doing {
  /** What is computed, such as `model net.onnx`. */
  readonly doing: string;
}

/** A command that ends by itself, in its own time, once it has been asked to. */
export interface Drains {
  readonly drains: true;
}

/** What was told last. */
let doing = "what was asked";

/** What is computed. */
export function doingNow(): string {
  return doing;
}

/** Says what is computed from now on; strangers' files decide what that takes, so it is watched. */
export function tellDoing(what: string): void {
  startWatch();
  doing = visible(what);
  // Where nobody listens any more, the end of the process is near.
  process.send?.({ doing } satisfies Doing, () => {});
}
