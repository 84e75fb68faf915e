// The injected runtime: whoever uses the core hands it onnxruntime-node or onnxruntime-web.

import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { ElementType, Tensor } from "../tensor.ts";
import { allocate } from "../tensor.ts";
import { type Limits, processorLimits } from "./limits.ts";

/** The part of an ONNX Runtime package that is used. */
export interface Ort {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: typeof OrtTensor;
  /** Versions of the package's parts. */
  readonly env?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** What computes: numbers of one identity are equal to the last bit. */
export interface RuntimeIdentity {
  /** The part of ONNX Runtime that executes graphs. */
  readonly provider: "cpu";
  /** The version of ONNX Runtime. */
  readonly version: string;
  /** The kind of processor or GPU, as it names itself; "unknown" where the host does not say. */
  readonly device: string;
}

/** A compiled graph. */
export interface Session {
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  /** Computes the outputs named in `fetch`, all where absent. */
  run(feeds: Readonly<Record<string, Tensor>>, fetch?: readonly string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** An input or output of a session; `shape` is undefined for what is no tensor. */
export interface SessionValue {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[] | undefined;
}

/** A place where graphs are computed: what it is, what it can take, and ONNX bytes compiled into sessions. */
export interface Runtime {
  readonly identity: RuntimeIdentity;
  readonly limits: Limits;
  compile(bytes: Uint8Array): Promise<Session>;
}

export interface RuntimeOptions {
  readonly threads?: number;
  /** How the processor names itself. */
  readonly device?: string;
}

/**
 * A runtime from an ONNX Runtime package.
 *
 * In Node, the package reports to its vendor what models it runs (names of classes and of the graph, its producer), and
 * keeps an identity of the device in the user's cache, unless `ORT_DISABLE_TELEMETRY` is set before the first session is
 * made. It is set to 1 here where the environment does not say otherwise.
 *
 * One intra-op thread is the default because recorded numbers are computed that way: with several, last bits depend
 * on how the work was divided.
 */
export function runtimeFrom(ort: Ort, options: RuntimeOptions = {}): Runtime {
  const { process } = globalThis as { readonly process?: { readonly env?: Record<string, string | undefined> } };
  if (process?.env) process.env.ORT_DISABLE_TELEMETRY ??= "1";
  return {
    identity: { provider: "cpu", version: ort.env?.versions?.common ?? "unknown", device: options.device ?? "unknown" },
    limits: processorLimits,
    async compile(bytes) {
      const session = await ort.InferenceSession.create(bytes, {
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        // The arena grows by doubling, so that with large weights a good part of it is never used.
        enableCpuMemArena: bytes.length < ARENA_BYTES,
        // What fails is told by what it throws; the runtime's own lines would come first, in colours.
        logSeverityLevel: 4,
      });
      return wrap(ort, session);
    },
  };
}

/** Bytes of graphs that are so large that their sessions take memory as they need it. */
const ARENA_BYTES = 64 * 2 ** 20;

function wrap(ort: Ort, session: InferenceSession): Session {
  const describe = (value: InferenceSession.ValueMetadata): SessionValue =>
    value.isTensor
      ? { name: value.name, type: value.type, shape: value.shape }
      : { name: value.name, type: "no tensor", shape: undefined };
  return {
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    async run(feeds, fetch) {
      const inputs = toOrt(ort, feeds);
      const outputs = fetch ? await session.run(inputs, [...fetch]) : await session.run(inputs);
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)]));
    },
    release: () => session.release(),
  };
}

function toOrt(ort: Ort, tensors: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, shape }]) => [
      name,
      new ort.Tensor(type as "float32", data as Float32Array, [...shape]),
    ]),
  );
}

function fromOrt(value: OrtTensor): Tensor {
  const type = value.type as ElementType;
  // An empty tensor comes back without data in some hosts.
  const data = value.size === 0 ? allocate(type, 0) : (value.data as Float32Array);
  return { type, shape: [...value.dims], data };
}
