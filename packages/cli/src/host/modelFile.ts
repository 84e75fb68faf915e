// Model files on disk, with the weights that they may keep in files beside them.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { InputError, type Model, modelFromBytes, readModel, writeModel } from "@carom/core";
import {
  cutAt,
  type FileOptions,
  type Normalization,
  normalizedModel,
  type OpenSizes,
  type RowsOfInputs,
  withSizes,
} from "@carom/core/models";
import type { OnnxModel } from "@carom/core/onnx";
import { externalDataBeside } from "./externalData.ts";
import { readModelBytes } from "./modelFormats.ts";

/** How a stranger's model file is to be read. */
export interface ModelOptions {
  readonly normalize?: Normalization;
  readonly classes?: string[];
  readonly inputShape?: OpenSizes;
  readonly attackAt?: string;
  readonly output?: string;
}

/** A model as it was found in a file. */
interface ModelFile {
  readonly model: Model;
  /** What leads from the data to the input of the model, where attacks begin inside the file. */
  readonly front?: Model;
  /** SHA-256 of the bytes, of weights beside the file too. */
  readonly contentHash: string;
}

/**
 * The model in a file, read as the options say, and the SHA-256 of its bytes, weights beside the file included.
 *
 * @param data what is known of the data that the model's inputs will be given
 */
export async function loadModel(path: string, options: ModelOptions = {}, data: RowsOfInputs = {}): Promise<ModelFile> {
  const file = await readModelBytes(path);
  const reading = { ...(options.output !== undefined && { output: options.output }), ...data };
  const isChanged = options.inputShape !== undefined || options.attackAt !== undefined;
  const own = isChanged ? undefined : modelFromBytes(file, reading);
  const bytes = (own?.onnx ? undefined : withWeightsInside(path, file)) ?? file;
  const contentHash = createHash("sha256").update(bytes).digest("hex");
  const name = basename(path);
  if (own) {
    const model = bytes === file ? own : modelFromBytes(bytes, reading);
    return { model: { ...readAs(model, options), name }, contentHash };
  }
  const read = readModel(bytes);
  const sized = options.inputShape === undefined ? read : withSizes(read, options.inputShape);
  const modelOf = (half: OnnxModel, said: FileOptions) => ({ ...modelFromBytes(writeModel(half), said), name });
  if (options.attackAt === undefined) return { model: readAs(modelOf(sized, reading), options), contentHash };
  const { front, back } = cutAt(sized, options.attackAt);
  return { model: readAs(modelOf(back, reading), options), ...(front && { front: modelOf(front, data) }), contentHash };
}

function readAs(model: Model, { normalize, classes }: ModelOptions): Model {
  const behind = normalize ? normalizedModel(model, normalize) : model;
  return classes ? { ...behind, classNames: classes } : behind;
}

/**
 * The same model as one file, or undefined where it keeps no weights elsewhere.
 *
 * The runtime is given bytes, not paths, so it could not find them itself; nor would it check where the names point.
 */
function withWeightsInside(path: string, bytes: Uint8Array): Uint8Array | undefined {
  const read = externalDataBeside(path);
  let isOutside = false;
  try {
    const model = readModel(bytes, {
      externalData(...part) {
        isOutside = true;
        return read(...part);
      },
    });
    return isOutside ? writeModel(model) : undefined;
  } catch (error) {
    // What cannot be read for another reason is still a model, if it is one file.
    if (error instanceof InputError && error.code === "unsupported" && !isOutside) return undefined;
    throw error;
  }
}
