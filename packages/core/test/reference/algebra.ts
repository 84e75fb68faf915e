// Products of matrices, convolutions and pooling windows, each as the sum its definition writes down.

import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from "../../src/onnx/graph.ts";
import {
  at,
  broadcastAt,
  broadcastShape,
  type Evaluate,
  forEachIndex,
  generate,
  type Index,
  position,
} from "./value.ts";

const MatMul: Evaluate = (_, [a, b]) => {
  const left = a.shape.length === 1 ? { ...a, shape: [1, ...a.shape] } : a;
  const right = b.shape.length === 1 ? { ...b, shape: [...b.shape, 1] } : b;
  const leading = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2), []);
  const [rows, inner] = left.shape.slice(-2);
  const columns = right.shape.at(-1)!;
  const product = generate(a.type, [...leading, rows, columns], (index) => {
    const batch = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += broadcastAt(left, [...batch, index.at(-2)!, k]) * broadcastAt(right, [...batch, k, index.at(-1)!]);
    }
    return sum;
  });
  const tail = [...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])];
  return [{ ...product, shape: [...leading, ...tail] }];
};

const Gemm: Evaluate = (node, [a, b, c]) => {
  const transA = intAttribute(node, "transA", 0);
  const transB = intAttribute(node, "transB", 0);
  const [rows, inner] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const columns = b.shape[transB ? 0 : 1];
  const y = generate(a.type, [rows, columns], ([i, j]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, transA ? [k, i] : [i, k]) * at(b, transB ? [j, k] : [k, j]);
    return floatAttribute(node, "alpha", 1) * sum + (c ? floatAttribute(node, "beta", 1) * broadcastAt(c, [i, j]) : 0);
  });
  return [y];
};

/** A window that slides: its kernel, and where it stands on the input. */
function windowOf(node: Node, input: readonly number[], kernel: readonly number[]) {
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, "strides", ones);
  const dilations = intsAttribute(node, "dilations", ones);
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis] + 1);
  const autoPad = stringAttribute(node, "auto_pad", "NOTSET");
  let before: readonly number[];
  let output: readonly number[];
  if (autoPad.startsWith("SAME")) {
    output = input.map((size, axis) => Math.ceil(size / strides[axis]));
    const missing = output.map((count, axis) => {
      const width = (count - 1) * strides[axis] + reach[axis] - input[axis];
      // Where windows leave a part of the input out, the runtime's LpPool takes it from both ends, its Conv from the
      // last.
      return node.op === "LpPool" ? width : Math.max(0, width);
    });
    before = missing.map((width) => {
      if (width < 0) return autoPad === "SAME_LOWER" ? -Math.floor((-width - 1) / 2) : -Math.floor(-width / 2);
      return autoPad === "SAME_LOWER" ? Math.ceil(width / 2) : Math.floor(width / 2);
    });
    return { strides, dilations, before, output, padded: input.map((size, axis) => size + missing[axis]) };
  }
  const pads = intsAttribute(node, "pads", [...kernel, ...kernel].fill(0));
  const roundsUp = intAttribute(node, "ceil_mode", 0) !== 0;
  const round = roundsUp ? Math.ceil : Math.floor;
  before = pads.slice(0, kernel.length);
  const padded = input.map((size, axis) => size + pads[axis] + pads[axis + kernel.length]);
  output = padded.map((size, axis) => {
    const count = round((size - reach[axis]) / strides[axis]) + 1;
    // Rounding up does not add a window that starts behind the input and its first margin.
    return roundsUp && (count - 1) * strides[axis] >= input[axis] + before[axis] ? count - 1 : count;
  });
  return { strides, dilations, before, output, padded };
}

type Window = ReturnType<typeof windowOf>;

/** The place on the input of one kernel element when the window stands at one output place. */
function place(window: Window, output: Index, kernel: Index): number[] {
  return output.map(
    (o, axis) => o * window.strides[axis] + kernel[axis] * window.dilations[axis] - window.before[axis],
  );
}

const inside = (index: Index, shape: readonly number[]) => index.every((i, axis) => i >= 0 && i < shape[axis]);

const Conv: Evaluate = (node, [x, w, b]) => {
  const input = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const window = windowOf(node, input, kernel);
  const group = intAttribute(node, "group", 1);
  const y = generate(x.type, [x.shape[0], w.shape[0], ...window.output], ([n, m, ...o]) => {
    let sum = b ? b.data[m] : 0;
    const first = Math.floor(m / (w.shape[0] / group)) * w.shape[1];
    forEachIndex([w.shape[1], ...kernel], ([c, ...k]) => {
      const i = place(window, o, k);
      if (inside(i, input)) sum += at(x, [n, first + c, ...i]) * at(w, [m, c, ...k]);
    });
    return sum;
  });
  return [y];
};

