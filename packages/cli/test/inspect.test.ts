// What carom inspect tells of other tools' files, how they are read as the user says, and how bad ones are refused.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Tensor, tensor, writeModel } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import type { Node, ValueInfo } from "@carom/core/onnx";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const inputs = temporaryFolder();
const places = temporaryFolder();
const at = (name: string) => join(inputs, name);
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/onnx/sklearn/${name}.onnx`, import.meta.url));

const node = (op: string, from: readonly string[], to: string, domain = ""): Node => ({
  op,
  domain,
  name: to,
  inputs: from,
  outputs: [to],
  attributes: {},
});
const rows = (name: string, columns: number): ValueInfo => ({ name, type: "float32", shape: ["N", columns] });

function model(name: string, nodes: readonly Node[], output: ValueInfo, more: readonly ValueInfo[] = []): string {
  const initializers = new Map<string, Tensor>([
    ["w", tensor("float32", [4, 2], [2, -2, 1, -1, 0, 0, 0, 0])],
    ["c", tensor("float32", [4, 1], [2, 1, 0, 0])],
  ]);
  const graph = { name: "g", inputs: [rows("x", 4), ...more], outputs: [output], initializers, nodes };
  const opsets = { "": 18, ...(nodes.some(({ domain }) => domain !== "") && { "com.example": 1 }) };
  writeFileSync(at(name), writeModel({ graph, opsets, metadata: {}, producer: "test" }));
  return at(name);
}

const { x, y } = points(60);
const good = model("good.onnx", [node("MatMul", ["x", "w"], "logits")], rows("logits", 2));

beforeAll(() => {
  writeFileSync(at("points.npz"), pointsFile(60));
  const data = x.data.map((value) => 10 * value + 5);
  writeFileSync(at("other-units.npz"), writeNpz({ x: { ...x, data }, y }));
  writeFileSync(at("truncated.onnx"), readFileSync(fixture("svcRbf3.zipmap18")).subarray(0, 1500));
  model("operator.onnx", [node("Frobnicate", ["x"], "scores", "com.example")], rows("scores", 2));
  const sum = [
    node("Add", ["x", "second"], "s"),
    node("Add", ["s", "third"], "t"),
    node("MatMul", ["t", "w"], "scores"),
  ];
  model("inputs.onnx", sum, rows("scores", 2), [rows("second", 4), { ...rows("third", 4), shape: ["N", "size"] }]);
  model("price.onnx", [node("MatMul", ["x", "c"], "price")], rows("price", 1));
});

describe("bad files end in one clear sentence", () => {
  const faults: readonly (readonly [file: string, sentence: RegExp])[] = [
    ["truncated.onnx", /^carom: invalid ONNX file: expected .*; export the model again/],
    [
      "operator.onnx",
      /^carom: invalid model operator\.onnx: expected an ONNX graph that ONNX Runtime can load, got .*Frobnicate/,
    ],
    [
      "inputs.onnx",
      /^carom: unsupported inputs of the model: .*known sizes .*"third" \[N, size\]; fix them with --input-shape, such as size=16/,
    ],
    ["price.onnx", /^carom: unsupported outputs of the model: expected scores of shape \[N, K\].*got "price" float32/],
  ];
  const verbs = {
    inspect: (file: string) => ["inspect", file],
    audit: (file: string) => ["audit", "--target", file, "--data", at("points.npz"), "--out", join(places, "run")],
  };
  it.each(faults.flatMap(([file, sentence]) => Object.keys(verbs).map((verb) => [verb, file, sentence] as const)))(
    "%s %s",
    async (verb, file, sentence) => {
      const { status, stdout, stderr } = await carom(verbs[verb as keyof typeof verbs](at(file)));
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(contentOf(places)).toEqual([]);
    },
  );
});

describe("inspect", () => {
  it("tells what a file of scikit-learn holds, and that gradients flow through it", async () => {
    const { status, stdout } = await carom(["inspect", fixture("svcRbf2.plain18"), "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      producer: "skl2onnx",
      inputShape: [4],
      layout: "flat rows",
      scores: {
        value: "probabilities",
        because: "of its name",
        classes: 2,
        probabilities: false,
        columnsReversed: true,
      },
      operators: [
        { operator: "Cast", count: 1, gradient: "rule" },
        { operator: "ai.onnx.ml.SVMClassifier", count: 1, gradient: "written out" },
      ],
      gradients: true,
    });
  });

  it("names classes that the file names, and takes the values in front of a dictionary", async () => {
    const { stdout } = await carom(["inspect", fixture("named3.zipmap18")]);
    expect(stdout).toMatch(/^classes +setosa, versicolor, virginica$/m);
    expect(stdout).toMatch(
      /^scores +"\w+", because the output "output_probability" is made of it: 3 classes, probabil/m,
    );
  });

  it("finds nothing suspicious of a model on its data, and chance on those of other units", async () => {
    // Classes 3 and 7 are told apart by a line that this model knows, the higher score first.
    const names = ["--classes", "7,3", "--normalize", "0.45,1"];
    const honest = await carom(["inspect", good, "--data", at("points.npz"), ...names]);
    expect(honest.stdout).toMatch(/^checks +nothing suspicious$/m);
    const other = await carom(["inspect", good, "--data", at("other-units.npz"), ...names]);
    expect(other.stdout).toMatch(/^Warning: Of 60 rows .* chance/m);
  });
});

describe("--normalize", () => {
  it("gives the scores of data in other units", async () => {
    const score = ["score", "--model", good, "--json", "--classes", "7,3", "--data"];
    const plain = await carom([...score, at("points.npz"), "--normalize", "0.45,1"]);
    const scaled = await carom([...score, at("other-units.npz"), "--normalize", "9.5,10"]);
    const { error, perClass } = JSON.parse(plain.stdout);
    expect(JSON.parse(scaled.stdout)).toMatchObject({ error, perClass });
    expect(error.estimate).toBeLessThan(0.35);
  });

  it.each([
    ["1", /--normalize/],
    ["0,0", /positive deviation/],
    ["0,0,0,1,1,1", /^carom: invalid option --normalize: expected 1 or 4 numbers/],
  ])("%s is refused", async (value, sentence) => {
    const { status, stderr } = await carom(["inspect", good, "--normalize", value]);
    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});

describe("audit", () => {
  it("warns of a target that is right no more often than chance", async () => {
    const { status, stdout } = await carom([
      "audit",
      "--target",
      good,
      "--data",
      at("points.npz"),
      "--classes",
      "3,7",
      "--epsilon",
      "0.1",
      "--points",
      "8",
      "--workers",
      "1",
      "--out",
      join(places, "chance"),
      "--quiet",
    ]);
    expect(status).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toMatch(/Warning: Of \d+ rows .* chance would give/);
  }, 120_000);
});
