// ONNX Runtime for Node, handed to the core.

import "./noTelemetry.ts";
import { cpus } from "node:os";
import { type Ort, type Runtime, runtimeFrom } from "@carom/core";
import * as ort from "onnxruntime-node";

/** One intra-op thread, so that recorded numbers do not depend on how work was divided. */
export function nodeRuntime(): Runtime {
  const [{ model } = { model: "unknown" }] = cpus();
  return runtimeFrom(ort as unknown as Ort, { device: `${process.arch} ${model.trim()}` });
}
