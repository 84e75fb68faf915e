// What a job that fails its gate leaves: the status, JUnit XML, a summary, and SARIF, which is held against the
// official schema of version 2.1.0, as that of an audit without a gate is.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pythonWith } from "./pythonWith.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

/**
 * The schema as OASIS publishes it (oasis-tcs/sarif-spec, sarif-2.1/schema). Its terms are not ours to pass on, so it
 * is in no commit: `.ci/sarif` fetches it, or SARIF_SCHEMA names it.
 */
const here = fileURLToPath(new URL("../../../fixtures/sarif/sarif-schema-2.1.0.json", import.meta.url));
const schema = process.env.SARIF_SCHEMA ?? here;
const python = pythonWith("jsonschema");
const isHere = existsSync(schema) && python !== undefined;
if (!isHere)
  console.warn(`skipped: SARIF against its schema; there is no ${existsSync(schema) ? "jsonschema" : schema}`);

/** What the schema has against a document, by Python's jsonschema. */
function faults(document: string): string[] {
  const program = `import json, sys, jsonschema
schema, document = (json.load(open(path)) for path in sys.argv[1:])
checker = jsonschema.validators.validator_for(schema)
print(json.dumps([fault.json_path for fault in checker(schema, format_checker=checker.FORMAT_CHECKER).iter_errors(document)]))`;
  const { stdout, stderr } = spawnSync(python!, ["-c", program, schema, document], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe.skipIf(!isHere)("SARIF", () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);

  test("is valid, with and without a gate; a document that is not is told", { timeout: 120_000 }, async () => {
    writeFileSync(at("points.npz"), pointsFile(80));
    const store = at("store");
    await carom(["fit", "ridge", "--data", at("points.npz"), "--out", at("m.onnx")], { store });
    const audit = ["audit", "--target", at("m.onnx"), "--data", at("points.npz"), "--epsilon", "0.3"];
    const few = ["--surrogates", "ridge", "--attackers", "none"];
    const rules = [
      "--fail-if",
      "transfer > 0.01 at 0.3",
      "--fail-if",
      "clean > 0.9",
      "--fail-if",
      "white-box > 0.5 at 0.3",
    ];
    expect((await carom([...audit, ...few, "--out", at("plain")], { store })).status).toBe(0);
    expect((await carom([...audit, ...few, ...rules, "--out", at("gated")], { store })).status).toBe(3);
    const left = (name: string) => readFileSync(join(at("gated"), name), "utf8");
    expect(left("junit.xml")).toMatch(/<testsuite name="gate" tests="3" failures="1"/);
    expect(left("summary.md")).toMatch(/\| `transfer > 0\.01 at 0\.3` \| \*\*failed\*\* \|/);
    for (const name of ["plain", "gated"]) expect(faults(join(at(name), "audit.sarif"))).toEqual([]);
    const read = JSON.parse(left("audit.sarif"));
    expect(read.runs[0].results).toHaveLength(3);
    read.runs[0].results[1].level = "fatal";
    writeFileSync(at("wrong.sarif"), JSON.stringify(read));
    expect(faults(at("wrong.sarif"))).toEqual(["$.runs[0].results[1].level"]);
  });
});