/** Each input element adds its multiple of the kernel to the output. */
const ConvTranspose: Evaluate = (node, [x, w, b]) => {
  const input = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, "strides", ones);
  const dilations = intsAttribute(node, "dilations", ones);
  const extra = intsAttribute(
    node,
    "output_padding",
    ones.map(() => 0),
  );
  const full = input.map(
    (size, axis) => (size - 1) * strides[axis] + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1,
  );
  const autoPad = stringAttribute(node, "auto_pad", "NOTSET");
  const wanted = intsAttribute(
    node,
    "output_shape",
    autoPad.startsWith("SAME") ? input.map((size, axis) => size * strides[axis]) : undefined,
  );
  const pads = intsAttribute(node, "pads", [...ones, ...ones].fill(0));
  const output = full.map(
    (size, axis) => wanted?.at(axis - full.length) ?? size - pads[axis] - pads[axis + full.length],
  );
  const before = full.map((size, axis) => {
    if (!wanted) return pads[axis];
    const half = Math.max(0, size - output[axis]) / 2;
    return autoPad === "SAME_UPPER" ? Math.floor(half) : Math.ceil(half);
  });
  const window: Window = { strides, dilations, before, output, padded: output };
  const group = intAttribute(node, "group", 1);
  const shape = [x.shape[0], w.shape[1] * group, ...output];
  const data = [...generate(x.type, shape, ([, m]) => b?.data[m] ?? 0).data];
  forEachIndex(x.shape, ([n, c, ...o]) => {
    const first = Math.floor(c / (x.shape[1] / group)) * w.shape[1];
    forEachIndex(w.shape.slice(1), ([m, ...k]) => {
      const i = place(window, o, k);
      if (inside(i, output)) data[position(shape, [n, first + m, ...i])] += at(x, [n, c, ...o]) * at(w, [c, m, ...k]);
    });
  });
  return [{ type: x.type, shape, data }];
};

/** The largest element of each window, and its position in the whole input (the first one where several are). */
const MaxPool: Evaluate = (node, [x]) => {
  const kernel = intsAttribute(node, "kernel_shape", []);
  const input = x.shape.slice(2);
  const window = windowOf(node, input, kernel);
  const shape = [...x.shape.slice(0, 2), ...window.output];
  const where = generate("int64", shape, ([n, c, ...o]) => {
    let best = -1;
    forEachIndex(kernel, (k) => {
      const i = place(window, o, k);
      if (!inside(i, input)) return;
      const candidate = position(x.shape, [n, c, ...i]);
      if (best < 0 || x.data[candidate] > x.data[best]) best = candidate;
    });
    return best;
  });
  // A window that meets no element has the least number of float32.
  return [{ type: x.type, shape, data: where.data.map((i) => (i < 0 ? -3.4028234663852886e38 : x.data[i])) }, where];
};

const AveragePool: Evaluate = (node, [x]) => {
  const kernel = intsAttribute(node, "kernel_shape", []);
  const input = x.shape.slice(2);
  const window = windowOf(node, input, kernel);
  const countPad = intAttribute(node, "count_include_pad", 0);
  const y = generate(x.type, [...x.shape.slice(0, 2), ...window.output], ([n, c, ...o]) => {
    let sum = 0;
    let count = 0;
    forEachIndex(kernel, (k) => {
      const i = place(window, o, k);
      const shifted = i.map((entry, axis) => entry + window.before[axis]);
      if (inside(i, input)) sum += at(x, [n, c, ...i]);
      if (countPad ? inside(shifted, window.padded) : inside(i, input)) count++;
    });
    return sum / count;
  });
  return [y];
};

const LpPool: Evaluate = (node, [x]) => {
  const kernel = intsAttribute(node, "kernel_shape", []);
  const input = x.shape.slice(2);
  const window = windowOf(node, input, kernel);
  const p = intAttribute(node, "p", 2);
  const y = generate(x.type, [...x.shape.slice(0, 2), ...window.output], ([n, c, ...o]) => {
    let sum = 0;
    forEachIndex(kernel, (k) => {
      const i = place(window, o, k);
      if (inside(i, input)) sum += Math.abs(at(x, [n, c, ...i])) ** p;
    });
    return sum ** (1 / p);
  });
  return [y];
};

/** The sum over all letters of products; the ellipsis stands for digits, aligned at the right. */
const Einsum: Evaluate = (node, inputs) => {
  const [left, right] = stringAttribute(node, "equation", "").replaceAll(" ", "").split("->");
  const ranks = inputs.map(({ shape }) => shape.length);
  const terms = left.split(",");
  const hidden = Math.max(...terms.map((term, i) => (term.includes(".") ? ranks[i] - term.length + 3 : 0)));
  const digits = (count: number) => "0123456789".slice(hidden - count, hidden);
  const operands = terms.map((term, i) => term.replace("...", digits(Math.max(0, ranks[i] - term.length + 3))));
  const letters = [...operands.join("")];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  const result = right?.replace("...", digits(hidden)) ?? once.join("");
  const size = (letter: string) =>
    Math.max(...operands.map((each, i) => (each.includes(letter) ? inputs[i].shape[each.indexOf(letter)] : 0)));
  const summed = [...new Set(letters)].filter((letter) => !result.includes(letter));
  const y = generate(inputs[0].type, [...result].map(size), (index) => {
    let sum = 0;
    forEachIndex(summed.map(size), (inner) => {
      const of = (letter: string) =>
        result.includes(letter) ? index[result.indexOf(letter)] : inner[summed.indexOf(letter)];
      sum += inputs.reduce((product, x, i) => product * broadcastAt(x, [...operands[i]].map(of)), 1);
    });
    return sum;
  });
  return [y];
};

export const algebra: Readonly<Record<string, Evaluate>> = {
  AveragePool,
  Conv,
  ConvTranspose,
  Einsum,
  Gemm,
  LpPool,
  MatMul,
  MaxPool,
};
