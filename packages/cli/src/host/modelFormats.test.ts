// Files of other tools are known by their first bytes, whatever they are called, and by their endings.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeModel } from "@carom/core";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { readModelBytes } from "./modelFormats.ts";

const folder = temporaryFolder();
const bytesOf = (text: string) => Buffer.from(text, "latin1");
/** The local header of the first file in a zip. */
const zip = (name: string) => bytesOf(`PK\x03\x04\x14${"\0".repeat(25)}${name}`);

it.each([
  ["net.bin", zip("archive/data.pkl"), /PyTorch/, /torch\.onnx\.export/],
  ["old.pth", bytesOf("\x80\x02\x8a"), /PyTorch/, /torch\.onnx\.export/],
  ["model.joblib", bytesOf("\x80\x04\x95"), /pickle/, /skl2onnx/],
  ["model", bytesOf("\x80\x05\x95"), /pickle/, /skl2onnx/],
  ["model.h5", bytesOf("\x89HDF\r\n\x1a\n"), /Keras/, /model\.export/],
  ["model.keras", zip("metadata.json"), /Keras/, /model\.export/],
  ["net", bytesOf("\x1c\0\0\0TFL3"), /TensorFlow/, /tf2onnx/],
  ["booster.txt", bytesOf("tree\nversion=v4\n"), /boosted/, /convert_lightgbm/],
  ["booster.json", bytesOf('{"learner":{'), /boosted/, /convert_xgboost/],
  ["weights.safetensors", bytesOf("\x40\0\0\0\0\0\0\0{}"), /safetensors/, /torch\.onnx\.export/],
])("%s", async (name, bytes, got, lines) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const fault = await readModelBytes(path).catch((error: Error) => error);
  expect(fault).toMatchObject({ name: "InputError", code: "unsupported" });
  expect((fault as Error).message).toMatch(got);
  expect((fault as Error).message).toMatch(lines);
});

it("a folder is told to be one", async () => {
  mkdirSync(join(folder, "saved"));
  await expect(readModelBytes(join(folder, "saved"))).rejects.toThrow(/got a folder.*tf2onnx/s);
});

it("ONNX is read whatever it is called", async () => {
  const g = new GraphBuilder();
  g.output(g.node("Relu", [g.input("x", "float32", ["N", 2])]), "scores");
  const bytes = writeModel(modelOf(g.graph()));
  for (const name of ["net.pb", "net.pt", "net.pkl"]) {
    writeFileSync(join(folder, name), bytes);
    expect(await readModelBytes(join(folder, name))).toEqual(bytes);
  }
});
