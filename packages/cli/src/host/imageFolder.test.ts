// Pictures in a folder are the bytes that Pillow reads in them: palettes of every depth, JPEG in colours and grey.

import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
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
