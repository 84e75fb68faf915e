// Pictures in a folder are the bytes that Pillow reads in them: palettes of every depth, JPEG in colours and grey.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { loadDataset } from "./data.ts";
import { loadImages } from "./imageFolder.ts";

const pictures = fileURLToPath(new URL("../../../../fixtures/pictures/", import.meta.url));
const golden: Record<string, (number | number[])[][]> = JSON.parse(
  readFileSync(join(pictures, "pictures.golden.json"), "utf8"),
);

it.each([
  // Lossless; decoders of JPEG round in their own ways.
  ["palette2.png", 0],
  ["palette4.png", 0],
  ["palette16.png", 0],
  ["palette256.png", 0],
  ["colours.jpg", 3],
  ["progressive.jpg", 3],
  ["grey.jpg", 2],
])("%s", async (name, tolerance) => {
  const folder = temporaryFolder();
  for (const label of ["a", "b"]) {
    mkdirSync(join(folder, label));
    cpSync(join(pictures, name), join(folder, label, name));
  }
  const { dataset } = await loadImages(folder);
  const rows = golden[name];
  const channels = Array.isArray(rows[0][0]) ? rows[0][0].length : 1;
  const [height, width] = [rows.length, rows[0].length];
  expect(dataset.featureShape).toEqual([channels, height, width]);
  expect(dataset.classNames).toEqual(["a", "b"]);
  const values = "data" in dataset.features ? dataset.features.data : [];
  expect(values.length).toBe(2 * channels * height * width);
  for (let c = 0; c < channels; c++) {
    rows.forEach((row, y) => {
      row.forEach((pixel, x) => {
        const expected = Array.isArray(pixel) ? pixel[c] : pixel;
        const got = 255 * values[(c * height + y) * width + x];
        expect(Math.abs(got - expected)).toBeLessThanOrEqual(tolerance + 1e-4);
      });
    });
  }
});

it.each([
  ["in another format", ["cat/0.webp", "dog/0.webp"], "what is none of these, such as cat/0.webp"],
  ["a folder deeper", ["train/cat/0.png", "train/dog/0.png"], "what is none of these, such as train/cat"],
  ["without folders", ["0.png"], "what is none of these, such as 0.png"],
  ["nothing", [], "an empty folder"],
])("a folder with images %s is refused by what it holds", async (_, paths, got) => {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  await expect(loadDataset(folder)).rejects.toThrow(
    `unsupported folder ${folder}: expected PNG or JPEG images in a sub-folder for each class, or with labels.csv, ` +
      `or a folder feature_vectors, got ${got}; give the folder whose sub-folders are the classes`,
  );
});
