// Checks one graph: its value, gradient and Hessian-vector product by the reference, by differences and by the runtime.

import { GraphBuilder } from "../../src/onnx/builder.ts";
import { addGradients, differentiate, gradientName } from "../../src/onnx/differentiate.ts";
import type { Dim } from "../../src/onnx/dim.ts";
import type { Graph } from "../../src/onnx/graph.ts";
import { wholeWindows } from "../../src/onnx/passes/wholeWindows.ts";
import { prune } from "../../src/onnx/prune.ts";
import { passes, simplify } from "../../src/onnx/simplify.ts";
import type { Range } from "../../src/onnx/valueType.ts";
import { stream } from "../../src/random.ts";
import type { FloatType } from "../../src/tensor.ts";
import { sizeOf } from "../../src/tensor.ts";
import { evaluate, evaluateAll } from "../reference/evaluate.ts";
import type { Value } from "../reference/value.ts";
import { run } from "../runtime.ts";

/** What is bound to the symbol "N" when a graph runs. */
const BATCH = 3;

export interface GradientCase {
  /** The operator that the case is about, as the coverage check counts it. */
  readonly op: string;
  readonly name: string;
  /** Shapes of the inputs that are differentiated by, "N" standing for the batch. */
  readonly inputs: Readonly<Record<string, readonly Dim[]>>;
  /** Adds the nodes under test; returns the results. `type` is the element type of the inputs. */
  build(g: GraphBuilder, type: FloatType): string | readonly string[];
  /** Inputs are drawn uniformly from this interval; [-2, 2] where absent. */
  readonly range?: readonly [number, number];
}

/** The largest disagreements of a check, each relative to the norm of what it is measured against. */
export interface Findings {
  /** Draws that were thrown away because a kink lay within the step of the difference quotient. */
  kinks: number;
  draws: number;
  gradientError: number;
  hessianError: number;
  /** Of the reference's values, between a graph and what each pass makes of it. */
  passError: number;
  float32Error: number;
  /** Over the graphs that the runtime has float64 kernels for. */
  float64Error: number;
  /** The number of graphs that it has no float64 kernels for. */
  withoutFloat64: number;
  /** Values of which an inferred dimension differs from the computed one. */
  wrongShapes: string[];
  /** Values of which some element lies outside what was inferred, or is infinite though it should not be. */
  wrongRanges: string[];
}

export function noFindings(): Findings {
  return {
    kinks: 0,
    draws: 0,
    gradientError: 0,
    hessianError: 0,
    passError: 0,
    float32Error: 0,
    float64Error: 0,
    withoutFloat64: 0,
    wrongShapes: [],
    wrongRanges: [],
  };
}

/** The graph of a case with its gradient (of a weighted sum of the results) and that gradient's own (along v). */
export function graphsOf(testCase: GradientCase, type: FloatType) {
  const g = new GraphBuilder();
  const names = Object.keys(testCase.inputs);
  for (const name of names) g.input(name, type, testCase.inputs[name]);
  const built = testCase.build(g, type);
  const results = typeof built === "string" ? [built] : built;
  const weights = results.map((result, i) => g.input(`weight${i}`, type, g.type(result).shape));
  const loss = sumOfProducts(g, results, weights);
  g.output(loss, "loss");
  for (const result of results) g.output(result);
  const first = differentiate(g.graph(), { of: "loss", by: names });
  const gradients = names.map((name) => gradientName("loss", name));

  const h = GraphBuilder.from(first);
  const directions = names.map((name) => h.input(`direction_${name}`, type, h.type(name).shape));
  const along = sumOfProducts(h, gradients, directions);
  const products = addGradients(h, along, names);
  names.forEach((name, i) => {
    h.output(products[i], `product_${name}`);
  });
  return { names, results, gradients, first, second: h.graph() };
}

/** The sum over pairs of the sum of elementwise products: a scalar. */
function sumOfProducts(g: GraphBuilder, left: readonly string[], right: readonly string[]): string {
  return left
    .map((value, i) => g.node("ReduceSum", [g.node("Mul", [value, right[i]])], { keepdims: { int: 0 } }))
    .reduce((sum, each) => g.node("Add", [sum, each]));
}

const bind = (dim: Dim): number | undefined => {
  if (typeof dim === "number") return dim;
  const parts = dim.split("*").map((part) => (part === "N" ? BATCH : Number(part)));
  return parts.some(Number.isNaN) ? undefined : parts.reduce((product, part) => product * part, 1);
};

