// Features and labels as arrays: two of them in a .npz archive, or a pair of IDX files.

import {
  bytesSource,
  type DataReading,
  type DatasetInput,
  InputError,
  idxReader,
  type LabelArray,
  type NpzFile,
  openNpzFile,
  sideBySide,
  type Tensor,
} from "@carom/core";
import { contentOf, type InputFile, unpacker } from "./inputFile.ts";
import type { DataOptions } from "./loadedData.ts";
import { requireRoomFor } from "./room.ts";

/** What a dataset is made from, and what there is to say of it. */
type Parts = DatasetInput & { readonly reading: Partial<DataReading> };

/**
 * The arrays x (or images) and y (or target, or the one named) of a .npz file; without an array x or images, all arrays but
 * that of the labels, side by side.
 */
export async function readArchive(file: InputFile, { label, bytes }: DataOptions): Promise<Parts> {
  const source = file.isGzip ? bytesSource(await contentOf(file)) : file;
  const archive = await openNpzFile(source, unpacker, file.name);
  const candidates = label === undefined ? ["y", "target"] : [label];
  const y = pick(archive, file.name, candidates, "name the array of labels with --label");
  requireRoomFor(`array "${y}" of ${file.name}`, archive.bytesOf(y));
  const labels = labelList(await archive.readLabels(y), `array "${y}" of ${file.name}`);
  const reading = { label: y, labelBecause: label === undefined ? "name" : "asked" } as const;
  const others = archive.names.filter((each) => each !== y);
  const x = ["x", "images"].find((each) => others.includes(each));
  const read = x === undefined ? others : [x];
  requireRoomFor(
    `features of ${file.name}`,
    read.reduce((sum, each) => sum + archive.bytesOf(each), 0),
  );
  if (x !== undefined) return { features: await archive.read(x), labels, reading };
  if (others.length === 0) {
    pick(archive, file.name, ["x", "images"], "save the features with numpy.savez(file, x=..., y=...)");
  }
  const arrays = new Map<string, Tensor>();
  for (const each of others) arrays.set(each, await archive.read(each));
  return { ...sideBySide(arrays, bytes), labels, reading: { ...reading, arrays: others } };
}

/** The arrays of two IDX files. */
export async function readIdxPair(images: InputFile, labels: InputFile): Promise<Parts> {
  const read = async (file: InputFile) => {
    requireRoomFor(file.name, file.unpackedSize);
    const reader = idxReader(file.unpackedSize, file.name);
    for await (const piece of file.unpacked()) reader.push(piece);
    return reader.end();
  };
  return { features: await read(images), labels: labelList(await read(labels), labels.name), reading: {} };
}

function pick({ names }: NpzFile, name: string, candidates: readonly string[], remedy: string): string {
  const found = candidates.find((candidate) => names.includes(candidate));
  if (found !== undefined) return found;
  throw new InputError("missing", `array in ${name}`, {
    expected: candidates.join(" or "),
    got: names.length === 0 ? "no arrays" : `arrays ${names.join(", ")}`,
    remedy,
  });
}

/** The labels in an array [N] or [N, 1]. */
function labelList(y: LabelArray, name: string): LabelArray["data"] {
  if (y.shape.length >= 1 && y.data.length === y.shape[0]) return y.data;
  throw new InputError("invalid", `labels in ${name}`, {
    expected: "one integer per row, shape [N]",
    got: `shape [${y.shape.join(", ")}]`,
    remedy: "turn one-hot rows into class numbers with numpy's argmax",
  });
}
