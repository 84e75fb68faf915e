// Model files on disk, with the weights that they may keep in files beside them.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { InputError, type Model, modelFromBytes, normalizedModel, readModel, writeModel } from "@carom/core";
import type { ModelOptions } from "../ui/modelOptions.ts";
import { externalDataBeside } from "./externalData.ts";
import { readBytes } from "./read.ts";

/** The model in a file, read as the options say, and the SHA-256 of its bytes, weights beside the file included. */
export async function loadModel(
  path: string,
  options: ModelOptions = {},
): Promise<{ readonly model: Model; readonly contentHash: string }> {
  const file = await readBytes("model file", path);
  const model = modelFromBytes(file);
  const whole = model.onnx ? undefined : withWeightsInside(path, file);
  const bytes = whole ?? file;
  return {
    model: { ...readAs(whole ? modelFromBytes(whole) : model, options), name: basename(path) },
    contentHash: createHash("sha256").update(bytes).digest("hex"),
  };
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
