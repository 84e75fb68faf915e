// carom fit: long trainings are divided over worker processes, and give the same from any number of them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

it("writes the same forest, and chooses by the same errors, whatever the number of processes", async () => {
  writeFileSync(at("data.npz"), pointsFile(1000));
  const asked = ["forest", "--data", at("data.npz"), "--set", "trees=1400", "--grid", "depth=1,2", "--cv", "2"];
  const fitted = async (workers: string) => {
    const out = at(`with-${workers}.onnx`);
    const run = await carom(["fit", ...asked, "--workers", workers, "--json", "--out", out], { store: at(workers) });
    expect(run.status).toBe(0);
    return { bytes: readFileSync(out), said: { ...JSON.parse(run.stdout), out: "" }, told: run.stderr };
  };
  const one = await fitted("1");
  expect(one.said.training.trees).toBe(1400);
  expect(one.said.validation.settings).toHaveLength(2);
  expect(one.told).not.toContain("fold 1 of 2");
  const two = await fitted("2");
  expect(two.bytes.equals(one.bytes)).toBe(true);
  expect(two.said).toEqual(one.said);
  expect(two.told).toMatch(/fold \d of 2/);
  expect(two.told).toMatch(/trees \d+ to \d+/);
});
