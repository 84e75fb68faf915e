// Faces from photographs: against arrays that Pillow and NumPy made of the same JPEG files.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { sharedData } from "../../../core/test/sharedData.ts";
import { resizeBicubic } from "./bicubic.ts";
import { loadDataset } from "./data.ts";
import { convertLfw } from "./lfw.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-lfw-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("resizes as Pillow 9.4.0 does", () => {
  // numpy.array(Image.fromarray(x).resize((3, 2), Image.BICUBIC)) of x[i, j] = (37 i + 91 j + 13 i j) % 256, 5 x 7.
  const x = Uint8Array.from({ length: 35 }, (_, at) => {
    const [i, j] = [Math.floor(at / 7), at % 7];
    return (37 * i + 91 * j + 13 * i * j) % 256;
  });
  expect([...resizeBicubic(x, [5, 7], [2, 3])]).toEqual([108, 129, 103, 136, 147, 150]);
  expect([...resizeBicubic(x, [5, 7], [6, 9])].slice(0, 9)).toEqual([0, 53, 143, 156, 14, 79, 178, 155, 21]);
});

it("converts the archive to nearly the same greys, and to the same persons", { timeout: 300_000 }, async ({ skip }) => {
  const archive = sharedData("lfw/lfw7-deepfunneled-250x250-jpg.tar.gz");
  const expected = sharedData("lfw/lfw7-deepfunneled-62x47-images-idx3-ubyte.gz");
  const persons = sharedData("lfw/lfw7-labels-idx1-ubyte.gz");
  if (!archive || !expected || !persons) return skip();
  const [images, labels] = await convertLfw(archive, folder);
  const read = (path: string) => gunzipSync(readFileSync(path));
  const [mine, theirs] = [read(images), read(expected)];
  expect(mine.length).toBe(theirs.length);
  expect(mine.subarray(0, 16)).toEqual(theirs.subarray(0, 16));
  let sum = 0;
  let largest = 0;
  for (let i = 16; i < mine.length; i++) {
    const difference = Math.abs(mine[i] - theirs[i]);
    sum += difference;
    if (difference > largest) largest = difference;
  }
  expect(sum / (mine.length - 16)).toBeLessThan(0.6);
  expect(largest).toBeLessThanOrEqual(4);
  expect(read(labels)).toEqual(read(persons));
  expect((await loadDataset(`${images},${labels}`)).dataset.featureShape).toEqual([62, 47]);
});

it("refuses what is no archive, a cut one, and one without these people", async () => {
  const path = join(folder, "lfw-funneled.tgz");
  writeFileSync(path, "no gzip at all");
  await expect(convertLfw(path, folder)).rejects.toThrow(/expected a gzip-compressed tar archive/);
  writeFileSync(path, gzipSync(Buffer.alloc(1024, "x")));
  await expect(convertLfw(path, folder)).rejects.toThrow(/invalid lfw-funneled\.tgz: expected a whole tar archive/);
  writeFileSync(path, gzipSync(Buffer.alloc(1024)));
  await expect(convertLfw(path, folder)).rejects.toThrow(
    /expected the 1288 photographs of 7 people, got one without Ariel_Sharon_0001\.jpg and 1287 more/,
  );
});
