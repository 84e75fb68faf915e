// Images and their labels as two IDX files.

import { InputError } from "../../errors.ts";
import type { FloatType, Tensor } from "../../tensor.ts";
import type { DataFile, DataFormat } from "./format.ts";
import { readNumbers } from "./headed.ts";
import { idxNumbersReader, idxReader } from "./idx.ts";
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
    images.requireRoomFor(images.name, images.unpackedSize);
    const reader = (into: FloatType) => idxNumbersReader(images.unpackedSize, into, images.name);
    const features = await readNumbers(images.unpacked, reader);
    return { features, labels: labelList(await arrayIn(labels), labels.name), reading: {} };
  },
};

async function arrayIn(file: DataFile): Promise<Tensor> {
  file.requireRoomFor(file.name, file.unpackedSize);
  const reader = idxReader(file.unpackedSize, file.name);
  for await (const piece of file.unpacked()) reader.push(piece);
  return reader.end();
}