const norm = (x: readonly number[]) => Math.hypot(...x);
const distance = (a: readonly number[], b: readonly number[]) => norm(a.map((each, i) => each - b[i]));

/**
 * Central differences at h and h/2, extrapolated. Where f is smooth the two agree to O(h^2); where they do not, a
 * kink lies within the step, and the answer is undefined.
 */
function difference(f: (step: number) => readonly number[], scale: number): readonly number[] | undefined {
  const quotient = (h: number) => {
    const [ahead, behind] = [f(h), f(-h)];
    return ahead.map((each, i) => (each - behind[i]) / (2 * h));
  };
  const coarse = quotient(2e-4);
  const fine = quotient(1e-4);
  const limit = fine.map((each, i) => (4 * each - coarse[i]) / 3);
  return distance(coarse, fine) > 1e-6 * Math.max(norm(limit), scale) ? undefined : limit;
}

/**
 * Runs every check of a case and adds what it finds; `seed` makes the draws its own.
 *
 * Returns false where five draws in a row lie at a kink: then the kink is everywhere, as in |log sum softmax|.
 */
export async function check(testCase: GradientCase, seed: number, findings: Findings): Promise<boolean> {
  const graphs = graphsOf(testCase, "float64");
  const { names, gradients, first, second } = graphs;
  for (let attempt = 0; attempt < 5; attempt++) {
    findings.draws++;
    const feeds = draw(second, testCase, seed, attempt);
    if (checkDifferences(first, second, feeds, names, gradients, findings)) {
      checkPasses(graphs, feeds, findings);
      await checkRuntime(testCase, graphs, feeds, findings);
      return true;
    }
    findings.kinks++;
  }
  return false;
}

/** Numbers that float32 holds exactly, so that every evaluation sees the same ones. */
export function draw(graph: Graph, testCase: GradientCase, seed: number, attempt: number): Record<string, Value> {
  const feeds = graph.inputs.map(({ name, shape }): [string, Value] => {
    const random = stream(seed, testCase.op, testCase.name, name, attempt);
    const [low, high] = name in testCase.inputs && testCase.range ? testCase.range : [-2, 2];
    const sizes = shape!.map((dim) => {
      const size = bind(dim);
      if (size === undefined) throw new Error(`${testCase.name}: "${dim}" of "${name}" is unknown`);
      return size;
    });
    const data = Array.from({ length: sizeOf(sizes) }, () => Math.fround(low + (high - low) * random.uniform()));
    return [name, { type: "float64", shape: sizes, data }];
  });
  return Object.fromEntries(feeds);
}

/** Compares gradient and product with difference quotients; false where a kink is near. */
function checkDifferences(
  first: Graph,
  second: Graph,
  feeds: Readonly<Record<string, Value>>,
  names: readonly string[],
  gradients: readonly string[],
  findings: Findings,
): boolean {
  const values = evaluate(second, feeds);
  const gradient = gradients.flatMap((name) => values[name].data);
  const lossOnly = prune({ ...first, outputs: first.outputs.filter(({ name }) => name === "loss") });
  const scale = Math.abs(values.loss.data[0]) * 1e-3;
  const slopes: number[] = [];
  for (const name of names) {
    for (let i = 0; i < feeds[name].data.length; i++) {
      const slope = difference(
        (step) => {
          const data = feeds[name].data.with(i, feeds[name].data[i] + step);
          return evaluate(lossOnly, { ...feeds, [name]: { ...feeds[name], data } }).loss.data;
        },
        Math.max(norm(gradient), scale),
      );
      if (!slope) return false;
      slopes.push(slope[0]);
    }
  }
  const product = names.flatMap((name) => values[`product_${name}`].data);
  const curvature = difference(
    (step) => {
      const moved = names.map((name): [string, Value] => {
        const direction = feeds[`direction_${name}`].data;
        return [name, { ...feeds[name], data: feeds[name].data.map((x, i) => x + step * direction[i]) }];
      });
      const there = evaluate(first, { ...feeds, ...Object.fromEntries(moved) });
      return gradients.flatMap((name) => there[name].data);
    },
    Math.max(norm(gradient), scale),
  );
  if (!curvature) return false;
  const relative = (error: number, size: number) => error / Math.max(size, 1e-3);
  findings.gradientError = Math.max(findings.gradientError, relative(distance(gradient, slopes), norm(slopes)));
  const size = Math.max(norm(curvature), 1e-2 * norm(gradient), scale);
  findings.hessianError = Math.max(findings.hessianError, relative(distance(product, curvature), size));
  return true;
}

