// Data on this machine: files of whatever format, Drebin's folder, the demonstration's digits; the dataset and its
// hash.

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { dataset, featureCount, InputError, rowCount } from "@carom/core";
import {
  type DataFile,
  type DataOptions,
  type DataReading,
  type DataTask,
  dataFormats,
  formatOf,
  meaningOfBytes,
} from "@carom/core/data";
import { type ContentHash, contentHash } from "./contentHash.ts";
import { identityOf } from "./dataIdentity.ts";
import { DIGITS, loadDigits } from "./digits.ts";
import { tellDoing } from "./doing.ts";
import { isDrebinFolder, loadDrebin } from "./drebin.ts";
import { isImageFolder, loadImages, otherFolder } from "./imageFolder.ts";
import { contentOf, type InputFile, openInput, unpacker } from "./inputFile.ts";
import type { LoadedData } from "./loadedData.ts";
import { isParquet, parquetOptions, readParquet } from "./parquet.ts";
import { requireRoomFor } from "./room.ts";

/**
 * The dataset in a file, in a pair of IDX files named `images,labels`, in a folder as Drebin has it, or the
 * demonstration's, named `digits`; images in a folder.
 *
 * @throws InputError for a file that is missing, of an unknown format, or not sound.
 */
export async function loadDataset(spec: string, options: DataTask = {}): Promise<LoadedData> {
  const isInFolder = spec !== DIGITS && (await isFolder(spec));
  const isImages = isInFolder && (await isImageFolder(spec));
  const isDrebin = isInFolder && !isImages;
  if (isDrebin && !(await isDrebinFolder(spec))) throw await otherFolder(spec);
  const found = spec === DIGITS || isInFolder ? undefined : formatOf(spec);
  const heeded = isParquet(spec)
    ? parquetOptions
    : isImages
      ? (["bytes", "label"] as const)
      : spec === DIGITS
        ? (["bytes"] as const)
        : [];
  if (!found && !isInFolder && !isParquet(spec) && spec !== DIGITS) throw unknownFormat(spec);
  refuseOthers(spec, found?.format.options ?? heeded, options);
  tellDoing(`data ${basename(spec)}`);
  if (spec === DIGITS) return withReading(await loadDigits(options.box), {}, options);
  if (isImages) {
    const { size, ...images } = await loadImages(spec, options);
    return withReading(images, { images: size, bytes: options.bytes ?? "unit" }, options);
  }
  if (isDrebin) return withReading(await loadDrebin(spec, options.box), {}, options);
  if (!isInFolder && isParquet(spec)) return withReading(...(await loadParquet(spec, options)), options);
  const { format, paths } = found!;
  return withFiles(paths, async (files, digest) => {
    const read = await format.read(files.map(asDataFile), options);
    if (!read) throw unknownFormat(spec);
    const { reading, ...parts } = read;
    const { features } = parts;
    const meaning = "type" in features ? meaningOfBytes(features) : undefined;
    const loaded = {
      dataset: dataset({ ...parts, domain: options.box, bytes: options.bytes }),
      contentHash: await digest(),
    };
    return withReading(loaded, { ...reading, ...(meaning && { bytes: options.bytes ?? meaning }) }, options);
  });
}

/** Reads files that are open, whose hash is computed meanwhile. */
async function withFiles<T>(
  paths: readonly string[],
  read: (files: readonly InputFile[], digest: () => Promise<string>) => Promise<T>,
): Promise<T> {
  const files: InputFile[] = [];
  let hash: ContentHash | undefined;
  try {
    for (const path of paths) files.push(await openInput("data file", path));
    hash = contentHash(files);
    return await read(files, hash.digest);
  } finally {
    await hash?.stop();
    for (const file of files) await file.close();
  }
}

/** The table in a Parquet file, and how it was read. */
async function loadParquet(path: string, options: DataTask) {
  return withFiles([path], async ([file], digest) => {
    const { reading, ...parts } = await readParquet(file, options);
    const loaded = { dataset: dataset({ ...parts, domain: options.box }), contentHash: await digest() };
    return [loaded, reading] as const;
  });
}

/** @throws InputError for an option that says nothing about files of this format */
function refuseOthers(spec: string, heeded: readonly string[], options: DataOptions): void {
  for (const option of new Set(dataFormats.flatMap((format) => format.options))) {
    const value = options[option];
    if (value === undefined || heeded.includes(option)) continue;
    const names = dataFormats.filter((format) => format.options.includes(option)).map(({ name }) => name);
    throw new InputError("unsupported", `option ${flagOf(option)} for ${spec}`, {
      expected: `data of the format ${names.join(" or ")}`,
      got: `${flagOf(option)} ${value}`,
      remedy: "leave it out",
    });
  }
}

/** A file as formats read it. */
function asDataFile(file: InputFile): DataFile {
  return { ...file, content: () => contentOf(file), unpacker, requireRoomFor };
}

/** What was read, with what the format says of how it was, and what it is known by. */
function withReading(
  loaded: Pick<LoadedData, "dataset" | "contentHash">,
  facts: Partial<DataReading>,
  options: DataTask,
): LoadedData {
  const { dataset: data } = loaded;
  const size = { rows: rowCount(data), features: featureCount(data), classes: data.classNames.length };
  const read = { ...loaded, reading: { ...size, ...facts } };
  return { ...read, identity: identityOf(read, options) };
}

/** The name of an option on the command line. */
function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function unknownFormat(spec: string): InputError {
  const formats = dataFormats.map(({ spelling }) => spelling).join(", ");
  return new InputError("unsupported", `data file ${spec}`, {
    expected:
      `${formats}, each also with .gz, .parquet, a folder of images with labels.csv or a sub-folder for each ` +
      `class, a folder with feature_vectors, or the word ${DIGITS}`,
    got: basename(spec),
    remedy: /\.(feather|arrow|ipc)$/i.test(spec)
      ? "write the table as Parquet, for instance with pandas.read_feather(file).to_parquet(other)"
      : "convert the file, for instance with numpy.savez(file, x=..., y=...)",
  });
}
