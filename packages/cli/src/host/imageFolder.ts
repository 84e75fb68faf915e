// A folder of images on disk: classes as sub-folders, or images with a list of labels beside them.

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Dataset, dataset, InputError } from "@carom/core";
import { areLabelledImages, type ImageOptions, readImages } from "@carom/core/data";
import { decode } from "jpeg-js";
import { readBytes, readWritten } from "./read.ts";
import { requireRoomFor } from "./room.ts";

/** Whether a folder holds images: a list of labels, or sub-folders with images in them. */
export async function isImageFolder(folder: string): Promise<boolean> {
  return areLabelledImages(await pathsIn(folder).catch(() => []));
}

/** The fault of a folder that holds neither images for each class nor anything else that is read. */
export async function otherFolder(folder: string): Promise<InputError> {
  const paths = await pathsIn(folder);
  const example = paths.find((path) => path.includes("/")) ?? paths[0];
  return new InputError("unsupported", `folder ${folder}`, {
    expected: "PNG or JPEG images in a sub-folder for each class, or with labels.csv, or a folder feature_vectors",
    got: example === undefined ? "an empty folder" : `what is none of these, such as ${example}`,
    remedy: "give the folder whose sub-folders are the classes, with images saved as PNG or JPEG",
  });
}

/** Files of a folder and of its sub-folders, with "/" between them. */
async function pathsIn(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) paths.push(entry.name);
    else for (const name of await readdir(join(folder, entry.name))) paths.push(`${entry.name}/${name}`);
  }
  return paths;
}

/**
 * The images of a folder, as the core reads them, with the hash of what was read.
 *
 * @throws InputError for a file that cannot be read, and as `readImages` does
 */
export async function loadImages(
  folder: string,
  options: ImageOptions = {},
): Promise<{
  readonly dataset: Dataset;
  readonly contentHash: string;
  readonly names: readonly string[];
  readonly size: string;
}> {
  const hash = createHash("sha256");
  const { images, size, ...parts } = await readImages(
    {
      folder,
      paths: await pathsIn(folder),
      readList: (path) => readWritten("list of labels", join(folder, path)),
      async readImage({ path, label }) {
        const content = await readBytes("image", join(folder, path));
        hash.update(`${path}\0${label}\0${content.length}\0`).update(content);
        return content;
      },
      decodeJpeg: decode,
      requireRoomFor,
    },
    options,
  );
  return {
    dataset: dataset(parts),
    contentHash: hash.digest("hex"),
    names: images.map(({ path }) => basename(path).replace(/\.[a-z]+$/i, "")),
    size,
  };
}
