// What happens around a run while it goes on: readers that leave, places that are full, processes that are stopped and
// go on, another command with the same output. Nothing is lost, and nothing is mixed.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const asking = (epsilon: string, out: string) => [
  ...["audit", "--target", at("model.onnx"), "--data", at("data.npz"), "--surrogates", "ridge", "--points", "20"],
  ...["--workers", "1", "--epsilon", epsilon, "--out", at(out)],
];
const metrics = (run: string) => readFileSync(at(`${run}/metrics.json`), "utf8");
const strays = () => readdirSync(folder).filter((name) => name.includes("partial"));

beforeAll(async () => {
  writeFileSync(at("data.npz"), pointsFile(120));
  await carom(["fit", "logistic", "--data", at("data.npz"), "--out", at("model.onnx"), "--quiet"]);
  for (const epsilon of ["0.1", "0.2"]) expect((await carom(asking(epsilon, epsilon))).status).toBe(0);
  expect(metrics("0.1")).not.toBe(metrics("0.2"));
});

/** The command in a shell, by a new store; its status and what it said. */
function through(script: (command: string) => string, args: readonly string[]) {
  const command = [process.execPath, main, ...args].map((part) => `'${part}'`).join(" ");
  const child = spawn("bash", ["-c", script(command)], {
    env: { ...process.env, CAROM_STORE: `${args.at(-1)}-store` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stdout.resume();
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  return new Promise<{ status: number | null; stderr: string }>((resolve) =>
    child.on("close", (status) => resolve({ status, stderr })),
  );
}

describe.runIf(process.platform === "linux")("a run goes on to its end", () => {
  it.each([
    ["where who reads what it says leaves after a line", (command: string) => `${command} 2>&1 | head -1`],
    ["where nobody hears its warnings and its progress", (command: string) => `${command} 2> /dev/full`],
    ["where standard error is closed", (command: string) => `${command} 2>&-`],
  ])("%s", async (what, script) => {
    const name = what.replaceAll(" ", "-");
    expect(await through(script, asking("0.1", name))).toEqual({ status: 0, stderr: "" });
    expect(metrics(name)).toBe(metrics("0.1"));
    expect(strays()).toEqual([]);
  });

  it("and keeps its results where its answer has no place", async () => {
    const { status, stderr } = await through((command) => `${command} --quiet > /dev/full`, asking("0.1", "full"));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^carom: invalid standard output: .*got a full disk; send it elsewhere\n$/);
    expect(metrics("full")).toBe(metrics("0.1"));
  });

  it("where all of its processes are stopped for a while", async () => {
    const run = spawn(process.execPath, [main, ...asking("0.1", "stopped"), "--quiet"], {
      env: { ...process.env, CAROM_STORE: at("stopped-store") },
      stdio: "ignore",
      detached: true,
    });
    const ended = new Promise<number | null>((resolve) => run.on("close", resolve));
    // At work on tasks, some of them done.
    while (!contentOf(folder).some((name) => /stopped-store.*[0-9a-f]{64}$/.test(name))) await after(50);
    process.kill(-run.pid!, "SIGSTOP");
    const before = contentOf(at("stopped-store"));
    await after(1000);
    expect(contentOf(at("stopped-store"))).toEqual(before);
    process.kill(-run.pid!, "SIGCONT");
    expect(await ended).toBe(0);
    expect(metrics("stopped")).toBe(metrics("0.1"));
  });
});

describe("two commands with one folder for output", () => {
  it("of different questions: one has it, the other says so in a sentence", async () => {
    const store = temporaryFolder();
    const questions = ["0.1", "0.2"];
    const runs = await Promise.all(questions.map((each) => carom([...asking(each, "both"), "--quiet"], { store })));
    const won = runs.findIndex(({ status }) => status === 0);
    expect(runs.map(({ status }) => status).toSorted()).toEqual([0, 2]);
    expect(runs[1 - won].stderr).toMatch(/carom: invalid output .*both: expected [^\n]*; [^\n]+\n$/);
    expect(metrics("both")).toBe(metrics(questions[won]));
    expect(contentOf(at("both"))).toEqual(contentOf(at(questions[won])));
    expect(strays()).toEqual([]);
  });
});
