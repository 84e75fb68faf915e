// The examples of docstrings are programs: they compile as a user's would, run, and print what their comments say.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, expect, test, vi } from "vitest";
import { type Export, examplesOf, exportsOf, paths, sources } from "./faces.ts";

/** A program out of a docstring, as a file beside this one, from where it finds packages. */
interface Example {
  readonly name: string;
  readonly code: string;
  readonly file: string;
}

const folder = mkdtempSync(fileURLToPath(new URL("./examples-", import.meta.url)));
afterAll(() => rmSync(folder, { recursive: true }));

const documented = new Map(paths.flatMap(exportsOf).map((each) => [`${each.file} ${each.name}`, each]));
const examples = [...documented.values()].flatMap(programsOf);

function programsOf({ name, statement }: Export): Example[] {
  return examplesOf(statement).map((text, i) => {
    const code = /^```ts\n(.*)\n```$/s.exec(text.trim())?.[1];
    if (code === undefined) throw new Error(`the example of ${name} is no block of TypeScript`);
    const file = join(folder, `${name}${i}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return { name, code, file };
  });
}

test("each function of the root has an example", () => {
  const functions = exportsOf("").filter(
    ({ statement }) => ts.isFunctionDeclaration(statement) || /^export const \w+ = \(/m.test(statement.getText()),
  );
  expect(functions.length).toBeGreaterThan(30);
  const without = functions.filter(({ statement }) => examplesOf(statement).length === 0);
  expect(without.map(({ file, name }) => `${file} ${name}`)).toEqual([]);
});

test("examples compile", () => {
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals: true,
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: { "@carom/core": [join(sources, "index.ts")], "@carom/core/*": [join(sources, "*", "index.ts")] },
    },
  );
  const faults = examples.flatMap(({ name, file }) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  });
  expect(faults).toEqual([]);
});

test.each(examples)("the example of $name prints what it says", async ({ code, file }) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => void printed.push(format(...values)));
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(promised.length).toBeGreaterThan(0);
  expect(printed).toEqual(promised);
});
