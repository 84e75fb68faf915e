// A model that crashes the runtime ends a command with one sentence, whatever the verb.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor, writeModel } from "@carom/core";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const model = join(folder, "crash.onnx");
const data = join(folder, "data.npz");
writeFileSync(model, crashing());
writeFileSync(data, pointsFile(24));

/**
 * Divides the least integer by -1, which the processor answers with a trap; what is divided is known only from the
 * rows.
 */
function crashing(): Uint8Array {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 4]);
  const whole = g.node("Cast", [x], { to: { int: 7 } });
  const integer = (value: bigint) => g.constant(tensor("int64", [], new BigInt64Array([value])));
  const least = g.node("Add", [g.node("Sub", [whole, whole]), integer(-(2n ** 63n))]);
  const divided = g.node("Cast", [g.node("Div", [least, integer(-1n)])], { to: { int: 1 } });
  const weights = g.constant(tensor("float32", [4, 2], [1, 0, 0, 1, 1, 0, 0, 1]));
  g.output(g.node("MatMul", [g.node("Add", [x, divided]), weights]), "scores");
  return writeModel(modelOf(g.graph()));
}

it.each([
  ["score", "--model", model, "--data", data],
  ["inspect", model, "--data", data],
  ["evade", "--model", model, "--data", data, "--epsilon", "0.1", "--out", join(folder, "evaded.npz")],
  ["audit", "--target", model, "--data", data, "--epsilon", "0.1", "--out", join(folder, "run")],
])("%s", async (...args) => {
  const { status, stdout, stderr } = await carom(args);
  expect(stderr).toMatch(
    /^carom: invalid model crash\.onnx: .* a crash inside the runtime \(SIG(FPE|SEGV|ABRT|ILL)\); .*\n$/,
  );
  expect(stderr.split("\n")).toHaveLength(2);
  expect(stdout).toBe("");
  expect(status).toBe(2);
  expect(contentOf(folder)).toEqual(["crash.onnx", "data.npz"]);
});
