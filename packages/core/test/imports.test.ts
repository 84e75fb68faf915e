// The core runs in Node and in browsers, and data flows one way through its folders.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Later folders may import from earlier ones, never the other way; files of the root come before all. */
const layers: readonly (readonly string[])[] = [
  [""],
  ["onnx", "stats", "data", "threat"],
  ["models"],
  ["learners"],
  ["attacks"],
  ["transfer"],
  ["study"],
  ["figures"],
];

/** What core may import from outside, and where. */
const packages: Readonly<Record<string, readonly string[]>> = {
  "@bufbuild/protobuf": ["onnx"],
  "onnx-buf": ["onnx"],
  "@noble/hashes/sha2.js": [""],
  "@noble/hashes/utils.js": [""],
  "pure-rand/generator/xoroshiro128plus": [""],
  "@observablehq/plot": ["figures"],
  "fast-png": ["figures"],
  fflate: ["data"],
  "csv-parse/browser/esm/sync": ["data"],
  zod: ["learners", "attacks", "study"],
};

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.ts$/.test(file) && !/\.(test|d)\.ts$/.test(file) && file !== "index.ts",
);

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), "utf8");
  const pattern = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = [...text.matchAll(/\bimport\(\s*"([^"]+)"/g)].map(([, target]) => ({ target, typeOnly: false }));
  return [...text.matchAll(pattern)]
    .map(([, type, target]) => ({ target, typeOnly: type !== undefined }))
    .concat(dynamic);
}

function layerOf(file: string): number {
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
  const layer = layers.findIndex((names) => names.includes(folder));
  expect(layer, `folder of ${file}`).toBeGreaterThanOrEqual(0);
  return layer;
}

describe("imports of the core", () => {
  test("there are files to look at, and imports are found in them", () => {
    expect(files.length).toBeGreaterThan(80);
    expect(importsOf("onnx/differentiate.ts").map(({ target }) => target)).toContain("./builder.ts");
  });

  test("point down the layers only", () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target.startsWith("."))
        .map(({ target }) => relative(source, resolve(source, dirname(file), target)))
        .filter((target) => layerOf(target) > layerOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  test("of packages are the known ones, each in its folder; ONNX Runtime for its types only", () => {
    const strangers = files.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => !target.startsWith("."))
        .filter(({ target, typeOnly }) => {
          if (target === "onnxruntime-common") return !typeOnly;
          const isIn = (folder: string) => (folder === "" ? !file.includes("/") : file.startsWith(`${folder}/`));
          return !packages[target]?.some(isIn);
        })
        .filter(({ target, typeOnly }) => !(target === "zod" && typeOnly))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(strangers).toEqual([]);
  });
});
