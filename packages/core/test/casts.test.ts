// What the store gives has the type that its kind of task promises: codecs alone say what bytes are.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["core/src/study", "core/src/kinds", "core/src/report", "cli/src/commands", "cli/src/host"];
const files = sources.flatMap((folder) =>
  readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `${folder}/${file}`),
);

/** Casts outside codecs: of anything in tasks, and everywhere of what is read from a store. */
function castsOf(name: string, text: string): string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && /codec$/i.test(node.name.getText(file))) return;
    if (ts.isAsExpression(node) && node.type.getText(file) !== "const") {
      const isRead = /\b(readRef|readArtifact|store\.\w+)\(/.test(node.expression.getText(file));
      if (isRead || name.startsWith("core/src/study/tasks/")) found.push(`${name}: ${node.getText(file)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no artifact is cast outside codecs", () => {
  expect(files.length).toBeGreaterThan(150);
  expect(files.flatMap((file) => castsOf(file, readFileSync(`${root}/${file}`, "utf8")))).toEqual([]);
});

test("such a cast would be found", () => {
  const cast = "const a = (await readRef(store, ref)) as Answer;";
  expect(castsOf("core/src/report/a.ts", cast)).toHaveLength(1);
  expect(castsOf("core/src/study/tasks/a.ts", "const a = b as unknown as C;")).toHaveLength(2);
  expect(castsOf("core/src/study/tasks/a.ts", "const codec = { decode: (json) => json as A };")).toEqual([]);
});
