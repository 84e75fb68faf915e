// Data files on disk: which format a name means, and the dataset and content hash of what it holds.

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  type BytesAs,
  type DataReading,
  type Dataset,
  dataset,
  featureCount,
  gunzip,
  InputError,
  type LabelArray,
  meaningOfBytes,
  type NpzArchive,
  openNpz,
  readCsv,
  readIdx,
  readPickledDataset,
  readSvmlight,
  rowCount,
  sideBySide,
  type TableOptions,
} from "@carom/core";
import { DIGITS, loadDigits } from "./digits.ts";
import { loadDrebin } from "./drebin.ts";
import { readBytes } from "./read.ts";
import { isTar, tarFiles } from "./tar.ts";

/** What the command line may say about a data file. */
export interface DataOptions extends TableOptions {
  /** The interval that all features live in, after uint8 is divided by 255. */
  readonly box?: readonly [number, number] | undefined;
  /** How many columns sparse rows have, where the largest index does not say. */
  readonly columns?: number | undefined;
  /** Whether columns of a .svmlight file count from 0. */
  readonly zeroBased?: boolean | undefined;
  /** What features of type uint8 are: parts of 255, or numbers. */
  readonly bytes?: BytesAs | undefined;
}

export interface LoadedData {
  readonly dataset: Dataset;
  /** SHA-256 of the bytes of the file, or of both files one after the other, as on disk. */
  readonly contentHash: string;
  /** What was found in the file, and what was taken for what. */
  readonly reading: DataReading;
}

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
  if (spec === DIGITS) return withReading(await loadDigits(options.box));
  if (await isFolder(spec)) return withReading(await loadDrebin(spec, options.box));
  const isSingle = npz.test(spec) || svmlight.test(spec) || table.test(spec);
  const paths = isSingle ? [spec] : spec.split(",");
  if (!isSingle && paths.length === 1 && pickle.test(spec) && !idx.test(spec)) {
    return withReading(await loadPickle(spec, options.box));
  }
  if (!isSingle && paths.length !== 2) throw unknownFormat(spec);
  const files = await Promise.all(paths.map((path) => readBytes("data file", path)));
  const hash = createHash("sha256");
  for (const file of files) hash.update(file);
  const [name, labelName] = paths.map((path) => basename(path));
  const [bytes, labelBytes] = files.map((file, i) => gunzip(file, basename(paths[i])));
  const { reading, ...parts } = !isSingle
    ? { features: readIdx(bytes, name), labels: labelList(readIdx(labelBytes, labelName), labelName), reading: {} }
    : npz.test(spec)
      ? fromArchive(openNpz(bytes, name), name, options)
      : table.test(spec)
        ? readCsv(bytes, name, options)
        : {
            ...readSvmlight(bytes, name, options),
            reading: { firstColumn: options.zeroBased ? 0 : 1 } as const,
          };
  const { features } = parts;
  const loaded = {
    dataset: dataset({ ...parts, domain: options.box, bytes: options.bytes }),
    contentHash: hash.digest("hex"),
  };
  const meaning = "type" in features ? meaningOfBytes(features) : undefined;
  return withReading(loaded, { ...reading, ...(meaning && { bytes: options.bytes ?? meaning }) });
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
  const file = await readBytes("data file", path);
  const name = basename(path);
  const unpacked = gunzip(file, name);
  const isPickle = (bytes: Uint8Array) => bytes[0] === 0x80;
  let found = isPickle(unpacked) ? unpacked : undefined;
  if (isTar(unpacked)) {
    for await (const { bytes } of tarFiles([unpacked], name)) {
      const content = gunzip(bytes, name);
      if (!found && isPickle(content)) found = content;
    }
  }
  if (!found) throw unknownFormat(path);
  return {
    dataset: dataset({ ...readPickledDataset(found, name), domain: box }),
    contentHash: createHash("sha256").update(file).digest("hex"),
  };
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The features and labels in an archive; without an array `x` or `images`, all arrays but that of the labels, side by side. */
function fromArchive(archive: NpzArchive, name: string, { label, bytes }: DataOptions) {
  const pick = (candidates: readonly string[], remedy: string): string => {
    const found = candidates.find((candidate) => archive.names.includes(candidate));
    if (found !== undefined) return found;
    throw new InputError("missing", `array in ${name}`, {
      expected: candidates.join(" or "),
      got: archive.names.length === 0 ? "no arrays" : `arrays ${archive.names.join(", ")}`,
      remedy,
    });
  };
  const y = pick(label === undefined ? ["y", "target"] : [label], "name the array of labels with --label");
  const labels = labelList(archive.readLabels(y), `array "${y}" of ${name}`);
  const reading = { label: y, labelBecause: label === undefined ? "name" : "asked" } as const;
  const others = archive.names.filter((each) => each !== y);
  const x = ["x", "images"].find((each) => others.includes(each));
  if (x !== undefined) return { features: archive.read(x), labels, reading };
  if (others.length === 0) pick(["x", "images"], "save the features with numpy.savez(file, x=..., y=...)");
  return {
    ...sideBySide(new Map(others.map((each) => [each, archive.read(each)])), bytes),
    labels,
    reading: { ...reading, arrays: others },
  };
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
