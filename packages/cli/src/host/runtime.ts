// ONNX Runtime for Node, handed to the core: on the processor, or on a GPU that computes the same.

import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { InputError, type Runtime, runtimeFrom, writeModel } from "@carom/core";
import { type Provider, requireSameGradients } from "@carom/core/models";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { tell } from "../terminal/print.ts";
import { onnxRuntime } from "./onnxruntime.ts";
import { watched } from "./watch.ts";

/** What may be asked to compute; auto is the first GPU that computes what the processor does, else the processor. */
export type Device = Provider | "auto";
export const devices: readonly Device[] = ["cpu", "cuda", "webgpu", "auto"];

/** A runtime as it is; one intra-op thread on a processor, so that numbers do not depend on how work was divided. */
export function nodeRuntime(provider: Provider = "cpu"): Runtime {
  const device = provider === "cpu" ? processorName() : gpuName();
  const runtime = runtimeFrom(onnxRuntime(), { provider, device });
  const watchedRuntime: Runtime = {
    ...runtime,
    get processor() {
      return provider === "cpu" ? watchedRuntime : runtime.processor;
    },
    // Whatever asks for it: how long it takes is decided by a file.
    async compile(model) {
      const session = await watched(() => runtime.compile(model));
      return { ...session, run: (feeds, fetch) => watched(() => session.run(feeds, fetch)) };
    },
  };
  return watchedRuntime;
}

/**
 * The runtime of a device, after its gradients were held against the processor's.
 *
 * @throws InputError where it cannot be used, with what is to be installed
 */
export async function openDevice(device: Device = "cpu"): Promise<Runtime> {
  if (device !== "auto") return checked(device);
  for (const provider of ["cuda", "webgpu"] as const) {
    const runtime = await checked(provider).catch((error: unknown) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    if (!runtime) continue;
    tell(`computing on ${runtime.identity.device} (${provider})`);
    return runtime;
  }
  tell("computing on the processor: no GPU could be used (--device cuda and --device webgpu say why)");
  return nodeRuntime();
}

async function checked(provider: Provider): Promise<Runtime> {
  const runtime = nodeRuntime(provider);
  if (provider === "cpu") return runtime;
  // The first session of a provider loads its libraries, and fails where there are none.
  await runtime.compile(sameAgain()).then(
    (session) => session.release(),
    (error: Error) => {
      throw notThere(provider, error.message);
    },
  );
  await requireSameGradients(runtime);
  return runtime;
}

/** A file whose output is its input. */
function sameAgain(): Uint8Array {
  const g = new GraphBuilder();
  g.output(g.node("Identity", [g.input("x", "float32", ["N"])]), "y");
  return writeModel(modelOf(g.graph()));
}

/** What there is to install, by device. */
const remedies: Readonly<Record<"cuda" | "webgpu", string>> = {
  cuda:
    "lay libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so of the same version beside the " +
    "libraries of onnxruntime-node, and put CUDA 13 and cuDNN 9 on LD_LIBRARY_PATH (docs/gpu.md)",
  webgpu: "install the GPU's driver and the Vulkan loader, libvulkan1 on Debian and Ubuntu (docs/gpu.md)",
};

function notThere(provider: "cuda" | "webgpu", message: string): InputError {
  return new InputError("unsupported", `device ${provider}`, {
    expected: `a GPU that ONNX Runtime ${onnxRuntime().env.versions.common} can use`,
    got: reasonIn(message),
    remedy: `${remedies[provider]}, or compute on the processor (--device cpu)`,
  });
}

/** What the runtime says, without places in its source. */
function reasonIn(message: string): string {
  const [last] = message.split("\n").filter((line) => line.trim() !== "");
  return (last ?? "a failure without a message")
    .replace(/^.*\) /s, "")
    .replace(/^.*was false\. /s, "")
    .slice(0, 300);
}

function processorName(): string {
  const [{ model } = { model: "unknown" }] = cpus();
  return `${process.arch} ${model.trim()}`;
}

/** The first GPU as NVIDIA's driver names it on Linux; other drivers are not asked. */
function gpuName(): string {
  const folder = "/proc/driver/nvidia/gpus";
  try {
    const [first] = readdirSync(folder).sort();
    return /^Model:\s*(.+)$/m.exec(readFileSync(`${folder}/${first}/information`, "utf8"))?.[1].trim() ?? "a GPU";
  } catch {
    return "a GPU";
  }
}
