// The core runs in Node and in browsers, data flows one way through folders, and no file needs itself in a roundabout
// way.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Later folders may import from earlier ones, never the other way; files of the root come before all. */
const core = sourcesOf("../src", [
  [""],
  ["onnx", "stats", "data"],
  ["features", "threat"],
  ["models"],
  ["learners"],
  ["attacks"],
  ["transfer"],
  ["study"],
  ["figures"],
  ["report"],
  ["kinds"],
]);

/** Of the command line likewise; files of its root start it, so they come last. */
const commandLine = sourcesOf("../../cli/src", [["terminal"], ["host"], ["ui"], ["commands"], [""]]);

/** Of the lab: what computes knows nothing of what is seen. */
const lab = sourcesOf("../../lab/src", [
  ["kernels", "question"],
  ["own", "page", ""],
]);

/** What core may import from outside, and where. */
const packages: Readonly<Record<string, readonly string[]>> = {
  "@bufbuild/protobuf": ["onnx"],
  "@bufbuild/protobuf/wire": ["onnx"],
  "onnx-buf": ["onnx"],
  "@noble/hashes/sha2.js": [""],
  "@noble/hashes/utils.js": [""],
  "pure-rand/generator/xoroshiro128plus": [""],
  "@observablehq/plot": ["figures"],
  "fast-png": ["figures", "data"],
  fflate: ["data"],
  zod: ["features", "learners", "attacks", "study", "kinds"],
};

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

interface Sources {
  readonly root: string;
  readonly layers: readonly (readonly string[])[];
  readonly files: readonly string[];
  /** What a file imports, types included. */
  importsOf(file: string): readonly Import[];
  /** The files of the same sources among those. */
  targetsOf(file: string): readonly string[];
}

function sourcesOf(folder: string, layers: Sources["layers"]): Sources {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.(test|d)\.ts$/.test(file) && file !== "index.ts",
  );
  const imports = new Map(files.map((file) => [file, importsIn(readFileSync(join(root, file), "utf8"))]));
  return {
    root,
    layers,
    files,
    importsOf: (file) => imports.get(file)!,
    targetsOf: (file) =>
      imports
        .get(file)!
        .filter(({ target }) => target.startsWith("."))
        .map(({ target }) => relative(root, resolve(root, dirname(file), target)))
        .filter((target) => imports.has(target)),
  };
}

function importsIn(text: string): Import[] {
  const pattern = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = [...text.matchAll(/\bimport\(\s*"([^"]+)"/g)].map(([, target]) => ({ target, typeOnly: false }));
  return [...text.matchAll(pattern)]
    .map(([, type, target]) => ({ target, typeOnly: type !== undefined }))
    .concat(dynamic);
}

function layerOf(file: string, layers: Sources["layers"]): number {
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
  const layer = layers.findIndex((names) => names.includes(folder));
  expect(layer, `folder of ${file}`).toBeGreaterThanOrEqual(0);
  return layer;
}

/**
 * The sets of nodes of which each leads to each other, those of one node left out: strongly connected components
 * (Tarjan, 1972).
 */
function circles(nodes: readonly string[], next: (node: string) => readonly string[]): string[][] {
  const found = new Map<string, { readonly at: number; low: number; isOpen: boolean }>();
  const open: string[] = [];
  const result: string[][] = [];
  const visit = (node: string) => {
    const own = { at: found.size, low: found.size, isOpen: true };
    found.set(node, own);
    open.push(node);
    for (const other of next(node)) {
      const reached = found.get(other) ?? visit(other);
      if (reached.isOpen) own.low = Math.min(own.low, reached.low);
    }
    if (own.low === own.at) {
      const members = open.splice(open.indexOf(node));
      for (const member of members) found.get(member)!.isOpen = false;
      if (members.length > 1) result.push(members.sort());
    }
    return own;
  };
  for (const node of nodes) if (!found.has(node)) visit(node);
  return result;
}

test("circles are the sets of nodes that reach each other", () => {
  const arrow = fc.tuple(fc.nat(7), fc.nat(7));
  fc.assert(
    fc.property(fc.array(arrow, { maxLength: 16 }), (arrows) => {
      const nodes = Array.from({ length: 8 }, (_, i) => String(i));
      const next = (node: string) => arrows.filter(([from]) => String(from) === node).map(([, to]) => String(to));
      const reaches = (from: string, to: string) => {
        const seen = new Set(next(from));
        for (const node of seen) for (const other of next(node)) seen.add(other);
        return seen.has(to);
      };
      const sets = nodes.map((a) => nodes.filter((b) => a === b || (reaches(a, b) && reaches(b, a))));
      const expected = new Set(sets.filter((set) => set.length > 1).map(String));
      expect(new Set(circles(nodes, next).map(String))).toEqual(expected);
    }),
  );
});

describe.each([
  ["the core", core, "onnx/differentiate.ts", "onnx/builder.ts"],
  ["the command line", commandLine, "commands/runAsked.ts", "terminal/print.ts"],
  ["the lab", lab, "page/plane.tsx", "question/plane.ts"],
] as const)("imports of %s", (_, { files, layers, targetsOf }, file, target) => {
  test("are found, those of types among them", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(targetsOf(file)).toContain(target);
  });

  test("point down the layers only", () => {
    const upward = files.flatMap((file) =>
      targetsOf(file)
        .filter((target) => layerOf(target, layers) > layerOf(file, layers))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  test("make no circle of files, be it for a type", () => {
    expect(circles(files, targetsOf)).toEqual([]);
  });
});

test("packages that the core imports are the known ones, each in its folder", () => {
  const strangers = core.files.flatMap((file) =>
    core
      .importsOf(file)
      .filter(({ target }) => !target.startsWith("."))
      .filter(({ target }) => {
        const isIn = (folder: string) => (folder === "" ? !file.includes("/") : file.startsWith(`${folder}/`));
        return !packages[target]?.some(isIn);
      })
      .filter(({ target, typeOnly }) => !(target === "zod" && typeOnly))
      .map(({ target }) => `${file} imports ${target}`),
  );
  expect(strangers).toEqual([]);
});
