// Do derivatives of random small networks, as PyTorch exports them, agree with PyTorch's autograd?
//
//   CAROM_BENCH_PYTHON=PYTHON node bench/nets.mjs [networks] [seed] [first]
//
// Networks of images, sequences and rows, with residuals, concatenation, attention and recurrence, are exported by
// tracing and by torch.export, in the opset and with the options that were drawn. Each file is read and brought to our
// opset; its value, its gradients by the input and by the weights that the file names, and its Hessian products are
// computed by the runtime in float32, simplified and not, and by the tests' reference in float64. Prints every network
// that differs by more than 1e-4 of the norm in float32, 1e-9 in float64, and how many there were.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { errorOf } from "./autograd.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const load = async (/** @type {string} */ path) =>
  (await runnerImport(`${root}packages/core/${path}`, { root, logLevel: "error" })).module;
const { evaluate } = await load("test/reference/evaluate.ts");
const { run } = await load("test/runtime.ts");
const { GraphBuilder } = await load("src/onnx/builder.ts");
const { differentiate, gradientName } = await load("src/onnx/differentiate.ts");
const { wholeWindows } = await load("src/onnx/passes/wholeWindows.ts");
const { readModel } = await load("src/onnx/proto.ts");
const { simplify } = await load("src/onnx/simplify.ts");
const { upgrade } = await load("src/onnx/upgrade.ts");

const [count = "100", seed = "1", first = "0"] = process.argv.slice(2);
const child = spawn(process.env.CAROM_BENCH_PYTHON ?? "python3", [`${root}bench/peers/nets.py`, count, seed, first], {
  stdio: ["ignore", "pipe", "inherit"],
});

const sumOfProducts = (g, left, right) =>
  left
    .map((value, i) => g.node("ReduceSum", [g.node("Mul", [value, right[i]])], { keepdims: { int: 0 } }))
    .reduce((sum, each) => g.node("Add", [sum, each]));

/** The file's graph with the gradients of a weighted sum of its output, and their products with directions. */
function graphOf(file, type, names) {
  const model = upgrade(readModel(Buffer.from(file, "base64")));
  const g = GraphBuilder.from(model.graph);
  const [y] = model.graph.outputs.map(({ name }) => name);
  const by = ["x", ...names];
  const weight = g.input("bench:weight", type, g.type(y).shape);
  g.output(sumOfProducts(g, [y], [weight]), "bench:loss");
  const once = differentiate(g.graph(["bench:loss", y]), { of: "bench:loss", by, keep: [y] });
  const gradients = by.map((name) => gradientName("bench:loss", name));
  const h = GraphBuilder.from(once);
  const directions = by.map((name, i) => h.input(`bench:direction${i}`, type, h.type(name).shape));
  h.output(sumOfProducts(h, gradients, directions), "bench:along");
  const kept = [y, ...gradients];
  const graph = differentiate(h.graph([...kept, "bench:along"]), { of: "bench:along", by, keep: kept });
  const pick = (values) => ({
    results: [values[y].data],
    gradients: gradients.map((name) => values[name].data),
    products: by.map((name) => values[gradientName("bench:along", name)].data),
  });
  return { graph, pick };
}

/** Functions with constants that the runtime, and files, have as float32 in every type. */
const ROUNDED = /selu|hardswish|hardsigmoid/;

const counts = { networks: 0, wrong: 0, crashed: 0, refused: 0, unexported: 0, cancelling: 0, withoutFloat64File: 0 };
const worst = { float32: 0, reference: 0 };

async function compare(net) {
  const feedsOf = (type) => ({
    x: { type, ...net.feeds.x },
    "bench:weight": { type, ...net.feeds.weight },
    ...Object.fromEntries(net.directions.map((each, i) => [`bench:direction${i}`, { type, ...each }])),
  });
  const faults = [];
  const hold = (name, error, tolerance) => {
    if (!(error <= tolerance)) faults.push(`${name} ${error.toExponential(1)}`);
    else worst[name] = Math.max(worst[name], error);
  };
  // Where PyTorch itself is further off in float32, numbers cancel.
  const own = errorOf(net.single, net.double);
  if (own > 5e-6) counts.cancelling++;
  const single = graphOf(net.model, "float32", net.names);
  for (const graph of [wholeWindows(single.graph), simplify(single.graph)]) {
    hold("float32", errorOf(single.pick(await run(graph, feedsOf("float32"))), net.double), Math.max(1e-4, 20 * own));
  }
  if (net.doubleModel) {
    const double = graphOf(net.doubleModel, "float64", net.names);
    hold(
      "reference",
      errorOf(double.pick(evaluate(double.graph, feedsOf("float64"))), net.double),
      ROUNDED.test(net.name) ? 1e-6 : 1e-9,
    );
  } else counts.withoutFloat64File++;
  return faults;
}

let versions = {};
const unexported = new Map();
for await (const line of createInterface({ input: child.stdout })) {
  const net = JSON.parse(line);
  if (net.versions) {
    versions = net.versions;
    continue;
  }
  counts.networks++;
  const name = `${net.number} of seed ${seed} (${net.exporter}, opset ${net.opset}): ${net.name}`;
  if (net.unexported) {
    counts.unexported++;
    const reason = net.unexported.replace(/\s+/g, " ").slice(0, 100);
    unexported.set(reason, (unexported.get(reason) ?? 0) + 1);
    continue;
  }
  try {
    const faults = await compare(net);
    if (faults.length === 0) continue;
    counts.wrong++;
    console.log(`wrong: ${name}: ${faults.join(", ")}`);
  } catch (error) {
    const isRefused = error.code === "unsupported";
    counts[isRefused ? "refused" : "crashed"]++;
    console.log(`${isRefused ? "refused" : "crashed"}: ${name}: ${String(error).slice(0, 300)}`);
  }
}
for (const [reason, number] of unexported) console.log(`unexported ${number}: ${reason}`);
console.log(`seed ${seed}, PyTorch ${versions.PyTorch}`);
console.log(JSON.stringify(counts), JSON.stringify(worst));
