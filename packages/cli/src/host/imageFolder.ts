// A folder of images: classes as sub-folders, or images with a list of labels beside them.

import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Dataset, dataset, InputError } from "@carom/core";
import { type BytesAs, MOST_PIXELS, type Pixels, readPng } from "@carom/core/data";
import { decode } from "jpeg-js";
import { readBytes, readWritten } from "./read.ts";
import { requireRoomFor } from "./room.ts";

const image = /\.(png|jpe?g)$/i;
const LIST = "labels.csv";

interface ImageOptions {
  readonly box?: readonly [number, number] | undefined;
  readonly bytes?: BytesAs | undefined;
  /** The column of labels.csv that holds the labels; one of a usual name where absent. */
  readonly label?: string | undefined;
}

/** An image of the folder, by its name there, and its label. */
interface Entry {
  readonly file: string;
  readonly label: string;
}

/** Whether a folder holds images: a list of labels, or sub-folders with images in them. */
export async function isImageFolder(folder: string): Promise<boolean> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (inside.some(({ name }) => name.toLowerCase() === LIST)) return true;
  for (const each of inside.filter((entry) => entry.isDirectory())) {
    if ((await readdir(join(folder, each.name))).some((name) => image.test(name))) return true;
  }
  return false;
}

/**
 * The images of a folder, [N, C, H, W] in bytes, with their labels: those that `labels.csv` names with a column of file
 * names and one of labels, in its order, from the folder or from `images` in it; else of each sub-folder, whose name is
 * the label, in the order of their names.
 *
 * @throws InputError for images of different sizes, for a list that names none, and for files that are no PNG or JPEG
 */
export async function loadImages(
  folder: string,
  { box, bytes, label }: ImageOptions = {},
): Promise<{
  readonly dataset: Dataset;
  readonly contentHash: string;
  readonly names: readonly string[];
  readonly size: string;
}> {
  const inside = await readdir(folder);
  const list = inside.find((name) => name.toLowerCase() === LIST);
  const entries = list === undefined ? await byFolder(folder) : await byList(folder, list, label);
  const hash = createHash("sha256");
  const all: Pixels[] = [];
  for (const entry of entries) {
    const content = await readBytes("image", join(folder, entry.file));
    hash.update(`${entry.file}\0${entry.label}\0${content.length}\0`).update(content);
    const pixels = pixelsOf(content, entry.file);
    if (all.length === 0) requireRoomFor(`images of ${folder}`, 6 * entries.length * pixels.height * pixels.width);
    else if (`${pixels.height} x ${pixels.width}` !== `${all[0].height} x ${all[0].width}`) {
      throw otherSize(entry.file, pixels, entries[0].file, all[0]);
    }
    all.push(pixels);
  }
  // One image in colours makes all of them such: a grey one among them is one whose colours are equal.
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
  const features = { type: "uint8", shape: [all.length, channels, height, width], data } as const;
  const labels = entries.map((entry) => entry.label);
  return {
    dataset: dataset({ features, labels, domain: box, bytes: bytes ?? "unit" }),
    contentHash: hash.digest("hex"),
    names: entries.map(({ file }) => basename(file).replace(image, "")),
    size: `${channels} x ${height} x ${width}`,
  };
}

async function byFolder(folder: string): Promise<readonly Entry[]> {
  const classes = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const entries: Entry[] = [];
  for (const label of classes.map(({ name }) => name).sort()) {
    const names = (await readdir(join(folder, label))).filter((name) => image.test(name));
    for (const name of names.sort()) entries.push({ file: join(label, name), label });
  }
  if (entries.length > 0) return entries;
  throw fault(folder, "sub-folders of PNG or JPEG images, or labels.csv beside them", "neither");
}

/** Names of columns of file names and of labels, as tools write them. */
const columns = {
  file: ["filename", "file", "image", "path", "name", "imageid"],
  label: ["label", "class", "target", "truelabel", "y"],
};

async function byList(folder: string, list: string, asked: string | undefined): Promise<readonly Entry[]> {
  const text = new TextDecoder().decode(await readWritten("list of labels", join(folder, list))).replace(/^\ufeff/, "");
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
    throw fault(join(folder, list), expected, head.join(", ") || "nothing");
  }
  if (rows.length === 0) throw fault(join(folder, list), "a line for each image", "none");
  const odd = rows.findIndex((cells) => cells.length !== head.length || cells[file] === "" || cells[label] === "");
  if (odd >= 0)
    throw fault(
      `line ${odd + 2} of ${join(folder, list)}`,
      `${head.length} cells with a name and a label`,
      rows[odd].join(","),
    );
  const under = (await stat(join(folder, "images")).catch(() => undefined))?.isDirectory() ? "images" : "";
  const there = new Set(await readdir(join(folder, under)));
  return rows.map((cells) => {
    const given = cells[file];
    const found = [given, `${given}.png`, `${given}.jpg`, `${given}.jpeg`].find((name) => there.has(name));
    if (found !== undefined) return { file: join(under, found), label: cells[label] };
    throw fault(join(folder, list), `the images that it names in ${join(folder, under)}`, `no file ${given}`);
  });
}

function pixelsOf(content: Uint8Array, name: string): Pixels {
  const isJpeg = content[0] === 0xff && content[1] === 0xd8;
  if (!isJpeg) return readPng(content, name);
  const { width, height, data: rgb } = decodedJpeg(content, name);
  const count = width * height;
  const isGrey = Array.from({ length: count }, (_, i) => i).every(
    (i) => rgb[3 * i] === rgb[3 * i + 1] && rgb[3 * i] === rgb[3 * i + 2],
  );
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(channels * count);
  for (let c = 0; c < channels; c++) for (let i = 0; i < count; i++) data[c * count + i] = rgb[3 * i + c];
  return { channels, height, width, data };
}

function decodedJpeg(content: Uint8Array, name: string) {
  try {
    return decode(content, { useTArray: true, formatAsRGBA: false, maxResolutionInMP: MOST_PIXELS / 1e6 });
  } catch (error) {
    throw fault(name, "a sound JPEG file", (error as Error).message);
  }
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
