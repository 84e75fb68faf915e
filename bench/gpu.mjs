// How fast are gradients and attacks on a GPU, beside PyTorch on the same GPU (eager, TF32 off), and how near to the
// processor?
//
//   npm run build && node bench/gpu.mjs [cuda,webgpu,cpu] [full|small]
//
// Times are medians by the clock, from data on the host to results on the host. CAROM_BENCH_PYTHON names the Python
// that has PyTorch; without PyTorch its column is empty. `small` is a trial run on a processor.

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { l2, linf, openModel, runAttack, runtimeFrom, stream, tensor } from "@carom/core";
import { pgdAttack } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import { modelFromGraph } from "@carom/core/models";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import * as ort from "onnxruntime-node";
import { median, printTable, startPeer } from "./paired.mjs";

const devices = (process.argv[2] ?? "cuda,webgpu").split(",");
const small = process.argv[3] === "small";
const REPEATS = small ? 2 : 7;
/** Further options of sessions, and the rows to measure, as a regular expression. */
const session = JSON.parse(process.env.CAROM_BENCH_SESSION ?? "{}");
const wanted = new RegExp(process.env.CAROM_BENCH_ROWS ?? "");
const SEED = 1;

/** Uniform on +-1/sqrt(inputs of a unit), in the order in which they are asked for. */
function weightsOf(g) {
  const random = stream(0, "bench", "gpu");
  let count = 0;
  return (shape, inputs) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const bound = 1 / Math.sqrt(inputs);
    const data = Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
    return g.initializer(`w${count++}`, tensor("float32", shape, data));
  };
}

/** A network as a model: `add` turns x into scores. */
function modelFrom(rowShape, add) {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...rowShape]);
  g.output(add(g, x, layersOf(g)), "scores");
  return modelFromGraph({ ...modelOf(g.graph()), metadata: { scores: "logits" } });
}

/** Layers with weights of their own. */
function layersOf(g) {
  const weights = weightsOf(g);
  const ints = (...list) => ({ ints: list });
  return {
    relu: (x) => g.node("Relu", [x]),
    dense: (x, inputs, units) => g.node("Gemm", [x, weights([inputs, units], inputs), weights([units], inputs)]),
    conv(x, inputs, filters, kernel, stride = 1, pad = 0) {
      const w = weights([filters, inputs, kernel, kernel], inputs * kernel * kernel);
      return g.node("Conv", [x, w, weights([filters], inputs * kernel * kernel)], {
        strides: ints(stride, stride),
        pads: ints(pad, pad, pad, pad),
      });
    },
    pool: (x, kernel, stride, pad = 0) =>
      g.node("MaxPool", [x], {
        kernel_shape: ints(kernel, kernel),
        strides: ints(stride, stride),
        pads: ints(pad, pad, pad, pad),
      }),
    mean: (x) => g.node("Flatten", [g.node("GlobalAveragePool", [x])]),
    flat: (x) => g.node("Flatten", [x]),
    add: (a, b) => g.node("Add", [a, b]),
  };
}

const mlp = () =>
  modelFrom([784], (_, x, { dense, relu }) => dense(relu(dense(relu(dense(x, 784, 200)), 200, 200)), 200, 10));

/** Carlini and Wagner's network for digits with pools (2017). */
const cnn = () =>
  modelFrom([1, 28, 28], (_, x, { conv, dense, relu, pool, flat }) => {
    let value = relu(conv(relu(conv(x, 1, 32, 3)), 32, 32, 3));
    value = pool(value, 2, 2);
    value = relu(conv(relu(conv(value, 32, 64, 3)), 64, 64, 3));
    value = flat(pool(value, 2, 2));
    return dense(relu(dense(relu(dense(value, 1024, 200)), 200, 200)), 200, 10);
  });

/** ResNet-18 (He and others 2016), normalizations folded into the convolutions. */
const resnet18 = (size) => () =>
  modelFrom([3, size, size], (_, x, { conv, dense, relu, pool, mean, add }) => {
    let value = pool(relu(conv(x, 3, 64, 7, 2, 3)), 3, 2, 1);
    let inputs = 64;
    for (const width of [64, 128, 256, 512]) {
      for (const index of [0, 1]) {
        const stride = index === 0 && width > 64 ? 2 : 1;
        const inner = conv(relu(conv(value, inputs, width, 3, stride, 1)), width, width, 3, 1, 1);
        value = relu(add(inner, inputs === width ? value : conv(value, inputs, width, 1, stride)));
        inputs = width;
      }
    }
    return dense(mean(value), 512, 10);
  });

