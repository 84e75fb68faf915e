// Whatever the library exports says what it is, and each of its paths is one that packages can import.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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

test("nothing is exported that no other file names", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const files = ["packages", "bench", "examples", "fixtures"].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(tsx?|mjs)$/.test(file) && !/node_modules|dist\/|exports\.test/.test(file))
      .map((file) => `${folder}/${file}`),
  );
  const texts = new Map(files.map((file) => [file, readFileSync(`${root}/${file}`, "utf8")]));
  const places = new Map<string, number>();
  for (const text of texts.values())
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) places.set(word, (places.get(word) ?? 0) + 1);
  const alone = [...texts].flatMap(([file, text]) => {
    if (!/^packages\/\w+\/src\//.test(file) || file.endsWith(".test.ts")) return [];
    const exported = text.matchAll(/^export (?:async )?(?:const|function\*?|interface|type|class) (\w+)/gm);
    return [...exported].filter(([, name]) => places.get(name) === 1).map(([, name]) => `${file} ${name}`);
  });
  // The declaration of `studyKinds` names it.
  expect(alone).toEqual(["packages/core/src/kinds/table.ts PlannedPart"]);
});
