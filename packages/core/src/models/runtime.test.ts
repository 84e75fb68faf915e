// A model in memory is compiled without a copy of its weights, into what its file computes.

import { expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { splitModel, writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";

const SIZE = 600;

test("weights beside the file count as those inside it, and are not needed once it is compiled", async () => {
  const random = stream(1, "outside");
  const drawn = (rows: number, columns: number) => {
    const length = rows * columns;
    return tensor(
      "float32",
      [rows, columns],
      Float32Array.from({ length }, () => random.normal()),
    );
  };
  const weights = drawn(SIZE, SIZE);
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", SIZE]);
  const large = g.constant(weights);
  const product = g.node("MatMul", [x, large]);
  // Transposed, as gradients take them: the runtime does that once, while it compiles.
  const back = g.node("MatMul", [product, g.node("Transpose", [large], { perm: { ints: [1, 0] } })]);
  g.output(g.node("Add", [back, g.constant(drawn(1, SIZE))]), "y");
  const model = modelOf(g.graph());
  const { bytes, outside } = splitModel(model);
  expect(outside.map(({ data }) => data.byteLength)).toEqual([4 * SIZE * SIZE]);
  expect(bytes.length).toBeLessThan(2 ** 14);

  const [whole, split] = [await runtime.compile(writeModel(model)), await runtime.compile(model)];
  const feeds = { x: drawn(3, SIZE) };
  const expected = await whole.run(feeds);
  weights.data.fill(0);
  expect(await split.run(feeds)).toEqual(expected);
  await whole.release();
  await split.release();
});
