// Operators that are written out: as gradient cases, and against the runtime's own.

import { expect } from "vitest";
import { GraphBuilder } from "../../src/onnx/builder.ts";
import type { Dim } from "../../src/onnx/dim.ts";
import type { Attributes, OnnxModel } from "../../src/onnx/graph.ts";
import { operatorName } from "../../src/onnx/ops/index.ts";
import { rewrites } from "../../src/onnx/rewrites/index.ts";
import { upgrade } from "../../src/onnx/upgrade.ts";
import { stream } from "../../src/random.ts";
import { sizeOf, type Tensor, tensor, toNumbers } from "../../src/tensor.ts";
import { runModel } from "../runtime.ts";
import { check, noFindings } from "./check.ts";
import { expectAgreement } from "./suite.ts";

/** One node of an operator that is written out. */
export interface Written {
  readonly op: string;
  readonly domain?: string;
  readonly version: number;
  readonly attributes?: Attributes;
  /**
   * Shapes of the real-valued inputs by position, in which "N" stands for the batch; "" omits an input, a tensor is a
   * constant.
   */
  readonly inputs: readonly (readonly Dim[] | "" | Tensor)[];
  /** Which outputs are used; the first alone where absent. */
  readonly outputs?: readonly string[];
  /** Where real-valued inputs are drawn from. */
  readonly range?: readonly [number, number];
}

/** What "N" is. */
const BATCH = 3;

const isShape = (input: readonly Dim[] | "" | Tensor): input is readonly Dim[] => Array.isArray(input);

function modelOf({ op, domain = "", version, attributes = {}, inputs, outputs = ["y"] }: Written): OnnxModel {
  const names = inputs.map((input, i) => (input === "" ? "" : `x${i}`));
  return {
    graph: {
      name: "g",
      inputs: inputs.flatMap((input, i) =>
        isShape(input) ? [{ name: names[i], type: "float32" as const, shape: input }] : [],
      ),
      outputs: outputs.filter((name) => name !== "").map((name) => ({ name })),
      initializers: new Map(inputs.flatMap((input, i) => (input !== "" && !isShape(input) ? [[names[i], input]] : []))),
      nodes: [{ op, domain, name: "n", inputs: names, outputs: [...outputs], attributes }],
    },
    opsets: { "": domain === "" ? version : 18, ...(domain !== "" && { [domain]: version }) },
    metadata: {},
    producer: "test",
  };
}

/** Holds what is written out against the runtime's own operator. */
export async function agreesWithRuntime(written: Written, seed: number, tolerance = 1e-5): Promise<void> {
  const model = modelOf(written);
  const [low, high] = written.range ?? [-2, 2];
  const feeds = Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => {
      const random = stream(seed, written.op, name);
      const sizes = shape!.map((dim) => (dim === "N" ? BATCH : (dim as number)));
      const data = Array.from({ length: sizeOf(sizes) }, () => Math.fround(low + (high - low) * random.uniform()));
      return [name, { type: "float32" as const, shape: sizes, data }];
    }),
  );
  const [expected, got] = [await runModel(model, feeds), await runModel(upgrade(model), feeds)];
  const inferred = GraphBuilder.from(upgrade(model).graph);
  for (const [name, { shape, type, data }] of Object.entries(expected)) {
    expect(got[name].type).toBe(type);
    expect(got[name].shape).toEqual(shape);
    expect(inferred.type(name).shape.map((dim) => (dim === "N" ? BATCH : dim))).toEqual(shape);
    const largest = Math.max(1, ...data.map(Math.abs));
    data.forEach((value, i) => {
      expect(Math.abs(got[name].data[i] - value), `${name}[${i}]: ${got[name].data[i]} for ${value}`).toBeLessThan(
        tolerance * largest,
      );
    });
  }
}

/** Holds the gradients through what is written out against central differences, and those against the runtime. */
export async function hasGradients(written: Written, seed: number): Promise<void> {
  const { op, domain = "", version, attributes = {}, inputs, outputs = ["y"] } = written;
  const findings = noFindings();
  const checked = await check(
    {
      op,
      name: `${op} ${JSON.stringify([attributes, inputs.map((each) => (isShape(each) ? each : "")), seed])}`,
      inputs: Object.fromEntries(inputs.flatMap((input, i) => (isShape(input) ? [[`x${i}`, input]] : []))),
      ...(written.range && { range: written.range }),
      build(g, type) {
        const names = inputs.map((input, i) => {
          if (input === "" || isShape(input)) return input === "" ? "" : `x${i}`;
          return g.constant(input.type === "float32" ? tensor(type, input.shape, toNumbers(input)) : input);
        });
        const node = { op, domain, name: "n", inputs: names, outputs: [...outputs], attributes };
        const inline = () => {
          throw new Error("no graphs inside");
        };
        const results = [rewrites[operatorName(node)].rewrite(g, node, { version, inline, lists: new Map() })].flat();
        return outputs.flatMap((name, i) => (name === "" ? [] : [results[i]!]));
      },
    },
    seed,
    findings,
  );
  expect(checked).toBe(true);
  expectAgreement(findings);
}
