// ONNX Runtime reports what it runs to its vendor unless the environment forbids it when the runtime is loaded:
// processes of the command line begin with this environment, and who imports their files singly imports this one first.

export const noTelemetry = { ORT_DISABLE_TELEMETRY: "1" };
Object.assign(process.env, noTelemetry);
