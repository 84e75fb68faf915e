// The GitHub action and GitLab's job, run as the scripts that they are; npx alone is replaced, by the built command.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const root = new URL("../../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), "utf8");
const folder = temporaryFolder();
const few = ["--surrogates=ridge", "--epsilon=0.1,0.3", "--attackers=none"];

beforeAll(async () => {
  writeFileSync(join(folder, "test.npz"), pointsFile(80));
  const fitted = await carom(["fit", "svm-linear", "--data", "test.npz", "--out", "model.onnx"], { cwd: folder });
  expect(fitted.stderr + fitted.status).toMatch(/0$/);
  mkdirSync(join(folder, "bin"));
  const command = fileURLToPath(new URL("packages/cli/bin/carom.js", root));
  writeFileSync(
    join(folder, "bin/npx"),
    `#!/bin/sh\n[ "$1 $2 $3 $4" = "--yes --package @carom/cli carom" ] || exit 97\n[ ` +
      `"$NPM_CONFIG_IGNORE_SCRIPTS" = true ] || exit 98\nshift 4\nexec "${process.execPath}" "${command}" "$@"\n`,
  );
  chmodSync(join(folder, "bin/npx"), 0o755);
});

/** A script as a runner starts it. */
function run(script: string, variables: Readonly<Record<string, string>>) {
  const env = { ...process.env, CAROM_STORE: join(folder, "store"), ...variables };
  return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...env, PATH: `${join(folder, "bin")}:${process.env.PATH}` },
  });
}

/** The action with these inputs, as a runner would fill them in. */
function act(given: Readonly<Record<string, string>>, name: string) {
  const { inputs, runs, outputs } = parse(read("action.yml"));
  for (const input of Object.keys(given)) expect(Object.keys(inputs)).toContain(input);
  const value = (expression: string) =>
    expression.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => given[input] ?? inputs[input].default);
  const [step] = runs.steps;
  expect([runs.using, step.shell, outputs.folder.value]).toEqual([
    "composite",
    "bash",
    `\${{ steps.${step.id}.outputs.folder }}`,
  ]);
  // What the user gives is never part of the script.
  expect(step.run).not.toContain("${{");
  const files = { GITHUB_OUTPUT: join(folder, `${name}.output`), GITHUB_STEP_SUMMARY: join(folder, `${name}.summary`) };
  const env = Object.fromEntries(Object.entries<string>(step.env).map(([key, text]) => [key, value(text)]));
  const { status, stderr } = run(step.run, { ...env, ...files });
  const text = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
  return { status, stderr, output: text(files.GITHUB_OUTPUT), summary: text(files.GITHUB_STEP_SUMMARY) };
}

const model = { target: "model.onnx", data: "test.npz" };

test("the action passes and fails with the gate, and its page says which rule broke", () => {
  const broken = act(
    { ...model, "fail-if": "clean > 0.9\ntransfer > 0 at 0.3\n", arguments: few.join("\n"), folder: "broken" },
    "broken",
  );
  expect([broken.status, broken.output]).toEqual([3, "folder=broken\n"]);
  expect(broken.summary).toMatch(/\| `transfer > 0 at 0\.3` \| \*\*failed\*\* \|/);
  const kept = act(
    { ...model, "fail-if": "increase > 0.01", baseline: "broken", arguments: few.join("\n"), folder: "kept" },
    "kept",
  );
  expect([kept.status, kept.stderr]).toEqual([0, ""]);
  expect(kept.summary).toMatch(/\| `increase > 0\.01` \| passed \|/);
});

test("the action tells what is wrong with an input, and runs nothing that is in it", () => {
  const refused = act({ ...model, target: '$(touch hit)";touch hit;"', folder: "refused" }, "refused");
  expect([refused.status, refused.summary]).toEqual([2, ""]);
  expect(refused.stderr).toContain("touch hit");
  expect([existsSync(join(folder, "hit")), existsSync(join(folder, "refused"))]).toEqual([false, false]);
});

test("the job of GitLab fails with the gate, and leaves what it collects", () => {
  const [, text] = /## GitLab\n\n```yaml\n([\s\S]*?)```/.exec(read("docs/ci.md"))!;
  const { carom: job } = parse(text);
  const { CAROM_STORE, ...variables } = job.variables;
  expect(job.cache.paths.map((path: string) => `$CI_PROJECT_DIR/${path}`)).toEqual([CAROM_STORE]);
  const script = job.script.map((line: string) => `${line} ${few.join(" ")}`).join("\n");
  const { status, stderr } = run(script, { ...variables, FAIL_IF: "transfer > 0 at 0.3" });
  expect([status, stderr]).toEqual([3, ""]);
  expect(existsSync(join(folder, job.artifacts.reports.junit))).toBe(true);
  expect(job.artifacts.paths.every((path: string) => existsSync(join(folder, path)))).toBe(true);
});
