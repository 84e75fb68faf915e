// How much of the ONNX project's backend suite is read, and differentiated rightly?
//
//   CAROM_BENCH_PYTHON=PYTHON node bench/backendSuite.mjs [kind,...] [names as a regular expression]
//
// Each test's model is read and brought to our opset; its values by the tests' reference are held against those of the
// suite, and the gradient of a weighted sum of its outputs, in the reference and in the runtime, against central
// differences. Prints what is wrong or crashed, the reasons of what is refused, and counts.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const load = async (/** @type {string} */ path) =>
  (await runnerImport(`${root}packages/core/${path}`, { root, logLevel: "error" })).module;
const { differentiate, gradientName } = await load("src/onnx/differentiate.ts");
const { GraphBuilder } = await load("src/onnx/builder.ts");
const { readModel } = await load("src/onnx/proto.ts");
const { simplify } = await load("src/onnx/simplify.ts");
const { upgrade } = await load("src/onnx/upgrade.ts");
const { stream } = await load("src/random.ts");
const { tensor } = await load("src/tensor.ts");
const { evaluate } = await load("test/reference/evaluate.ts");
const { run, runModel } = await load("test/runtime.ts");

const child = spawn(
  process.env.CAROM_BENCH_PYTHON ?? "python3",
  [`${root}bench/peers/onnx_suite.py`, ...(process.argv[2]?.split(",") ?? [])],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const lines = createInterface({ input: child.stdout });

/** A name that no test has. */
const LOSS = "suite:loss";

const isReal = (type) => type === "float32" || type === "float64";
const value = ({ type, shape, data }) => ({ type, shape, data: data.map(Number) });
const norm = (x) => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

/** How far numbers are apart, each relative to its size; the same infinities are equal. */
function difference(got, expected) {
  if (`${got.shape}` !== `${expected.shape}`) return Infinity;
  return expected.data.reduce((largest, want, i) => {
    if (Object.is(want, got.data[i]) || want === got.data[i]) return largest;
    const error = Math.abs(got.data[i] - want) / Math.max(1, Math.abs(want));
    return Number.isNaN(error) ? Infinity : Math.max(largest, error);
  }, 0);
}

/** The graph with those inputs as constants that are no real numbers, or not among `moved`. */
function boundGraph(model, inputs, moved) {
  const initializers = new Map(model.graph.initializers);
  const fixed = model.graph.inputs.filter(({ name }) => name in inputs && !moved.includes(name));
  for (const { name } of fixed)
    initializers.set(name, tensor(inputs[name].type, inputs[name].shape, inputs[name].data));
  const kept = model.graph.inputs.filter(({ name }) => !fixed.some((each) => each.name === name));
  // What a file leaves open is what the test gives.
  const typed = kept.map((input) => (input.name in inputs ? { ...input, shape: inputs[input.name].shape } : input));
  return { ...model.graph, inputs: typed, initializers };
}

const bound = (model, inputs, moved) => upgrade({ ...model, graph: boundGraph(model, inputs, moved) }).graph;

/** What the reference, which is slow on purpose, is asked for. */
const LARGEST = 2000;

/** What is found of one test: right, or refused, wrong, crashed and so on with a reason. */
async function examine(test) {
  const tensors = [...Object.values(test.inputs), ...Object.values(test.outputs)];
  const strange = tensors.find((each) => each.kind);
  const model = readModel(Buffer.from(test.model, "base64"));
  if (strange) return ["refused", `a tensor of ${strange.kind}`];
  if (tensors.some(({ data }) => data.length > LARGEST)) return ["not examined", `more than ${LARGEST} elements`];
  const inputs = Object.fromEntries(Object.entries(test.inputs).map(([name, each]) => [name, value(each)]));
  const real = Object.keys(inputs).filter((name) => isReal(inputs[name].type));
  const attempt = (moved) => gradients(test, bound(model, inputs, moved), inputs, moved);
  try {
    return await attempt(real);
  } catch (error) {
    // Parameters of an operator are constants in the files that exporters write.
    if (error.code !== "unsupported" || real.length < 2) throw error;
    return await attempt(real.slice(0, 1));
  }
}

/** The file's own model, with the inputs that are not moved as constants. */
function fileOf(test, moved) {
  const model = readModel(Buffer.from(test.model, "base64"));
  const inputs = Object.fromEntries(Object.entries(test.inputs).map(([name, each]) => [name, value(each)]));
  return { ...model, graph: boundGraph(model, inputs, moved) };
}

/** Whether the runtime does not run the model itself, with what is no real number constant. */
async function isRefused(test, moved, feeds) {
  try {
    await runModel(fileOf(test, moved), feeds);
    return false;
  } catch {
    return true;
  }
}

/** Whether a graph gives other values than the runtime makes of the file itself, by the names that are expected. */
async function isOther(test, graph, moved, feeds, names) {
  const own = await runModel(fileOf(test, moved), feeds);
  const computed = await run(simplify(graph), feeds);
  return names.some((name) => !(difference(computed[name], own[name]) <= 1e-4));
}

/**
 * A verdict where values are not those of the suite; undefined where they are, or are what the runtime makes of the
 * file.
 */
async function valueOff(test, g, feeds, expected, moved) {
  if (/dropout|bernoulli|random|multinomial/i.test(test.name)) return undefined;
  const graph = g.graph(Object.keys(expected));
  const names = Object.keys(expected);
  const off = (values) => names.find((name) => !values[name] || difference(values[name], expected[name]) > 2e-3);
  if (!off(evaluate(graph, feeds))) return undefined;
  let name;
  try {
    name = off(await run(simplify(graph), feeds));
  } catch (error) {
    return ["runtime refuses", String(error)];
  }
  if (!name) return ["value right", "by the runtime; our reference has no such case"];
  if (await isOther(test, graph, moved, feeds, names)) return ["wrong", `value of ${name}`];
  differing.add(test.name);
  return undefined;
}

/** Tests of which the runtime has other values than the suite. */
const differing = new Set();

async function gradients(test, graph, inputs, moved) {
  const random = stream(1, test.name);
  const expected = Object.fromEntries(Object.entries(test.outputs).map(([name, each]) => [name, value(each)]));
  const g = GraphBuilder.from(graph);
  const feeds = Object.fromEntries(moved.map((name) => [name, inputs[name]]));
  const results = graph.outputs.map(({ name }) => name).filter((name) => isReal(expected[name].type));
  const by = moved.filter((name) => inputs[name].data.length > 0);
  if (by.length === 0 || results.length === 0) {
    return (await valueOff(test, g, feeds, expected, moved)) ?? ["right", "has nothing to differentiate"];
  }
  const terms = results.map((name) => {
    const { shape, data, type } = expected[name];
    const weights = g.constant(
      tensor(
        type,
        shape,
        data.map(() => 2 * random.uniform() - 1),
      ),
    );
    // Outputs may be of two types.
    const term = g.node("CastLike", [g.node("Mul", [name, weights]), results[0]]);
    return g.node("ReduceSum", [term], { keepdims: { int: 0 } });
  });
  g.output(
    terms.reduce((sum, each) => g.node("Add", [sum, each])),
    LOSS,
  );
  const graphOfGradients = differentiate(g.graph([LOSS]), { of: LOSS, by, keep: [LOSS] });
  const names = by.map((name) => gradientName(LOSS, name));
  const off = await valueOff(test, g, feeds, expected, moved);
  if (off) return off;
  for (let round = 0; round < 4; round++) {
    // Tests like whole numbers, where kinks are: later rounds move a little away.
    const at = Object.fromEntries(
      moved.map((name) => {
        const data = inputs[name].data.map((x) => Math.fround(x + round * 0.01 * (random.uniform() - 0.5)));
        return [name, { ...inputs[name], data }];
      }),
    );
    const directions = by.map((name) => inputs[name].data.map(() => 2 * random.uniform() - 1));
    const quotient = (h) => {
      const loss = (step) => {
        const there = by.map((name, i) => {
          const data = at[name].data.map((x, j) => x + step * directions[i][j]);
          return [name, { ...at[name], data }];
        });
        return evaluate(g.graph([LOSS]), { ...at, ...Object.fromEntries(there) })[LOSS].data[0];
      };
      const [ahead, here, behind] = [loss(h), loss(0), loss(-h)];
      return { slope: (ahead - behind) / (2 * h), bend: (ahead + behind - 2 * here) / h };
    };
    const [{ slope: coarse, bend }, { slope: fine }] = [quotient(2e-4), quotient(1e-4)];
    const slope = (4 * fine - coarse) / 3;
    const found = evaluate(graphOfGradients, at);
    const gradient = names.flatMap((name) => found[name].data);
    const scale = Math.max(norm(gradient), Math.abs(slope), 1e-3);
    // At a kink the slope ahead is another than that behind.
    if (!Number.isFinite(slope) || Math.abs(coarse - fine) > 1e-5 * scale || Math.abs(bend) > 1e-2 * scale) continue;
    const along = gradient.reduce((sum, each, i) => sum + each * directions.flat()[i], 0);
    if (!(Math.abs(along - slope) <= 1e-5 * scale))
      return ["wrong", `gradient along a direction ${along}, is ${slope}`];
    let computed;
    try {
      computed = await run(simplify(graphOfGradients), at);
    } catch (error) {
      if (await isRefused(test, moved, at)) return ["runtime refuses", "the model itself"];
      throw error;
    }
    const own = names.flatMap((name) => computed[name].data);
    const error = norm(own.map((each, i) => each - gradient[i])) / scale;
    if (error <= 1e-3) return ["right", "gradient"];
    // Slopes of saturated units, 1 - y^2 with y near 1, are rounded in float32.
    const precise = await inFloat64(graphOfGradients, at, names);
    const rest = precise ? norm(precise.map((each, i) => each - gradient[i])) / scale : Infinity;
    return rest <= 1e-6
      ? ["right", "gradient, in float64; in float32 it is rounded"]
      : ["wrong", `the runtime's gradient: ${error.toExponential(1)} off`];
  }
  return ["right", "value; a kink everywhere"];
}

/** What the runtime computes in float64, where it can: the graph with every float32 in it as one. */
async function inFloat64(graph, feeds, names) {
  const wide = (each) => (each.type === "float32" ? tensor("float64", each.shape, Array.from(each.data)) : each);
  const typed = (each) => ({ ...each, type: each.type === "float32" ? "float64" : each.type });
  const double = {
    ...graph,
    inputs: graph.inputs.map(typed),
    outputs: graph.outputs.map(typed),
    initializers: new Map([...graph.initializers].map(([name, each]) => [name, wide(each)])),
  };
  try {
    const fed = Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, typed(each)]));
    const values = await run(double, fed, { optimize: false });
    return names.flatMap((name) => values[name].data);
  } catch {
    return undefined;
  }
}

