// Images and their labels as two IDX files.

import { InputError } from "../../errors.ts";
import type { DataFile, DataFormat } from "./format.ts";
import { idxReader } from "./idx.ts";
import { labelList } from "./labelList.ts";

const idxName = /[.-]idx\d?(-ubyte)?(\.gz)?$/i;

/** A pair of files, named `images,labels`. */
export const idxFormat: DataFormat = {
  name: "IDX",
  spelling: "IDX as images,labels",
  pathsIn(text) {
    const paths = text.split(",");
    if (paths.length === 2) return paths;
    if (paths.length > 1 || !idxName.test(text)) return undefined;
    throw new InputError("missing", `labels of ${text}`, {
      expected: "IDX files of images and of labels",
      got: "one of them",
      remedy: "give both with a comma between them",
    });
  },
  options: ["bytes"],
  async read([images, labels]) {
    return { features: await read(images), labels: labelList(await read(labels), labels.name), reading: {} };
  },
};

async function read(file: DataFile) {
  file.requireRoomFor(file.name, file.unpackedSize);
  const reader = idxReader(file.unpackedSize, file.name);
  for await (const piece of file.unpacked()) reader.push(piece);
  return reader.end();
}
