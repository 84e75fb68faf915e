// --device: a GPU that is not there is told in one sentence with what to install; auto then computes on the processor.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const data = at("points.npz");
const model = at("model.onnx");

beforeAll(async () => {
  writeFileSync(data, pointsFile(80));
  const fitted = await carom(["fit", "logistic", "--data", data, "--out", model, "--quiet", "--device", "cpu"]);
  expect(fitted).toMatchObject({ status: 0, stderr: "" });
});

const evade = (out: string, device: string) =>
  carom([
    "evade",
    "--model",
    model,
    "--data",
    data,
    "--epsilon",
    "0.1",
    "--quiet",
    "--device",
    device,
    "--out",
    at(out),
  ]);

it.each(["cuda", "webgpu"])("%s is used, or is not there, which one sentence says", async (device) => {
  const { status, stdout, stderr } = await evade(`${device}.npz`, device);
  if (status === 0) expect(stdout).toMatch(/^clean: error/);
  else {
    expect(status).toBe(2);
    expect(stderr).toMatch(
      new RegExp(
        `(^|\\n)carom: (unsupported|invalid) device ${device}: expected [^\\n]+, got [^\\n]+; ` +
          `[^\\n]+\\(--device cpu\\)\\n$`,
      ),
    );
  }
});

it("auto always computes, and says where", async () => {
  const { status, stderr } = await evade("auto.npz", "auto");
  expect(status).toBe(0);
  // A GPU's library may say before that it is not there.
  expect(stderr).toMatch(/(^|\n)carom: computing on [^\n]+\n$/);
});

it("anything else is refused with the choices", async () => {
  const { status, stderr } = await evade("tpu.npz", "tpu");
  expect(status).toBe(2);
  expect(stderr).toMatch(/^carom: unknown device "tpu": expected [^\n]*cpu, cuda, webgpu[^\n]*\n$/);
});
