// Data files on disk: which format a name means, and the dataset and content hash of what it holds.

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  type DataReading,
  type DatasetInput,
  dataset,
  featureCount,
  gunzip,
  InputError,
  meaningOfBytes,
  readPickledDataset,
  readSparseRows,
  readTable,
  rowCount,
} from "@carom/core";
import { readArchive, readIdxPair } from "./arrayFiles.ts";
import { DIGITS, loadDigits } from "./digits.ts";
import { tellDoing } from "./doing.ts";
import { loadDrebin } from "./drebin.ts";
import { contentOf, type InputFile, MOST_UNPACKED, openInput } from "./inputFile.ts";
import type { DataOptions, LoadedData } from "./loadedData.ts";
import { isTar, tarFiles } from "./tar.ts";

const formats = `.npz, .svmlight (.svm, .libsvm), .csv (.tsv, .txt, .data), IDX as images,labels, .pickle (.pkl), each also with .gz, a folder with feature_vectors, or the word ${DIGITS}`;
const npz = /\.npz(\.gz)?$/i;
const table = /\.(csv|tsv|tab|txt|data|tra|tes)(\.gz)?$/i;
const svmlight = /\.(svmlight|svm|libsvm)(\.gz)?$/i;
const idx = /[.-]idx\d?(-ubyte)?(\.gz)?$/i;
const pickle = /\.(pkl|pickle|gz|tgz|tar)$/i;

/** What an option is for: the files that it may say something about, and their name. */
const applies: Readonly<Record<Exclude<keyof DataOptions, "box">, readonly [(spec: string) => boolean, string]>> = {
  label: [(spec) => npz.test(spec) || table.test(spec), "a .npz or .csv file, whose arrays or columns have names"],
  drop: [(spec) => table.test(spec), "a .csv file"],
  keep: [(spec) => table.test(spec), "a .csv file"],
  missing: [(spec) => table.test(spec), "a .csv file"],
  na: [(spec) => table.test(spec), "a .csv file"],
  separator: [(spec) => table.test(spec), "a .csv file"],
  decimal: [(spec) => table.test(spec), "a .csv file"],
  encoding: [(spec) => table.test(spec), "a .csv file"],
  names: [(spec) => table.test(spec), "a .csv file"],
  columns: [(spec) => svmlight.test(spec), "a .svmlight file, the only kind that does not say"],
  zeroBased: [(spec) => svmlight.test(spec), "a .svmlight file, the only kind that numbers columns"],
  bytes: [(spec) => npz.test(spec) || spec.includes(",") || spec === DIGITS, "a file of bytes"],
};

/**
 * The dataset in a file, in a pair of IDX files named `images,labels`, in a folder as Drebin has it, or the
 * demonstration's, named `digits`.
 *
 * @throws InputError for a file that is missing, of an unknown format, or not sound.
 */
export async function loadDataset(spec: string, options: DataOptions = {}): Promise<LoadedData> {
  for (const [option, [doesApply, to]] of Object.entries(applies)) {
    const value = options[option as keyof typeof applies];
    if (value !== undefined && !doesApply(spec)) throw notForThis(flagOf(option), String(value), spec, to);
  }
  tellDoing(`data ${basename(spec)}`);
  if (spec === DIGITS) return withReading(await loadDigits(options.box));
  if (await isFolder(spec)) return withReading(await loadDrebin(spec, options.box));
  const isSingle = npz.test(spec) || svmlight.test(spec) || table.test(spec);
  const paths = isSingle ? [spec] : spec.split(",");
  if (!isSingle && paths.length === 1 && pickle.test(spec) && !idx.test(spec)) {
    return withReading(await loadPickle(spec, options.box));
  }
  if (!isSingle && paths.length !== 2) throw unknownFormat(spec);
  const files: InputFile[] = [];
  try {
    for (const path of paths) files.push(await openInput("data file", path));
    const { reading, ...parts } = await readParts(spec, files, options);
    const { features } = parts;
    const meaning = "type" in features ? meaningOfBytes(features) : undefined;
    const loaded = {
      dataset: dataset({ ...parts, domain: options.box, bytes: options.bytes }),
      contentHash: await hashOf(files),
    };
    return withReading(loaded, { ...reading, ...(meaning && { bytes: options.bytes ?? meaning }) });
  } finally {
    for (const file of files) await file.close();
  }
}

/** What files hold, each format in its own way, and what there is to say of how it was read. */
async function readParts(
  spec: string,
  [file, other]: readonly InputFile[],
  options: DataOptions,
): Promise<DatasetInput & { readonly reading: Partial<DataReading> }> {
  if (table.test(spec)) return readTable(file.unpacked, file.name, options, file.unpackedSize);
  if (svmlight.test(spec)) {
    const rows = await readSparseRows(file.unpacked, file.name, options);
    return { ...rows, reading: { firstColumn: options.zeroBased ? 0 : 1 } };
  }
  if (other) return readIdxPair(file, other);
  return readArchive(file, options);
}

/** SHA-256 of the bytes of a file, or of several one after the other. */
async function hashOf(files: readonly InputFile[]): Promise<string> {
  if (files.length === 1) return files[0].sha256();
  const hash = createHash("sha256");
  for (const file of files) for await (const piece of file.pieces()) hash.update(piece);
  return hash.digest("hex");
}

/** What was read, with what the format says of how it was. */
function withReading(loaded: Omit<LoadedData, "reading">, facts: Partial<DataReading> = {}): LoadedData {
  const { dataset: data } = loaded;
  const size = { rows: rowCount(data), features: featureCount(data), classes: data.classNames.length };
  return { ...loaded, reading: { ...size, ...facts } };
}

/** The name of an option on the command line. */
function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A pickle of sparse data under whatever name, also compressed or the first of that kind in a tar archive. */
async function loadPickle(path: string, box?: readonly [number, number]) {
  const file = await openInput("data file", path);
  try {
    const { name } = file;
    const unpacked = await contentOf(file);
    const isPickle = (bytes: Uint8Array) => bytes[0] === 0x80;
    let found = isPickle(unpacked) ? unpacked : undefined;
    if (isTar(unpacked)) {
      for await (const { bytes } of tarFiles([unpacked], name)) {
        const content = gunzip(bytes, name, MOST_UNPACKED);
        if (!found && isPickle(content)) found = content;
      }
    }
    if (!found) throw unknownFormat(path);
    return {
      dataset: dataset({ ...readPickledDataset(found, name), domain: box }),
      contentHash: await file.sha256(),
    };
  } finally {
    await file.close();
  }
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function notForThis(option: string, value: string | number, spec: string, expected: string): InputError {
  return new InputError("unsupported", `option ${option} for ${spec}`, {
    expected,
    got: `${option} ${value}`,
    remedy: "leave it out",
  });
}

function unknownFormat(spec: string): InputError {
  const remedy = idx.test(spec)
    ? "give the IDX files of images and of labels, with a comma between them"
    : "convert the file, for instance with numpy.savez(file, x=..., y=...)";
  return new InputError("unsupported", `data file ${spec}`, { expected: formats, got: basename(spec), remedy });
}
