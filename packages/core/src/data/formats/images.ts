// Images in files: classes as sub-folders, or images with a list of labels beside them.

import { InputError } from "../../errors.ts";
import type { DatasetInput } from "../dataset.ts";
import type { BytesAs } from "../features.ts";
import { type JpegDecode, readJpeg } from "./jpeg.ts";
import { type Pixels, readPng } from "./png.ts";

const image = /\.(png|jpe?g)$/i;
const LIST = "labels.csv";

/** Whether a file is an image that can be read, by its name. */
export const isImageFile = (path: string): boolean => image.test(path);

/** The list of labels among files, which lies at the top; undefined where there is none. */
export const labelListIn = (paths: readonly string[]): string | undefined =>
  paths.find((path) => path.toLowerCase() === LIST);

/** Whether files are images with labels: a list of labels among them, or images in sub-folders. */
export const areLabelledImages = (paths: readonly string[]): boolean =>
  labelListIn(paths) !== undefined || paths.some((path) => isImageFile(path) && isInSubFolder(path));

const isInSubFolder = (path: string) => path.split("/").length === 2;

/** An image of a folder, by its path there, and its label. */
export interface LabelledImage {
  readonly path: string;
  readonly label: string;
}

/** Files of a folder, wherever they lie. */
export interface ImageFiles {
  /** What the folder is called in messages; empty where the files came by themselves. */
  readonly folder: string;
  /** Paths below the folder, with "/" between their parts. */
  readonly paths: readonly string[];
  /** The bytes of the list of labels. */
  readList(path: string): Promise<Uint8Array>;
  /** The bytes of an image; they are asked for in the order of rows. */
  readImage(image: LabelledImage): Promise<Uint8Array>;
  /** What decodes JPEG there, as jpeg-js does. */
  readonly decodeJpeg: JpegDecode;
  /** @throws InputError where so many bytes are more than a process may take */
  requireRoomFor(what: string, bytes: number): void;
}

/** What may be said of images. */
export interface ImageOptions {
  readonly box?: readonly [number, number] | undefined;
  readonly bytes?: BytesAs | undefined;
  /** The column of labels.csv that holds the labels; one of a usual name where absent. */
  readonly label?: string | undefined;
}

/** What a dataset of images is made from. */
export interface ImageParts extends DatasetInput {
  /** The images in the order of rows. */
  readonly images: readonly LabelledImage[];
  /** Channels, height and width, as `3 x 32 x 32`. */
  readonly size: string;
}

/**
 * The images of a folder, [N, C, H, W] in bytes, with their labels: those that `labels.csv` names with a column of file
 * names and one of labels, in its order, from the folder or from `images` in it; else of each sub-folder, whose name is
 * the label, in the order of their names. One image in colours makes all of them such.
 *
 * @throws InputError for images of different sizes, for a list that names none, and for files that are no PNG or JPEG
 */
export async function readImages(files: ImageFiles, { box, bytes, label }: ImageOptions = {}): Promise<ImageParts> {
  const list = labelListIn(files.paths);
  const images = list === undefined ? bySubFolder(files) : byList(files, list, await files.readList(list), label);
  const all: Pixels[] = [];
  for (const each of images) {
    const { path } = each;
    const content = await files.readImage(each);
    const isJpeg = content[0] === 0xff && content[1] === 0xd8;
    const pixels = isJpeg ? readJpeg(content, path, files.decodeJpeg) : readPng(content, path);
    if (all.length === 0) {
      const size = 6 * images.length * pixels.height * pixels.width;
      files.requireRoomFor(files.folder === "" ? "images" : `images of ${files.folder}`, size);
    } else if (pixels.height !== all[0].height || pixels.width !== all[0].width) {
      throw otherSize(path, pixels, images[0].path, all[0]);
    }
    all.push(pixels);
  }
  // A grey image among ones in colours is one whose colours are equal.
  const channels = all.some((each) => each.channels === 3) ? 3 : 1;
  const { height, width } = all[0];
  const count = height * width;
  const data = new Uint8Array(all.length * channels * count);
  all.forEach((each, i) => {
    for (let c = 0; c < channels; c++) {
      const from = each.channels === 1 ? 0 : c * count;
      data.set(each.data.subarray(from, from + count), (i * channels + c) * count);
    }
  });
  return {
    features: { type: "uint8", shape: [all.length, channels, height, width], data },
    labels: images.map((each) => each.label),
    domain: box,
    bytes: bytes ?? "unit",
    images,
    size: `${channels} x ${height} x ${width}`,
  };
}

const textOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function bySubFolder({ folder, paths }: ImageFiles): readonly LabelledImage[] {
  const images = paths
    .filter((path) => isImageFile(path) && isInSubFolder(path))
    .map((path) => ({ path, label: path.split("/")[0] }))
    .sort((a, b) => textOrder(a.label, b.label) || textOrder(a.path, b.path));
  if (images.length > 0) return images;
  throw fault(folder || "images", `sub-folders of PNG or JPEG images, or ${LIST} beside them`, "neither");
}

/** Names of columns of file names and of labels, as tools write them. */
const columns = {
  file: ["filename", "file", "image", "path", "name", "imageid"],
  label: ["label", "class", "target", "truelabel", "y"],
};

function byList(
  { folder, paths }: ImageFiles,
  list: string,
  content: Uint8Array,
  asked: string | undefined,
): readonly LabelledImage[] {
  const called = folder === "" ? list : `${folder}/${list}`;
  const text = new TextDecoder().decode(content).replace(/^\ufeff/, "");
  const [head = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  const place = (usual: readonly string[]) => {
    const names = head.map((name) => name.toLowerCase());
    return usual.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1;
  };
  const [file, label] = [place(columns.file), asked === undefined ? place(columns.label) : head.indexOf(asked)];
  if (file < 0 || label < 0) {
    const expected =
      `a column of file names (${columns.file[0]}) and one of labels (${asked ?? columns.label[0]}) named in its ` +
      "first line";
    throw fault(called, expected, head.join(", ") || "nothing");
  }
  if (rows.length === 0) throw fault(called, "a line for each image", "none");
  const odd = rows.findIndex((cells) => cells.length !== head.length || cells[file] === "" || cells[label] === "");
  if (odd >= 0) {
    throw fault(`line ${odd + 2} of ${called}`, `${head.length} cells with a name and a label`, rows[odd].join(","));
  }
  const there = new Set(paths);
  const under = paths.some((path) => path.startsWith("images/")) ? "images/" : "";
  return rows.map((cells) => {
    const given = cells[file];
    const found = ["", ".png", ".jpg", ".jpeg"].find((ending) => there.has(`${under}${given}${ending}`));
    if (found !== undefined) return { path: `${under}${given}${found}`, label: cells[label] };
    throw fault(called, `the images that it names${under && " in images"} beside it`, `no file ${given}`);
  });
}

function otherSize(file: string, got: Pixels, first: string, expected: Pixels): InputError {
  return new InputError("invalid", `image ${file}`, {
    expected: `the size of the first, ${first}: ${expected.width} x ${expected.height}`,
    got: `${got.width} x ${got.height}`,
    remedy: "resize the images as the model was trained on, since how that is done decides what it sees",
  });
}

function fault(what: string, expected: string, got: string): InputError {
  return new InputError("invalid", what, { expected, got, remedy: "mend it, or give arrays as .npz" });
}