const chosen = new RegExp(process.argv[3] ?? "");
const counts = {};
const reasons = {};
let version = "";
for await (const line of lines) {
  const test = JSON.parse(line);
  if (test.version) {
    version = test.version;
    continue;
  }
  if (!chosen.test(test.name)) continue;
  let found;
  try {
    found = await examine(test);
  } catch (error) {
    // An InputError says whether a file is unsupported, or would be at fault itself.
    const status = error.code === "unsupported" ? "refused" : error.code === "invalid" ? "told invalid" : "crashed";
    found = [status, status === "crashed" ? String(error.stack).slice(0, 500) : error.message];
    if (status !== "refused" && (await isRefused(test, Object.keys(test.inputs), test.inputs)))
      found = ["runtime refuses", "the model itself"];
  }
  const [status, reason] = found;
  counts[test.kind] ??= {};
  counts[test.kind][status] = (counts[test.kind][status] ?? 0) + 1;
  const key = reason.replace(/"[^"]*" /g, "").slice(0, 120);
  if (["refused", "right", "not examined"].includes(status))
    reasons[`${status}: ${key}`] = (reasons[`${status}: ${key}`] ?? 0) + 1;
  else console.log(`${status}: ${test.name}: ${reason.slice(0, 300)}`);
}
for (const name of differing) console.log(`the runtime has another value: ${name}`);
for (const [reason, count] of Object.entries(reasons).sort((a, b) => b[1] - a[1])) console.log(`${count} ${reason}`);
console.log(`onnx ${version}: ${JSON.stringify(counts)}`);
