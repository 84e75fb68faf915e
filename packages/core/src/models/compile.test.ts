import { expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { writeModel } from "../onnx/proto.ts";
import { tensor } from "../tensor.ts";
import { compile, tellModel } from "./compile.ts";
import { modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";

test("rows on which a node fails are the model's fault, told with its name, the node and a remedy", async () => {
  const g = new GraphBuilder();
  const index = g.node("Cast", [g.input("x", "float32", ["N", 1])], { to: { int: 7 } });
  const table = g.constant(tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]));
  const picked = g.node("Gather", [table, index], { axis: { int: 0 } });
  g.output(g.node("Reshape", [picked, g.ints([-1, 2])]), "scores");
  const model = await openModel(runtime, { ...modelFromGraph(modelOf(g.graph())), name: "table.onnx" });
  expect([...(await model.scores(tensor("float32", [1, 1], [2]))).data]).toEqual([5, 6]);
  await expect(model.scores(tensor("float32", [1, 1], [9]))).rejects.toMatchObject({
    name: "InputError",
    message: expect.stringMatching(
      /^invalid model table\.onnx: .*Gather.*indices element out of data bounds.*; run the file/,
    ),
  });
});

test("bytes that the runtime refuses are told in one sentence", async () => {
  const g = new GraphBuilder();
  g.output(g.node("Relu", [g.input("x", "float32", ["N", 2])]), "y");
  const graph = g.graph();
  const nodes = graph.nodes.map((node) => ({ ...node, op: "NoSuchOperator" }));
  const bytes = writeModel(modelOf({ ...graph, nodes }));
  await expect(compile(runtime, bytes, tellModel({ name: undefined }))).rejects.toThrow(
    /^invalid model: expected an ONNX graph that ONNX Runtime can load, got .*NoSuchOperator/,
  );
});
