// The training objective of a network and its derivatives of first and second order, as compiled graphs.

import { concatenate } from "../../linalg.ts";
import { addLoss } from "../../models/losses.ts";
import type { Runtime, Session } from "../../models/runtime.ts";
import { GraphBuilder, modelOf } from "../../onnx/builder.ts";
import { addGradients } from "../../onnx/differentiate.ts";
import { writeModel } from "../../onnx/proto.ts";
import { simplify } from "../../onnx/simplify.ts";
import { type FloatType, sizeOf, type Tensor, tensor, toFloat } from "../../tensor.ts";
import type { Network } from "./sgdGraph.ts";

/** Rows [N, ...] with their labels, and what is summed over them: weight times the loss of each. */
export interface WeighedRows {
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  readonly weight: number;
}

/** F(theta) = weight sum_i l(y_i, s(x_i)) + decay/2 ||theta||^2 over the parameters that decay; l the cross-entropy. */
export interface GraphProblem {
  /** The value and the gradient by theta. */
  evaluate(theta: Float64Array, rows: WeighedRows, decay: number): Promise<{ value: number; gradient: Float64Array }>;
  /** The Hessian by theta times v. */
  product(theta: Float64Array, rows: WeighedRows, decay: number, v: Float64Array): Promise<Float64Array>;
  /** The derivative of (dF/dtheta . v) by each of the rows, [N, D]. */
  byRows(theta: Float64Array, rows: WeighedRows, v: Float64Array): Promise<Float64Array>;
  close(): Promise<void>;
}

const along = (name: string) => `${name}:along`;

/** Compiles the three graphs of a network; in float64, unless it has operators that the runtime lacks there. */
export async function graphProblem(
  network: Network,
  rowShape: readonly number[],
  type: FloatType,
  decays: (name: string) => boolean,
  runtime: Runtime,
): Promise<GraphProblem> {
  const shapes = Array.from(network.weights, ([name, { shape }]) => ({ name, shape }));
  const names = shapes.map(({ name }) => name);
  const compile = (order: "value" | "product" | "rows") => {
    const g = new GraphBuilder();
    const x = g.input("x", type, ["N", ...rowShape]);
    const label = g.input("label", "int32", ["N"]);
    const weight = g.input("weight", type, []);
    const decay = g.input("decay", type, []);
    for (const { name, shape } of shapes) g.input(name, type, shape);
    const loss = addLoss(g, "crossEntropy", { scores: network.forward(g, x) }, label);
    let total = g.node("Mul", [weight, g.node("ReduceMean", [loss], { keepdims: { int: 0 } })]);
    for (const { name, shape } of shapes.filter((each) => decays(each.name))) {
      const square = sumOf(g, g.node("Mul", [name, name]), shape);
      total = g.node("Add", [total, g.node("Mul", [decay, g.node("Mul", [square, g.scalar(0.5, square)])])]);
    }
    const gradients = addGradients(g, total, names);
    const outputs: string[] = [];
    const give = (value: string, as: string) => {
      g.output(value, as);
      outputs.push(as);
    };
    if (order === "value") {
      give(total, "value");
      for (const [i, name] of names.entries()) give(gradients[i], `d:${name}`);
    } else {
      const products = shapes.map(({ name, shape }, i) =>
        sumOf(g, g.node("Mul", [gradients[i], g.input(along(name), type, shape)]), shape),
      );
      const sum = products.reduce((a, b) => g.node("Add", [a, b]));
      const by = order === "product" ? names : [x];
      for (const [i, value] of addGradients(g, sum, by).entries()) give(value, `d:${by[i]}`);
    }
    return runtime.processor.compile(writeModel(modelOf(simplify(g.graph(outputs)))));
  };
  const sessions = { value: await compile("value"), product: await compile("product"), rows: await compile("rows") };
  const flat = (outputs: Record<string, Tensor>) =>
    concatenate(...names.map((name) => outputs[`d:${name}`].data as Float64Array));
  const parameters = (theta: Float64Array, rename: (name: string) => string) => {
    let at = 0;
    return Object.fromEntries(
      shapes.map(({ name, shape }) => {
        const part = theta.slice(at, (at += sizeOf(shape)));
        return [rename(name), toFloat(tensor("float64", shape, part), type)];
      }),
    );
  };
  const run = (session: Session, theta: Float64Array, rows: WeighedRows, decay: number, v?: Float64Array) => {
    const scalar = (value: number) => toFloat(tensor("float64", [], Float64Array.of(value)), type);
    const feeds: Record<string, Tensor> = {
      x: toFloat(rows.x, type),
      label: tensor("int32", [rows.labels.length], rows.labels),
      weight: scalar(rows.weight * rows.labels.length),
      decay: scalar(decay),
      ...parameters(theta, (name) => name),
      ...(v && parameters(v, along)),
    };
    const used = new Set(session.inputs.map(({ name }) => name));
    return session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => used.has(name))));
  };
  return {
    async evaluate(theta, rows, decay) {
      const outputs = await run(sessions.value, theta, rows, decay);
      return { value: Number(outputs.value.data[0]), gradient: flat(outputs) };
    },
    product: async (theta, rows, decay, v) => flat(await run(sessions.product, theta, rows, decay, v)),
    byRows: async (theta, rows, v) =>
      Float64Array.from((await run(sessions.rows, theta, rows, 0, v))["d:x"].data as Float64Array),
    async close() {
      for (const session of Object.values(sessions)) await session.release();
    },
  };
}

/** The sum of all elements. */
function sumOf(g: GraphBuilder, value: string, shape: readonly number[]): string {
  return g.node("ReduceSum", [value, g.ints(shape.map((_, axis) => axis))], { keepdims: { int: 0 } });
}
