// ONNX Runtime for Node, loaded when a model is first computed: it is an optional part of the install.

import "./noTelemetry.ts";
import { createRequire } from "node:module";
import { InputError } from "@carom/core";

type OnnxRuntime = typeof import("onnxruntime-node");

const require = createRequire(import.meta.url);
let loaded: OnnxRuntime | undefined;

/** The package `onnxruntime-node`. @throws InputError where it is not installed, or not for this machine */
export function onnxRuntime(): OnnxRuntime {
  return (loaded ??= load());
}

function load(): OnnxRuntime {
  try {
    const ort: OnnxRuntime = require("onnxruntime-node");
    // What fails is told by what it throws, also where a provider's library cannot be loaded.
    ort.env.logLevel = "fatal";
    return ort;
  } catch (error) {
    const [line] = (error as Error).message.split("\n");
    // npm leaves out an optional package whose install script fails; that of ONNX Runtime fetches what only a GPU
    // needs.
    throw new InputError("missing", "ONNX Runtime", {
      expected: "the package onnxruntime-node, which computes models",
      got: (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND" ? "none" : line,
      remedy:
        "npm install --ignore-scripts onnxruntime-node@1.30.0 beside carom: its script needs the network, carom " +
        "does not need its script",
    });
  }
}
