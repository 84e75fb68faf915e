// Data files on disk: which format a name means, and the dataset and content hash of what it holds.

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  type Dataset,
  dataset,
  gunzip,
  InputError,
  type NpzArchive,
  openNpz,
  readCsv,
  readIdx,
  readPickledDataset,
  readSvmlight,
  type Tensor,
} from "@carom/core";
import { DIGITS, loadDigits } from "./digits.ts";
import { loadDrebin } from "./drebin.ts";
import { readBytes } from "./read.ts";
import { isTar, tarFiles } from "./tar.ts";

/** What the command line may say about a data file. */
export interface DataOptions {
  /** The array of a .npz file, or the column of a .csv file, that holds the labels. */
  readonly label?: string | undefined;
  /** The interval that all features live in, after uint8 is divided by 255. */
  readonly box?: readonly [number, number] | undefined;
  /** Columns of a .csv file that are no features. */
  readonly drop?: readonly string[] | undefined;
  /** What stands for missing values of a .csv file. */
  readonly missing?: number | undefined;
  /** How many columns sparse rows have, where the largest index does not say. */
  readonly columns?: number | undefined;
}

export interface LoadedData {
  readonly dataset: Dataset;
  /** SHA-256 of the bytes of the file, or of both files one after the other, as on disk. */
  readonly contentHash: string;
}

const formats = `.npz, .svmlight (.svm, .libsvm), .csv, IDX as images,labels, .pickle (.pkl), each also with .gz, a folder with feature_vectors, or the word ${DIGITS}`;
const npz = /\.npz(\.gz)?$/i;
const csv = /\.(csv|data|tra|tes)(\.gz)?$/i;
const svmlight = /\.(svmlight|svm|libsvm)(\.gz)?$/i;
const idx = /[.-]idx\d?(-ubyte)?(\.gz)?$/i;
const pickle = /\.(pkl|pickle|gz|tgz|tar)$/i;

/**
 * The dataset in a file, in a pair of IDX files named `images,labels`, in a folder as Drebin has it, or the
 * demonstration's, named `digits`.
 *
 * @throws InputError for a file that is missing, of an unknown format, or not sound.
 */
export async function loadDataset(spec: string, options: DataOptions = {}): Promise<LoadedData> {
  const isSingle = npz.test(spec) || svmlight.test(spec) || csv.test(spec);
  const paths = isSingle ? [spec] : spec.split(",");
  if (options.label !== undefined && !npz.test(spec) && !csv.test(spec)) {
    throw notForThis("--label", options.label, spec, "a .npz or .csv file, whose arrays or columns have names");
  }
  for (const [option, value] of [
    ["--drop", options.drop],
    ["--missing", options.missing],
  ] as const) {
    if (value !== undefined && !csv.test(spec)) throw notForThis(option, String(value), spec, "a .csv file");
  }
  if (options.columns !== undefined && !svmlight.test(spec)) {
    throw notForThis("--columns", options.columns, spec, "a .svmlight file, the only kind that does not say");
  }
  if (spec === DIGITS) return loadDigits(options.box);
  if (await isFolder(spec)) return loadDrebin(spec, options.box);
  if (!isSingle && paths.length === 1 && pickle.test(spec) && !idx.test(spec)) return loadPickle(spec, options.box);
  if (!isSingle && paths.length !== 2) throw unknownFormat(spec);
  const files = await Promise.all(paths.map((path) => readBytes("data file", path)));
  const hash = createHash("sha256");
  for (const file of files) hash.update(file);
  const [name, labelName] = paths.map((path) => basename(path));
  const [bytes, labelBytes] = files.map((file, i) => gunzip(file, basename(paths[i])));
  const parts = !isSingle
    ? { features: readIdx(bytes, name), labels: labelList(readIdx(labelBytes, labelName), labelName) }
    : npz.test(spec)
      ? fromArchive(openNpz(bytes, name), name, options.label)
      : csv.test(spec)
        ? readCsv(bytes, name, options)
        : readSvmlight(bytes, name, options.columns);
  return { dataset: dataset({ ...parts, domain: options.box }), contentHash: hash.digest("hex") };
}

/** A pickle of sparse data under whatever name, also compressed or the first of that kind in a tar archive. */
async function loadPickle(path: string, box?: readonly [number, number]): Promise<LoadedData> {
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

function fromArchive(archive: NpzArchive, name: string, label?: string) {
  const pick = (candidates: readonly string[], remedy: string): string => {
    const found = candidates.find((candidate) => archive.names.includes(candidate));
    if (found !== undefined) return found;
    throw new InputError("missing", `array in ${name}`, {
      expected: candidates.join(" or "),
      got: archive.names.length === 0 ? "no arrays" : `arrays ${archive.names.join(", ")}`,
      remedy,
    });
  };
  const x = pick(["x", "images"], "save the features with numpy.savez(file, x=..., y=...)");
  const y = pick(label === undefined ? ["y", "target"] : [label], "name the array of labels with --label");
  return { features: archive.read(x), labels: labelList(archive.read(y), `array "${y}" of ${name}`) };
}

/** The labels in a tensor [N] or [N, 1]. */
function labelList(y: Tensor, name: string): ArrayLike<number | bigint> {
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
