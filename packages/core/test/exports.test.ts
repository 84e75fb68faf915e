// Whatever the library exports says what it is, and each of its paths is one that packages can import.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { docstringOf, exportsOf, paths } from "./faces.ts";

test("every export has a sentence", () => {
  const silent = paths.flatMap(exportsOf).filter(({ statement }) => !/\S.*[.:;]$/m.test(docstringOf(statement)));
  expect(silent.map(({ path, file, name }) => `${path}: ${file} ${name}`)).toEqual([]);
});

test("every path is in the package, and no other", () => {
  const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(Object.keys(exports).sort()).toEqual(paths.map((path) => (path === "" ? "." : `./${path}`)).sort());
  for (const [path, { types, default: file }] of Object.entries<Record<string, string>>(exports)) {
    const index = path === "." ? "index" : `${path.slice(2)}/index`;
    expect([types, file]).toEqual([`./dist/${index}.d.ts`, `./dist/${index}.js`]);
  }
});

test("a name has one meaning in all paths", () => {
  const places = new Map<string, Set<string>>();
  for (const { name, file, path } of paths.flatMap(exportsOf)) {
    if (path === "figures") continue;
    places.set(name, (places.get(name) ?? new Set()).add(file));
  }
  expect([...places].filter(([, files]) => files.size > 1)).toEqual([]);
});
