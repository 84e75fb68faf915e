// The injected runtime: whoever uses the core hands it onnxruntime-node or onnxruntime-web.

import type { OnnxModel } from "../onnx/graph.ts";
import { splitModel } from "../onnx/proto.ts";
import type { ElementType, Tensor } from "../tensor.ts";
import { allocate } from "../tensor.ts";
import { cudaLimits, type Limits, processorLimits, webgpuLimits } from "./limits.ts";

/**
 * The part of an ONNX Runtime package that is used: `onnxruntime-node` and `onnxruntime-web` are such. It is written
 * out here, so that the types of the core need no package of ONNX Runtime.
 */
export interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<OrtSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OrtTensor;
  /** Versions of the package's parts. */
  readonly env?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** A tensor of ONNX Runtime's. */
interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly size: number;
  readonly data: unknown;
}

/** Tensors by the names of inputs or outputs. */
type OrtTensors = Readonly<Record<string, OrtTensor>>;

/** A session of ONNX Runtime's. */
interface OrtSession {
  readonly inputMetadata: readonly OrtValue[];
  readonly outputMetadata: readonly OrtValue[];
  run(feeds: OrtTensors): Promise<OrtTensors>;
  run(feeds: OrtTensors, fetch: readonly string[]): Promise<OrtTensors>;
  release(): Promise<void>;
}

/** What ONNX Runtime says of an input or output. */
type OrtValue =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

/** The parts of ONNX Runtime that execute graphs: on the processor, on a GPU of NVIDIA's, on any GPU. */
export type Provider = "cpu" | "cuda" | "webgpu";

/** What computes: on a processor, numbers of one identity are equal to the last bit. */
export interface RuntimeIdentity {
  readonly provider: Provider;
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

/** What is compiled: the bytes of an ONNX file, or a model in memory, whose weights are then not copied into such. */
export type Compilable = Uint8Array | OnnxModel;

/** The bytes of a file, or of the weights of a model. */
export function bytesIn(model: Compilable): number {
  if (model instanceof Uint8Array) return model.length;
  let sum = 0;
  for (const { data } of model.graph.initializers.values()) sum += data.byteLength;
  return sum;
}

/** A place where graphs are computed: what it is, what it can take, and models compiled into sessions. */
export interface Runtime {
  readonly identity: RuntimeIdentity;
  readonly limits: Limits;
  /** Where that is computed which gains nothing on another device, or needs float64; itself on a processor. */
  readonly processor: Runtime;
  compile(model: Compilable): Promise<Session>;
}

/** Where ONNX Runtime computes, and with how many threads. */
export interface RuntimeOptions {
  readonly threads?: number;
  /** The processor where absent. */
  readonly provider?: Provider;
  /** How the processor or GPU names itself. */
  readonly device?: string;
  /** Further options of sessions (`InferenceSession.SessionOptions` of the package), which prevail. */
  readonly session?: object;
}

/** What ONNX Runtime is asked for. WebGPU's other layout, channels last, took up to twice the time on images. */
const executionProviders: Readonly<Record<Provider, readonly (string | object)[]>> = {
  cpu: ["cpu"],
  cuda: ["cuda"],
  webgpu: [{ name: "webgpu", preferredLayout: "NCHW" }],
};

const limitsOf: Readonly<Record<Provider, Limits>> = { cpu: processorLimits, cuda: cudaLimits, webgpu: webgpuLimits };

/**
 * A runtime from an ONNX Runtime package.
 *
 * In Node, the package reports to its vendor what models it runs (names of classes and of the graph, its producer), and
 * keeps an identity of the device in the user's cache, unless `ORT_DISABLE_TELEMETRY` is set before the first session
 * is made. It is set to 1 here where the environment does not say otherwise.
 *
 * One intra-op thread is the default because recorded numbers are computed that way: with several, last bits depend
 * on how the work was divided.
 *
 * @example
 * ```ts
 * import { runtimeFrom } from "@carom/core";
 * import * as ort from "onnxruntime-node";
 *
 * const { identity } = runtimeFrom(ort);
 * console.log(identity.provider); // cpu
 * ```
 */
export function runtimeFrom(ort: Ort, options: RuntimeOptions = {}): Runtime {
  const { provider = "cpu", device = "unknown" } = options;
  const { process } = globalThis as { readonly process?: { readonly env?: Record<string, string | undefined> } };
  if (process?.env) process.env.ORT_DISABLE_TELEMETRY ??= "1";
  // NVIDIA's libraries round the factors of products to 10 bits unless told not to: gradients are then off by percents.
  if (process?.env && provider === "cuda") process.env.NVIDIA_TF32_OVERRIDE = "0";
  const runtime: Runtime = {
    identity: { provider, version: ort.env?.versions?.common ?? "unknown", device },
    limits: limitsOf[provider],
    get processor() {
      return processor;
    },
    async compile(model) {
      const { bytes, outside } = model instanceof Uint8Array ? { bytes: model, outside: [] } : splitModel(model);
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: executionProviders[provider],
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        // The arena grows by doubling, so that with large weights a good part of it is never used.
        enableCpuMemArena: bytesIn(model) < ARENA_BYTES,
        ...(outside.length > 0 && { externalData: outside }),
        // What fails is told by what it throws; the runtime's own lines would come first, in colours.
        logSeverityLevel: 4,
        ...options.session,
      });
      return wrap(ort, session);
    },
  };
  const processor: Runtime = provider === "cpu" ? runtime : runtimeFrom(ort);
  return runtime;
}

/** Bytes of graphs that are so large that their sessions take memory as they need it. */
const ARENA_BYTES = 64 * 2 ** 20;

function wrap(ort: Ort, session: OrtSession): Session {
  const describe = (value: OrtValue): SessionValue =>
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

function toOrt(ort: Ort, tensors: Readonly<Record<string, Tensor>>): OrtTensors {
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
