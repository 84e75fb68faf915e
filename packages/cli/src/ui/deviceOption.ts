// Where models are computed, as an option of verbs that compute.

import { unknownName } from "@carom/core";
import type { Command } from "commander";
import { type Device, devices } from "../host/runtime.ts";

export interface DeviceOptions {
  readonly device?: Device;
}

/** Adds --device. */
export function withDeviceOption(command: Command): Command {
  return command.option(
    "--device <name>",
    "what computes models: cpu, as where absent; cuda, a GPU of NVIDIA's; webgpu, any GPU; or auto, the first " +
      "of these GPUs that computes what the processor does",
    (name): Device => devices.find((device) => device === name) ?? unknownName("device", name, devices),
  );
}
