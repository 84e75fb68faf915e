// What a model of the user's gets of the data beside it.

import { dataset, denseRows, runtimeFrom, tensor } from "@carom/core";
import { GraphBuilder, modelOf, writeModel } from "@carom/core/onnx";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { openOwnModel } from "./read.ts";

const FLOAT = 1;

test("a model of bytes gets the bytes of the data, whatever those were read as", async () => {
  const g = new GraphBuilder();
  g.output(g.node("Cast", [g.input("x", "uint8", ["N", 2])], { to: { int: FLOAT } }), "scores");
  const file = { name: "bytes.onnx", bytes: writeModel(modelOf(g.graph())) };
  const bytes = [0, 200, 255, 7, 31, 64];
  for (const meaning of ["unit", "raw", undefined] as const) {
    const features = tensor(meaning ? "uint8" : "float32", [3, 2], bytes);
    const data = dataset({ features, labels: [1, 0, 1], ...(meaning && { bytes: meaning }) });
    const { opened, facts, data: fitted } = await openOwnModel(runtimeFrom(ort), file, data);
    expect([...(await opened.scores(denseRows(fitted!))).data]).toEqual(bytes);
    expect(facts.error).toBe(0);
    await opened.close();
  }
});
