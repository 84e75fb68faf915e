// Weights that a model keeps in other files: only from the model's own folder, wherever its names point.

import { closeSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { InputError } from "@carom/core";
import type { ReadOptions } from "@carom/core/onnx";

type ExternalData = NonNullable<ReadOptions["externalData"]>;

/**
 * A reader of the files beside a model.
 *
 * A model is somebody else's file, so what it names is not trusted: absolute paths, paths that climb out of the folder
 * and links that lead out of it are refused, and no more is read than the tensor needs.
 *
 * @throws InputError (from the reader) where the name leaves the folder, there is no such file, or it is too short.
 */
export function externalDataBeside(modelPath: string): ExternalData {
  const folder = realpathSync(dirname(modelPath));
  return (location, offset, length) => {
    const bad = (got: string) => refused(modelPath, location, got);
    if (isAbsolute(location) || /^[a-z]:/i.test(location) || location.includes("\0")) throw bad("an absolute path");
    if (location.split(/[/\\]/).includes("..")) throw bad('a path with ".."');
    if (!Number.isSafeInteger(offset) || offset < 0) throw bad(`the offset ${offset}`);
    if (length !== undefined && (!Number.isSafeInteger(length) || length < 0)) throw bad(`the length ${length}`);
    const path = real(resolve(folder, location));
    if (path === undefined) throw bad("no such file");
    const within = relative(folder, path);
    if (within === "" || within.split(sep)[0] === ".." || isAbsolute(within)) throw bad("a link that leads out of it");
    return readPart(path, offset, length, bad);
  };
}

function readPart(path: string, offset: number, length: number | undefined, bad: (got: string) => InputError) {
  const file = openSync(path, "r");
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw bad("no regular file");
    const wanted = length ?? status.size - offset;
    if (offset + wanted > status.size || wanted < 0) throw bad(`a file of ${status.size} bytes`);
    const bytes = new Uint8Array(wanted);
    for (let done = 0; done < wanted; ) {
      const count = readSync(file, bytes, done, wanted - done, offset + done);
      if (count === 0) throw bad("a file that became shorter");
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** The path with all links followed, or undefined where there is nothing. */
function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function refused(modelPath: string, location: string, got: string): InputError {
  return new InputError("invalid", `external data "${location}" of model ${modelPath}`, {
    expected: "a file in the model's folder, as long as the model says",
    got,
    remedy: "save the model as one file, or put its weights beside it",
  });
}
