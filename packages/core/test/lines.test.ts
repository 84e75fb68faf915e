// Lines end within 120 columns, comments included: the formatter breaks code, but neither comments nor strings.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const WIDTH = 120;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = execFileSync("git", ["ls-files", "*.ts", "*.tsx", "*.mjs"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file && existsSync(`${root}/${file}`));

/**
 * Whether what stands there is better left whole: a regular expression, text of several lines whose breaks are its own,
 * markup, an expression inside a template, or words that have no space between them.
 */
function isWhole(node: ts.Node, file: ts.SourceFile): boolean {
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  for (let each = node; each; each = each.parent) {
    if (ts.isRegularExpressionLiteral(each) || ts.isTemplateSpan(each) || ts.isTaggedTemplateExpression(each))
      return true;
    if (!ts.isStringLiteralLike(each) && !ts.isTemplateExpression(each)) continue;
    if (lineOf(each.getStart(file)) !== lineOf(each.getEnd()) || !/\s\S|\\n/.test(each.getText(file))) return true;
  }
  return false;
}

/** The innermost node that a position lies in. */
function nodeAt(file: ts.SourceFile, position: number): ts.Node {
  let found: ts.Node = file;
  const visit = (node: ts.Node): void => {
    if (node.getStart(file) > position || node.getEnd() <= position) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function tooLong(name: string, text: string): string[] {
  const lines = text.split("\n");
  if (lines.every((line) => line.length <= WIDTH)) return [];
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  return lines.flatMap((line, i) => {
    if (line.length <= WIDTH || /^\s*(test|it|describe)\b/.test(line)) return [];
    const start = file.getLineStarts()[i];
    return isWhole(nodeAt(file, start + WIDTH - 4), file) ? [] : [`${name}:${i + 1}`];
  });
}

test("no line is longer than 120 columns, but for names of tests and what is better left whole", () => {
  expect(files.length).toBeGreaterThan(1000);
  expect(files.flatMap((file) => tooLong(file, readFileSync(`${root}/${file}`, "utf8")))).toEqual([]);
});

test("a comment and a string of words that are longer are found", () => {
  const words = "word ".repeat(30);
  expect(tooLong("a.ts", `// ${words}\nconst a = 1;\n`)).toEqual(["a.ts:1"]);
  expect(tooLong("a.ts", `const a = "${words}";\n`)).toEqual(["a.ts:1"]);
  expect(tooLong("a.ts", `test("${words}", () => {});\n`)).toEqual([]);
});
