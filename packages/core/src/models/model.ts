// A model: ONNX bytes plus what an attack must know of them.

import { InputError } from "../errors.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { upgrade } from "../onnx/upgrade.ts";

export interface Model {
  /** The file itself. */
  readonly bytes: Uint8Array;
  /** The graph, brought to one opset; undefined where the file holds something we cannot read. */
  readonly onnx: OnnxModel | undefined;
  /** Why there is no graph, where there is none. */
  readonly unreadable: string | undefined;
  /** Whether the scores are probabilities; losses are then of their logarithm. */
  readonly probabilities: boolean;
  /** Class names from the metadata, where the file has them. */
  readonly classNames: readonly string[] | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A model from a graph that we built: input `x`, output `scores`. */
export function modelFromGraph(onnx: OnnxModel): Model {
  return { ...describe(onnx), bytes: writeModel(onnx), onnx, unreadable: undefined };
}

/**
 * A model from the bytes of an ONNX file.
 *
 * A file that is sound but holds what we cannot read (other element types, control flow) still is a model whose
 * scores can be asked for.
 *
 * @throws InputError where the bytes are no ONNX model.
 */
export function modelFromBytes(bytes: Uint8Array): Model {
  try {
    const onnx = readModel(bytes);
    return { ...describe(onnx), bytes, ...upgraded(onnx) };
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "unsupported") throw error;
    return { bytes, onnx: undefined, unreadable: error.message, ...describe({ metadata: {} }) };
  }
}

function upgraded(onnx: OnnxModel): Pick<Model, "onnx" | "unreadable"> {
  try {
    return { onnx: upgrade(onnx), unreadable: undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { onnx: undefined, unreadable: error.message };
  }
}

function describe({ metadata }: Pick<OnnxModel, "metadata">) {
  return {
    metadata,
    probabilities: metadata.scores === "probabilities",
    classNames: metadata.classes === undefined ? undefined : parseClasses(metadata.classes),
  };
}

/** Class names as `fit` writes them: a JSON list of strings. Other tools' metadata of that name is left alone. */
function parseClasses(text: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}
