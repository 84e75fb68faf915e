// ONNX Runtime for Node, handed to the core; how long it computes is watched.

import "./noTelemetry.ts";
import { cpus } from "node:os";
import { type Ort, type Runtime, runtimeFrom } from "@carom/core";
import * as ort from "onnxruntime-node";
import { startWatch, watched } from "./watch.ts";

/** One intra-op thread, so that recorded numbers do not depend on how work was divided. */
export function nodeRuntime(): Runtime {
  startWatch();
  const [{ model } = { model: "unknown" }] = cpus();
  const runtime = runtimeFrom(ort as unknown as Ort, { device: `${process.arch} ${model.trim()}` });
  return {
    ...runtime,
    async compile(...graph) {
      const session = await watched(() => runtime.compile(...graph));
      return { ...session, run: (...rows) => watched(() => session.run(...rows)) };
    },
  };
}
