// What strangers get: packages with what belongs into them, types that compile whatever flags they like, and a command
// that works from an empty folder, or says what it lacks.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "carom-packages-"));
afterAll(() => rmSync(folder, { recursive: true }));

const manifestOf = (name: string) => JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));

/** The files that a package's tarball would hold. */
function packed(name: string): string[] {
  const options = { cwd: join(root, "packages", name), encoding: "utf8" } as const;
  const [{ files }] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], options));
  return files.map(({ path }: { path: string }) => path);
}

/** An empty folder in which only these packages are installed: ours as it would be packed, others as they are here. */
function installed(name: string, ours: string, others: readonly string[]): string {
  const place = join(folder, name);
  for (const file of packed(ours)) {
    const to = join(place, "node_modules/@carom", ours, file);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(root, "packages", ours, file), to);
  }
  for (const other of others) {
    const to = join(place, "node_modules", other);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(join(root, "node_modules", other), to);
  }
  return place;
}

describe.each(["core", "cli"])("the package of %s", (name) => {
  test("holds what belongs into it, and no tests", () => {
    const files = packed(name);
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
    expect(files.filter((file) => /\.(test\.|map$|tsbuildinfo$)|^src\//.test(file))).toEqual([]);
    expect(readFileSync(join(root, "packages", name, "LICENSE"))).toEqual(readFileSync(join(root, "LICENSE")));
  });

  test("says what it is, needs no install script and no ONNX Runtime", () => {
    const { description, keywords, license, scripts, dependencies } = manifestOf(name);
    expect(description).toMatch(/\w/);
    expect(keywords.length).toBeGreaterThan(4);
    expect(license).toBe("MIT");
    expect(scripts).toBeUndefined();
    expect(Object.keys(dependencies).filter((each) => each.startsWith("onnxruntime"))).toEqual([]);
  });
});

test("the library's types compile under every flag of strictness, those of its dependencies among them", () => {
  const { dependencies, exports } = manifestOf("core");
  const place = installed("types", "core", Object.keys(dependencies));
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  const paths = Object.keys(exports).map((path) => path.replace(/^\./, "@carom/core"));
  const lines = paths.map((path, i) => `export * as part${i} from "${path}";`);
  const file = join(place, "all.ts");
  writeFileSync(file, lines.join("\n"));
  const program = ts.createProgram([file], {
    ...{ target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    ...{ noPropertyAccessFromIndexSignature: true, noImplicitOverride: true, noImplicitReturns: true },
    ...{ isolatedModules: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true },
  });
  const faults = ts.getPreEmitDiagnostics(program).map(({ file: at, messageText }) => {
    return `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(faults).toEqual([]);
  expect(paths.length).toBeGreaterThan(8);
});

describe("the command in an empty folder", () => {
  const { dependencies, optionalDependencies } = manifestOf("cli");
  const carom = (place: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(place, "node_modules/@carom/cli/bin/carom.js"), ...args], {
      cwd: place,
      encoding: "utf8",
      env: { ...process.env, CAROM_STORE: join(place, "store") },
    });

  test("needs what it declares and nothing else", () => {
    const place = installed("whole", "cli", Object.keys({ ...dependencies, ...optionalDependencies }));
    const { status, stderr } = carom(place, "fit", "ridge", "--data", "digits", "--out", "model.onnx");
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(readFileSync(join(place, "model.onnx")).length).toBeGreaterThan(1000);
  });

  test("without ONNX Runtime looks at data, and says what brings it where it is needed", () => {
    const place = installed("without", "cli", Object.keys(dependencies));
    expect(carom(place, "data", "info", "digits").status).toBe(0);
    const { status, stderr } = carom(place, "fit", "ridge", "--data", "digits", "--out", "model.onnx");
    expect(status).toBe(2);
    expect(stderr).toMatch(/missing ONNX Runtime: expected the package onnxruntime-node.*got none/s);
    const { "onnxruntime-node": version } = optionalDependencies;
    expect(stderr).toContain(`npm install --ignore-scripts onnxruntime-node@${version}`);
  });
});
