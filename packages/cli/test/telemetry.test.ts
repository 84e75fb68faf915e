// Nothing is reported about the models that are run, and nothing is kept in the user's folders but the store.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const data = at("points.npz");
const model = at("model.onnx");
const cli = fileURLToPath(new URL("..", import.meta.url));
const isTraced = spawnSync("strace", ["-V"]).status === 0;

/** Empty folders that stand for all that a user has, and an environment that says nothing of telemetry. */
function fresh(name: string) {
  const home = at(name);
  const env = { HOME: "", XDG_CACHE_HOME: "", XDG_CONFIG_HOME: "", XDG_DATA_HOME: "", TMPDIR: "" };
  for (const key of Object.keys(env) as (keyof typeof env)[]) {
    env[key] = join(home, key);
    mkdirSync(env[key], { recursive: true });
  }
  const left = () => contentOf(home).filter((path) => !(path in env));
  // The runtime is silent too where it believes to be tested.
  return { env: { ...env, ORT_DISABLE_TELEMETRY: undefined, CI: undefined }, left };
}

beforeAll(async () => {
  writeFileSync(data, pointsFile(80));
  const { status } = await carom(["fit", "logistic", "--data", data, "--out", model, "--quiet"]);
  expect(status).toBe(0);
});

/** A program of the library, started with the environment. */
function program(lines: readonly string[], env: NodeJS.ProcessEnv): void {
  const source = `import { readFileSync } from "node:fs"; import * as ort from "onnxruntime-node"; ${lines.join("\n")}`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    cwd: cli,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}
const bytes = `new Uint8Array(readFileSync(${JSON.stringify(model)}))`;

describe("the user's folders stay empty", () => {
  it.each([
    ["fit", ["fit", "mlp", "--data", data, "--out", at("mlp.onnx"), "--quiet"]],
    ["inspect", ["inspect", model, "--data", data, "--quiet"]],
    [
      "audit",
      [
        ...["audit", "--target", model, "--data", data, "--epsilon", "0.2", "--out", at("run")],
        ...["--surrogates", "ridge,mlp", "--workers", "2", "--quiet"],
      ],
    ],
  ])("after carom %s", async (name, args) => {
    const { env, left } = fresh(name);
    const trace = at(`${name}.trace`);
    const under = isTraced ? ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmmsg,sendmsg", "-o", trace] : [];
    const { status, stderr } = await carom(args, { env, under, cwd: folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(left()).toEqual([]);
    // Workers and the main process talk through pipes and sockets without an address.
    if (isTraced) expect(readFileSync(trace, "utf8")).not.toMatch(/AF_INET|nscd/);
  });

  it("after a program of the library", () => {
    const { env, left } = fresh("library");
    program(
      ['import * as carom from "@carom/core";', `await (await carom.runtimeFrom(ort).compile(${bytes})).release();`],
      env,
    );
    expect(left()).toEqual([]);
  });

  it.runIf(process.platform === "linux" && process.arch === "x64")("which they would not without the setting", () => {
    const { env, left } = fresh("telling");
    program([`await ort.InferenceSession.create(${bytes});`], env);
    expect(left().join("\n")).toMatch(/deviceid/);
  });
});

it("every program that comes along makes its sessions by the library, and so are tests told", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const programs = ["bench", "examples"].flatMap((place) =>
    readdirSync(join(root, place), { recursive: true, encoding: "utf8" }).map((path) => join(root, place, path)),
  );
  const own = programs.filter((path) => /\.m?[jt]s$/.test(path) && /InferenceSession/.test(readFileSync(path, "utf8")));
  expect(own).toEqual([]);
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe("1");
});
