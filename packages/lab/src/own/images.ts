// Images that the user dropped, as the core reads a folder of them.

import { dataset, featureCount, rowCount } from "@carom/core";
import { describeReading, isImageFile, labelListIn, readImages } from "@carom/core/data";
import { decode } from "jpeg-js";
import { requireRoomFor } from "./files.ts";
import type { DataChoices } from "./options.ts";
import { type OwnData, type OwnFile, pathOf } from "./read.ts";
import { inPageWords } from "./words.ts";

/** The images among files, and lists of labels beside them; nothing where there are no images. */
export function imagesAmong(files: readonly OwnFile[]): readonly OwnFile[] {
  const images = files.filter(({ name }) => isImageFile(name) || labelListIn([name]) !== undefined);
  return images.some(({ name }) => isImageFile(name)) ? images : [];
}

/** The options that say something about images. */
export const heededByImages = ["label", "box", "bytes"] as const;

/** Images in sub-folders, or beside a list of labels. @throws InputError as `readImages` does */
export async function readOwnImages(files: readonly OwnFile[], choices: DataChoices): Promise<OwnData> {
  const folder = folderOf(files);
  const inside = new Map(files.map((file) => [pathOf(file).slice(folder === "" ? 0 : folder.length + 1), file.bytes]));
  const read = async (path: string) => inside.get(path)!;
  const { images, size, ...parts } = await readImages(
    {
      folder,
      paths: [...inside.keys()],
      readList: read,
      readImage: ({ path }) => read(path),
      decodeJpeg: decode,
      requireRoomFor,
    },
    choices,
  );
  const data = dataset(parts);
  const facts = { rows: rowCount(data), features: featureCount(data), classes: data.classNames.length };
  const reading = describeReading(folder || "the images", { ...facts, images: size, bytes: choices.bytes ?? "unit" });
  return { data, reading: inPageWords(reading) };
}

/** The folder that all files lie in: the one that was dropped, or none where its sub-folders were. */
function folderOf(files: readonly OwnFile[]): string {
  const [first, ...others] = files.map(({ folder = "" }) => folder.split("/"));
  const common = first.findIndex((part, i) => others.some((parts) => parts[i] !== part));
  return first.slice(0, common < 0 ? first.length : common).join("/");
}
