// Do derivatives of random layers agree with PyTorch's autograd? Values, gradients by inputs and weights, Hessian
// products.
//
//   CAROM_BENCH_PYTHON=PYTHON node bench/layers.mjs [layers] [seed] [family,...] [first]
//
// Each layer is computed by the tests' reference in float64, and by the runtime in float32 and float64, simplified and
// not. Prints every layer that differs by more than 1e-4 of the norm in float32, 1e-9 in float64, and how many there
// were.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { errorOf } from "./autograd.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const load = async (/** @type {string} */ path) =>
  (await runnerImport(`${root}packages/core/${path}`, { root, logLevel: "error" })).module;
const { families, layerOf } = await load("test/gradients/layers.ts");
const { checkPasses, draw, graphsOf, noFindings } = await load("test/gradients/check.ts");
const { evaluate } = await load("test/reference/evaluate.ts");
const { run } = await load("test/runtime.ts");
const { modelOf } = await load("src/onnx/builder.ts");
const { writeModel } = await load("src/onnx/proto.ts");
const { prune } = await load("src/onnx/prune.ts");
const { simplify } = await load("src/onnx/simplify.ts");
const { wholeWindows } = await load("src/onnx/passes/wholeWindows.ts");

const [count, seed] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1)];
const names = process.argv[4] ? process.argv[4].split(",") : Object.keys(families);
/** The most elements of an input. */
const LIMIT = 500;

const child = spawn(process.env.CAROM_BENCH_PYTHON ?? "python3", [`${root}bench/peers/layers.py`], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const next = async () => {
  const { done, value } = await lines.next();
  if (done) throw new Error("the peer ended");
  return JSON.parse(value);
};
const { versions } = await next();

const counts = { layers: 0, wrong: 0, crashed: 0, unknownToPeer: 0, beyondFloat32: 0, withoutFloat64: 0 };
const worst = { reference: 0, passes: 0, float32: 0, float64: 0 };

async function compare(layer) {
  const double = graphsOf(layer, "float64");
  const feeds = draw(double.second, layer, seed, 0);
  const by = double.names;
  const outputs = double.first.outputs.filter(({ name }) => double.results.includes(name));
  const forward = prune({ ...double.first, outputs });
  const request = {
    model: Buffer.from(writeModel(modelOf(forward))).toString("base64"),
    feeds,
    by,
    results: double.results,
    weights: double.results.map((_, i) => `weight${i}`),
    directions: by.map((name) => `direction_${name}`),
  };
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const reply = await next();
  if (reply.error) {
    counts.unknownToPeer++;
    console.log(`${layer.name}: the peer cannot: ${reply.error.slice(0, 200)}`);
    return;
  }
  const picked = (values) => ({
    results: double.results.map((name) => values[name].data),
    gradients: double.gradients.map((name) => values[name].data),
    products: by.map((name) => values[`product_${name}`].data),
  });
  const faults = [];
  const hold = (name, error, tolerance) => {
    if (!(error <= tolerance)) faults.push(`${name} ${error.toExponential(1)}`);
    else if (layer.op !== "HardSwish") worst[name] = Math.max(worst[name], error);
  };
  hold("reference", errorOf(picked(evaluate(double.second, feeds)), reply.double), 1e-9);
  const findings = noFindings();
  checkPasses(double, feeds, findings);
  hold("passes", findings.wrongShapes.length > 0 ? Number.NaN : findings.passError, 1e-11);
  // Where PyTorch itself is further off in float32, numbers cancel.
  const own = errorOf(reply.single, reply.double);
  if (own > 1e-5) counts.beyondFloat32++;
  const single = graphsOf(layer, "float32");
  const feeds32 = Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, { ...each, type: "float32" }]));
  for (const graph of [wholeWindows(single.second), simplify(single.second)]) {
    hold("float32", errorOf(picked(await run(graph, feeds32)), reply.double), Math.max(1e-4, 20 * own));
  }
  for (const graph of [wholeWindows(double.second), simplify(double.second)]) {
    let values;
    try {
      // Optimized, the runtime rounds factors of matrix products to float32.
      values = await run(graph, feeds, { optimize: false });
    } catch (error) {
      if (!/NOT_IMPLEMENTED|find an implementation|is invalid|type .*double/i.test(String(error))) throw error;
      counts.withoutFloat64++;
      break;
    }
    // The runtime's 1/6 is a float32 in every type.
    hold("float64", errorOf(picked(values), reply.double), layer.op === "HardSwish" ? 1e-7 : 1e-9);
  }
  if (faults.length > 0) {
    counts.wrong++;
    console.log(`${layer.name} ${JSON.stringify(layer.inputs)}: ${faults.join(", ")}`);
  }
}

const from = Number(process.argv[5] ?? 0);
for (let i = from; i < from + count; i++) {
  const layer = layerOf(names[i % names.length], seed, Math.floor(i / names.length), LIMIT);
  counts.layers++;
  try {
    await compare(layer);
  } catch (error) {
    counts.crashed++;
    console.log(`${layer.name} ${JSON.stringify(layer.inputs)}: ${String(error).slice(0, 300)}`);
  }
}
child.stdin.end();
console.log(`seed ${seed}, ${names.length} families, PyTorch ${versions.PyTorch}`);
console.log(JSON.stringify(counts), JSON.stringify(worst));
