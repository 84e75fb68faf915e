// Features and labels as two NumPy files.

import type { DataFile, DataFormat } from "./format.ts";
import { labelList } from "./labelList.ts";
import { openNpy, readNpy } from "./npy.ts";
import { npyLabels } from "./npyLabels.ts";

/** A pair of files, named `features.npy,labels.npy`. */
export const npyPairFormat: DataFormat = {
  name: ".npy",
  spelling: ".npy as features.npy,labels.npy",
  pathsIn(text) {
    const paths = text.split(",");
    return paths.length === 2 && paths.every((path) => /\.npy(\.gz)?$/i.test(path)) ? paths : undefined;
  },
  options: ["bytes"],
  async read([features, labels]) {
    const x = readNpy(await bytesOf(features), features.name);
    const y = npyLabels(openNpy(await bytesOf(labels), labels.name), labels.name);
    return { features: x, labels: labelList(y, labels.name), reading: {} };
  },
};

async function bytesOf(file: DataFile): Promise<Uint8Array> {
  file.requireRoomFor(file.name, 2 * file.unpackedSize);
  return file.content();
}