/** Compares what the reference computes before and after each pass of simplification. */
export function checkPasses(
  { second }: ReturnType<typeof graphsOf>,
  feeds: Readonly<Record<string, Value>>,
  findings: Findings,
): void {
  const expected = evaluate(second, feeds);
  for (const pass of passes) {
    const changed = pass(second);
    if (sameNodes(changed, second)) continue;
    for (const [name, { shape, data }] of Object.entries(evaluate(changed, feeds))) {
      if (`${shape}` !== `${expected[name].shape}`) findings.wrongShapes.push(`${name} after ${pass.name}: [${shape}]`);
      const error = distance(data, expected[name].data) / Math.max(norm(expected[name].data), 1);
      findings.passError = Math.max(findings.passError, error);
    }
  }
}

const sameNodes = (a: Graph, b: Graph) => JSON.stringify(a.nodes) === JSON.stringify(b.nodes);

/**
 * Compares the runtime's results, with simplification and without, and the shapes of every value on the way, with the
 * reference's.
 */
async function checkRuntime(
  testCase: GradientCase,
  { second, names, gradients, results }: ReturnType<typeof graphsOf>,
  feeds: Readonly<Record<string, Value>>,
  findings: Findings,
): Promise<void> {
  const values = evaluateAll(second, feeds);
  const outputs = ["loss", ...results, ...gradients, ...names.map((name) => `product_${name}`)];
  const compare = (computed: Readonly<Record<string, Value>>) =>
    Math.max(
      ...outputs.map((name) => {
        const expected = values.get(name)!.data;
        return distance(expected, computed[name].data) / Math.max(norm(expected), 1);
      }),
    );

  const single = graphsOf(testCase, "float32");
  const feeds32 = Object.fromEntries(
    Object.entries(feeds).map(([name, value]): [string, Value] => [name, { ...value, type: "float32" }]),
  );
  const plain = wholeWindows(single.second);
  for (const graph of [plain, simplify(single.second)]) {
    findings.float32Error = Math.max(findings.float32Error, compare(await run(graph, feeds32)));
  }
  await checkShapes(testCase, plain, feeds32, values, findings);

  let computed: Readonly<Record<string, Value>>;
  try {
    computed = await run(wholeWindows(second), feeds);
  } catch (error) {
    if (!String(error).includes("NOT_IMPLEMENTED") && !String(error).includes("Could not find an implementation")) {
      if (!/is invalid|type .*double/i.test(String(error))) throw error;
    }
    findings.withoutFloat64++;
    return;
  }
  findings.float64Error = Math.max(findings.float64Error, compare(computed));
}

/** Whether a number is as was inferred; what is no number has no bounds. */
function isWithin(x: number, { low, high, finite }: Range): boolean {
  if (!Number.isFinite(x)) return !finite;
  const slack = 1e-6 * Math.max(1, Math.abs(x));
  return x >= low - slack && x <= high + slack;
}

/** Runs the graph with every value as an output; their shapes are those inferred, with N bound. */
async function checkShapes(
  testCase: GradientCase,
  graph: Graph,
  feeds: Readonly<Record<string, Value>>,
  values: ReadonlyMap<string, Value>,
  findings: Findings,
): Promise<void> {
  const g = GraphBuilder.from(graph);
  const everything = graph.nodes.flatMap((node) => node.outputs.filter((name) => name !== ""));
  const computed = await run(g.graph(everything), feeds, { optimize: false });
  for (const name of everything) {
    const { type, shape, range } = g.type(name);
    const numbers = values.get(name)?.data ?? [];
    if (range && type.startsWith("float") && !numbers.every((each) => isWithin(each, range))) {
      findings.wrongRanges.push(`${testCase.name}: ${name} ${JSON.stringify(range)}: [${numbers}]`);
    }
    const inferred = shape.map(bind);
    const actual = computed[name].shape;
    const agrees =
      inferred.length === actual.length &&
      inferred.every((size, i) => size === undefined || size === actual[i]) &&
      type === computed[name].type;
    const same = String(values.get(name)?.shape ?? actual) === String(actual);
    if (!agrees || !same) {
      findings.wrongShapes.push(`${testCase.name}: ${name} ${type} [${shape}] is ${computed[name].type} [${actual}]`);
    }
  }
}