const networks = { mlp, cnn, "resnet18-64": resnet18(64), "resnet18-224": resnet18(224) };

/** Network, rows, and rows on which gradients are held against the processor's. */
const gradientRows = small
  ? [
      ["mlp", 100, 50],
      ["cnn", 20, 20],
      ["resnet18-64", 2, 2],
    ]
  : [
      ["mlp", 1000, 1000],
      ["mlp", 10000, 1000],
      ["cnn", 100, 100],
      ["cnn", 1000, 500],
      ["cnn", 10000, 500],
      ["resnet18-64", 100, 16],
      ["resnet18-224", 32, 4],
    ];
const attackRows = small
  ? [
      ["mlp", "linf", 50],
      ["mlp", "l2", 50],
      ["cnn", "l2", 10],
    ]
  : [
      ["mlp", "linf", 1000],
      ["mlp", "linf", 10000],
      ["mlp", "l2", 1000],
      ["mlp", "l2", 10000],
      ["cnn", "l2", 1000],
    ];

function batchOf(shape, rows) {
  const random = stream(SEED, "points", rows, ...shape);
  const size = rows * shape.reduce((a, b) => a * b, 1);
  const x = tensor(
    "float32",
    [rows, ...shape],
    Float32Array.from({ length: size }, () => random.uniform()),
  );
  return { x, labels: Int32Array.from({ length: rows }, (_, i) => i % 10) };
}

/** Milliseconds spent in runs of sessions. */
let inRuns = 0;

/** The same runtime, which counts the time of its runs. */
function measured(runtime) {
  const compile = async (bytes) => {
    const compiled = await runtime.compile(bytes);
    const run = async (feeds, fetch) => {
      const start = performance.now();
      const results = await compiled.run(feeds, fetch);
      inRuns += performance.now() - start;
      return results;
    };
    return { ...compiled, run };
  };
  return { ...runtime, compile };
}

