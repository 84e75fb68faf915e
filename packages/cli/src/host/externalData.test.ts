import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { InputError, openModel } from "@carom/core";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { afterAll, describe, expect, test } from "vitest";
import { externalDataBeside } from "./externalData.ts";
import { loadModel } from "./modelFile.ts";
import { nodeRuntime } from "./runtime.ts";

const root = mkdtempSync(join(tmpdir(), "carom-external-"));
const folder = join(root, "model");
mkdirSync(join(folder, "parts"), { recursive: true });
writeFileSync(join(root, "secret"), "outside");
writeFileSync(
  join(folder, "weights"),
  Uint8Array.from({ length: 32 }, (_, i) => i),
);
writeFileSync(join(folder, "parts", "more"), "inside");
symlinkSync(join(root, "secret"), join(folder, "link"));
symlinkSync(root, join(folder, "up"));
symlinkSync(join(folder, "parts", "more"), join(folder, "same"));
afterAll(() => rmSync(root, { recursive: true }));

const model = join(folder, "model.onnx");

describe("data beside a model", () => {
  test("is the part that was asked for", () => {
    const read = externalDataBeside(model);
    expect([...read("weights", 4, 3)]).toEqual([4, 5, 6]);
    expect([...read("weights", 30, undefined)]).toEqual([30, 31]);
    expect(new TextDecoder().decode(read("parts/more", 0, 6))).toBe("inside");
    expect(new TextDecoder().decode(read("same", 0, 6))).toBe("inside");
  });

  test.each<[string, string, number, number | undefined, RegExp]>([
    ["a parent", "../secret", 0, 1, /\.\./],
    ["a parent behind a folder", "parts/../../secret", 0, 1, /\.\./],
    ["an absolute path", join(root, "secret"), 0, 1, /absolute/],
    ["a link out of the folder", "link", 0, 1, /leads out/],
    ["a folder that is a link out of the folder", "up/secret", 0, 1, /leads out/],
    ["no file", "none", 0, 1, /no such file/],
    ["a folder", "parts", 0, 1, /no regular file/],
    ["the folder itself", ".", 0, 1, /leads out/],
    ["an end behind the file", "weights", 30, 3, /32 bytes/],
    ["a start behind the file", "weights", 33, undefined, /32 bytes/],
    ["a huge length", "weights", 0, 2 ** 52, /32 bytes/],
    ["a negative start", "weights", -4, 4, /offset/],
    ["no number", "weights", Number.NaN, 4, /offset/],
  ])("is refused: %s", (_, location, offset, length, message) => {
    const read = externalDataBeside(model);
    expect(() => read(location, offset, length)).toThrow(InputError);
    expect(() => read(location, offset, length)).toThrow(message);
  });
});

/** scores = x W for W [2, 2] in a file. */
function modelWithWeightsIn(location: string): Uint8Array {
  const value = (name: string) =>
    create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, {
        value: {
          case: "tensorType",
          value: create(TypeProto_TensorSchema, {
            elemType: 1,
            shape: create(TensorShapeProtoSchema, {
              dim: [
                create(TensorShapeProto_DimensionSchema, { value: { case: "dimParam", value: "N" } }),
                create(TensorShapeProto_DimensionSchema, { value: { case: "dimValue", value: 2n } }),
              ],
            }),
          }),
        },
      }),
    });
  const weights = create(TensorProtoSchema, {
    name: "w",
    dims: [2n, 2n],
    dataType: 1,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      ["location", location],
      ["offset", "8"],
      ["length", "16"],
    ].map(([key, text]) => create(StringStringEntryProtoSchema, { key, value: text })),
  });
  const graph = create(GraphProtoSchema, {
    name: "g",
    input: [value("x")],
    output: [value("scores")],
    initializer: [weights],
    node: [create(NodeProtoSchema, { opType: "MatMul", input: ["x", "w"], output: ["scores"] })],
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: "", version: 18n })];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }));
}

describe("a model with weights in another file", () => {
  test("runs, and its hash covers them", async () => {
    const write = (numbers: number[]) => writeFileSync(join(folder, "w.bin"), new Float32Array([0, 0, ...numbers]));
    writeFileSync(model, modelWithWeightsIn("w.bin"));
    write([1, 2, 3, 4]);
    const first = await loadModel(model);
    const opened = await openModel(nodeRuntime(), first.model);
    const x = { type: "float32" as const, shape: [1, 2], data: Float32Array.of(1, 10) };
    expect([...(await opened.scores(x)).data]).toEqual([31, 42]);
    const { gradient } = await opened.differentiable!.inputGradient("margin", x, Int32Array.of(0));
    // Margin of class 1 over class 0: the difference of the columns.
    expect([...gradient.data]).toEqual([1, 1]);
    await opened.close();
    write([1, 2, 3, 5]);
    expect((await loadModel(model)).contentHash).not.toBe(first.contentHash);
  });

  test("is refused where they lie outside its folder", async () => {
    writeFileSync(model, modelWithWeightsIn("../secret"));
    await expect(loadModel(model)).rejects.toThrow(InputError);
    await expect(loadModel(model)).rejects.toThrow(/\.\./);
  });
});
