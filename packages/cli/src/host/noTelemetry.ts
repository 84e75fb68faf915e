// ONNX Runtime reports what it runs to its vendor unless the environment forbids it. Imported before the runtime is.

process.env.ORT_DISABLE_TELEMETRY = "1";