async function timed(call) {
  const first = performance.now();
  await call();
  const cold = performance.now() - first;
  await call();
  const times = [];
  inRuns = 0;
  for (let i = 0; i < REPEATS && (times.length < 3 || performance.now() - first < 15_000); i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return { ms: median(times), cold, inRun: inRuns / times.length };
}

/**
 * ||a - b|| / ||b|| over all rows, the median of such ratios of single rows, and the share of rows where it exceeds
 * 1e-4.
 */
function differenceOf(a, b, rows) {
  const width = b.length / rows;
  let [whole, norm] = [0, 0];
  const each = [];
  for (let i = 0; i < rows; i++) {
    let [off, own] = [0, 0];
    for (let j = i * width; j < (i + 1) * width; j++) {
      off += (a[j] - b[j]) ** 2;
      own += b[j] ** 2;
    }
    whole += off;
    norm += own;
    each.push(Math.sqrt(off / own));
  }
  return {
    whole: Math.sqrt(whole / norm),
    median: median(each),
    beyond: each.filter((one) => !(one < 1e-4)).length / rows,
  };
}

const peer = await startPeer("gpu.py", 1).catch(() => undefined);
const said = (/** @type {string} */ command, /** @type {string[]} */ args) => {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
};
console.log(
  said("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]) || "no NVIDIA GPU",
);
console.log(
  `${cpus().length} cores of ${cpus()[0].model.trim()}; Node ${process.version}, ONNX Runtime ` +
    `${ort.env.versions.common}, ${JSON.stringify(peer?.versions ?? "no PyTorch")}`,
);

const runtimes = {};
for (const device of devices) {
  try {
    const start = performance.now();
    runtimes[device] = measured(runtimeFrom(ort, { provider: device, session }));
    const model = await openModel(runtimes[device], mlp());
    const { x, labels } = batchOf([784], 4);
    await model.differentiable.inputGradient("crossEntropy", x, labels);
    await model.close();
    console.log(`${device}: starts in ${(performance.now() - start).toFixed(0)} ms`);
  } catch (error) {
    delete runtimes[device];
    console.log(`${device}: ${error.message}`);
  }
}
const processor = runtimeFrom(ort);
const rows = [];
const ratios = Object.fromEntries(devices.map((device) => [device, []]));
const cell = (value) => (value === undefined ? "" : value < 10 ? value.toFixed(2) : value.toFixed(0));

async function row(label, job, run) {
  if (!wanted.test(label)) return;
  const theirs = peer ? 1000 * median((await peer.time(job, REPEATS + 2)).wall.slice(2)) : undefined;
  const cells = [label, cell(theirs)];
  for (const device of devices) {
    if (!runtimes[device]) {
      cells.push("", "", "", "", "");
      continue;
    }
    try {
      const { ms, cold, inRun, difference } = await run(runtimes[device]);
      if (theirs) ratios[device].push(ms / theirs);
      cells.push(cell(ms), cell(inRun), cell(cold), theirs ? (ms / theirs).toFixed(2) : "", difference ?? "");
    } catch (error) {
      console.log(`${label} on ${device}: ${error.message.slice(0, 600)}`);
      cells.push("failed", "", "", "", "");
    }
  }
  rows.push(cells);
  console.log(cells.join(" | "));
}

for (const [name, n, checked] of gradientRows) {
  const label = `${name}, ${n} rows`;
  if (!wanted.test(label)) continue;
  const model = networks[name]();
  const shape = model.onnx.graph.inputs[0].shape.slice(1);
  const { x, labels } = batchOf(shape, n);
  const part = {
    x: { ...x, shape: [checked, ...shape], data: x.data.subarray(0, (x.data.length / n) * checked) },
    labels: labels.subarray(0, checked),
  };
  const own = await openModel(processor, model);
  const reference = await own.differentiable.inputGradient("crossEntropy", part.x, part.labels);
  await own.close();
  await row(label, `gradient:${name}:${n}`, async (runtime) => {
    const opened = await openModel(runtime, model);
    try {
      const times = await timed(() => opened.differentiable.inputGradient("crossEntropy", x, labels));
      const { gradient } = await opened.differentiable.inputGradient("crossEntropy", part.x, part.labels);
      const { whole, median: middle, beyond } = differenceOf(gradient.data, reference.gradient.data, checked);
      return {
        ...times,
        difference: `${whole.toExponential(1)} ${middle.toExponential(1)} ${(100 * beyond).toFixed(1)}%`,
      };
    } finally {
      await opened.close();
    }
  });
}
const norms = { l2, linf };
for (const [name, norm, n] of attackRows) {
  const model = networks[name]();
  const shape = model.onnx.graph.inputs[0].shape.slice(1);
  const { x, labels } = batchOf(shape, n);
  const task = {
    x,
    labels,
    seed: SEED,
    threat: { norm: norms[norm], epsilon: norm === "l2" ? 2 : 0.1, domain: uniformDomain(x.data.length / n, 0, 1) },
  };
  const attack = pgdAttack({ steps: 50, stepSize: 0.1 });
  await row(`PGD 50 ${norm}, ${name}, ${n}`, `pgd:${norm}:${name}:${n}`, async (runtime) => {
    const opened = await openModel(runtime, model);
    try {
      return await timed(() => runAttack(attack, { ...task, models: [opened.differentiable] }));
    } finally {
      await opened.close();
    }
  });
}
peer?.close();
console.log(
  "\nMilliseconds, those inside ONNX Runtime, and of the first call; as a multiple of PyTorch; ||g - " +
    "g_processor|| / ||g_processor|| over all rows, in the median row, and the share of rows beyond 1e-4",
);
printTable(["", "PyTorch", ...devices.flatMap((device) => [device, "in runs", "first", "ratio", "gradient"])], rows);
for (const device of devices) {
  const list = ratios[device];
  if (list.length === 0) continue;
  const mean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
  console.log(
    `${device}: ${mean.toFixed(2)} times PyTorch's time in the geometric mean of ${list.length} rows, at most ` +
      `${Math.max(...list).toFixed(2)}`,
  );
}
process.exit(0);
