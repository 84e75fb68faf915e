// Labeled Faces in the Wild: from the archive of photographs to the grey faces of its seven most frequent people.

import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip, gzipSync } from "node:zlib";
import { InputError } from "@carom/core";
import { tarFiles, undecoded } from "@carom/core/data";
import { decode } from "jpeg-js";
import { resizeBicubic } from "./bicubic.ts";
import { writeWhole } from "./output.ts";

/** Those with at least 70 images, in the order of their class numbers, and how many each has. */
const people: readonly (readonly [string, number])[] = [
  ["Ariel_Sharon", 77],
  ["Colin_Powell", 236],
  ["Donald_Rumsfeld", 121],
  ["George_W_Bush", 530],
  ["Gerhard_Schroeder", 109],
  ["Hugo_Chavez", 71],
  ["Tony_Blair", 144],
];
const SIDE = 250;
/** The window that scikit-learn's fetch_lfw_people cuts out, and half its size, rounded down. */
const crop = { top: 70, left: 78, height: 125, width: 94 };
const HEIGHT = 62;
const WIDTH = 47;

/** Where the arrays are, below a folder: images and labels. */
const lfwArrays = ["lfw7-62x47-images-idx3-ubyte.gz", "lfw7-62x47-labels-idx1-ubyte.gz"] as const;

/**
 * Writes 1,288 faces of 62 x 47 bytes and their persons as IDX files into a folder; returns the two paths.
 *
 * Rows are ordered by person, then by number. As scikit-learn does by default: rows 70 to 194 and columns 78 to 171 of
 * each photograph, resized by Pillow's bicubic filter, then the mean of red, green and blue, here rounded to a byte.
 *
 * @throws InputError for an archive that is damaged or lacks some of the photographs.
 */
export async function convertLfw(archive: string, folder: string): Promise<readonly string[]> {
  const pattern = /(?:^|\/)(\w+)\/\1_(\d{4})\.jpg$/;
  const found = new Map<string, Uint8Array>();
  const wanted = (name: string) => people.some(([person]) => pattern.exec(name)?.[1] === person);
  for await (const { name, bytes } of tarFiles(gunzipped(archive), basename(archive), wanted)) {
    found.set(basename(name), face(bytes, name));
  }
  const names = people.flatMap(([person, count]) =>
    Array.from({ length: count }, (_, i) => `${person}_${String(i + 1).padStart(4, "0")}.jpg`),
  );
  const lacking = names.filter((name) => !found.has(name));
  if (lacking.length > 0) {
    throw new InputError("invalid", basename(archive), {
      expected: `the ${names.length} photographs of ${people.length} people`,
      got: `one without ${lacking[0]}${lacking.length > 1 ? ` and ${lacking.length - 1} more` : ""}`,
      remedy: "use the whole archive, lfw-funneled.tgz or lfw-deepfunneled.tgz",
    });
  }
  const images = Buffer.concat([header(names.length, HEIGHT, WIDTH), ...names.map((name) => found.get(name)!)]);
  const labels = Buffer.concat([
    header(names.length),
    Buffer.from(people.flatMap(([, count], person) => new Array<number>(count).fill(person))),
  ]);
  const paths = lfwArrays.map((name) => join(folder, name));
  for (const [i, array] of [images, labels].entries()) {
    await rm(paths[i], { force: true });
    await writeWhole(paths[i], gzipSync(array));
  }
  return paths;
}

/** The unpacked bytes of a file, as they come. */
async function* gunzipped(path: string): AsyncGenerator<Uint8Array> {
  const bytes = pipeline(createReadStream(path), createGunzip(), () => {});
  try {
    yield* bytes;
  } catch (error) {
    const [expected, remedy] = ["a gzip-compressed tar archive", "fetch it again with carom data get lfw"];
    throw undecoded(error, (got) => new InputError("invalid", path, { expected, got, remedy }));
  }
}

/** The header of an IDX file of bytes. */
function header(...shape: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length);
  bytes.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) bytes.writeUInt32BE(size, 4 + 4 * axis);
  return bytes;
}

/** The face in a photograph: 62 x 47 grey bytes. */
function face(jpeg: Uint8Array, name: string): Uint8Array {
  const { width, height, data } = decoded(jpeg, name);
  if (width !== SIDE || height !== SIDE) throw badImage(name, `${width} x ${height} pixels`);
  const sums = new Uint16Array(HEIGHT * WIDTH);
  const channel = new Uint8Array(crop.height * crop.width);
  for (let colour = 0; colour < 3; colour++) {
    for (let row = 0; row < crop.height; row++) {
      for (let column = 0; column < crop.width; column++) {
        const pixel = (row + crop.top) * SIDE + column + crop.left;
        channel[row * crop.width + column] = data[3 * pixel + colour];
      }
    }
    const small = resizeBicubic(channel, [crop.height, crop.width], [HEIGHT, WIDTH]);
    for (let i = 0; i < sums.length; i++) sums[i] += small[i];
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / 3));
}

function decoded(jpeg: Uint8Array, name: string) {
  try {
    return decode(jpeg, { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: 64 });
  } catch (error) {
    throw undecoded(error, (got) => badImage(name, got));
  }
}

function badImage(name: string, got: string): InputError {
  return new InputError("invalid", `photograph ${name}`, {
    expected: `a JPEG image of ${SIDE} x ${SIDE} pixels`,
    got,
    remedy: "fetch the archive again with carom data get lfw",
  });
}
