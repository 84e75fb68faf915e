// Operators that compute nothing: they move, repeat, drop and describe elements.

import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from "../../src/onnx/graph.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";
import { Resize } from "./resize.ts";
import {
  at,
  axisOf,
  broadcastAt,
  broadcastShape,
  type Evaluate,
  forEachIndex,
  generate,
  type Index,
  ints,
  position,
  toValue,
  type Value,
  withAxis,
} from "./value.ts";

const reshaped = (x: Value, shape: readonly number[]): readonly Value[] => {
  if (sizeOf(shape) !== x.data.length) throw new Error(`cannot reshape [${x.shape}] to [${shape}]`);
  return [{ ...x, shape }];
};

const Concat: Evaluate = (node, inputs) => {
  const axis = axisOf(intAttribute(node, "axis", 0), inputs[0].shape.length);
  const total = inputs.reduce((sum, x) => sum + x.shape[axis], 0);
  const y = generate(inputs[0].type, withAxis(inputs[0].shape, axis, total), (index) => {
    let rest = index[axis];
    let which = 0;
    while (rest >= inputs[which].shape[axis]) rest -= inputs[which++].shape[axis];
    return at(inputs[which], withAxis(index, axis, rest));
  });
  return [y];
};

const Constant: Evaluate = (node) => {
  const { value } = node.attributes;
  if (value && "tensor" in value) return [toValue(value.tensor)];
  const float = floatAttribute(node, "value_float", undefined);
  if (float !== undefined) return [toValue(tensor("float32", [], [float]))];
  const int = intAttribute(node, "value_int", undefined);
  if (int !== undefined) return [toValue(tensor("int64", [], [int]))];
  return [ints(intsAttribute(node, "value_ints", []))];
};

const ConstantOfShape: Evaluate = (node, [shape]) => {
  const { value } = node.attributes;
  const element = value && "tensor" in value ? toValue(value.tensor) : undefined;
  return [generate(element?.type ?? "float32", shape.data, () => element?.data[0] ?? 0)];
};

const Flatten: Evaluate = (node, [x]) => {
  const axis = axisOf(intAttribute(node, "axis", 1), x.shape.length);
  return reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
};

const Gather: Evaluate = (node, [x, which]) => {
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const shape = [...x.shape.slice(0, axis), ...which.shape, ...x.shape.slice(axis + 1)];
  const rank = which.shape.length;
  const y = generate(x.type, shape, (index) => {
    const entry = axisOf(at(which, index.slice(axis, axis + rank)), x.shape[axis]);
    return at(x, [...index.slice(0, axis), entry, ...index.slice(axis + rank)]);
  });
  return [y];
};

const GatherElements: Evaluate = (node, [x, which]) => {
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  return [generate(x.type, which.shape, (i) => at(x, withAxis(i, axis, axisOf(at(which, i), x.shape[axis]))))];
};

/** What stands at a place after an update was written there. */
const combinations: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  max: Math.max,
  min: Math.min,
};

const ScatterElements: Evaluate = (node, [x, which, updates]) => {
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const data = [...x.data];
  const combine = combinations[stringAttribute(node, "reduction", "none")];
  forEachIndex(which.shape, (index) => {
    const place = position(x.shape, withAxis(index, axis, axisOf(at(which, index), x.shape[axis])));
    data[place] = combine(data[place], at(updates, index));
  });
  return [{ ...x, data }];
};

const Pad: Evaluate = (node, [x, pads, value, axes]) => {
  const rank = x.shape.length;
  const chosen = axes ? axes.data.map((axis) => axisOf(axis, rank)) : x.shape.map((_, axis) => axis);
  const width = (axis: number, end: 0 | 1) =>
    chosen.includes(axis) ? pads.data[chosen.indexOf(axis) + end * chosen.length] : 0;
  const mode = stringAttribute(node, "mode", "constant");
  const shape = x.shape.map((size, axis) => size + width(axis, 0) + width(axis, 1));
  const source = (entry: number, size: number) => {
    if (mode === "edge") return Math.min(Math.max(entry, 0), size - 1);
    if (mode === "reflect") return entry < 0 ? -entry : entry >= size ? 2 * size - 2 - entry : entry;
    return entry;
  };
  const y = generate(x.type, shape, (index) => {
    const from = index.map((entry, axis) => source(entry - width(axis, 0), x.shape[axis]));
    const inside = from.every((entry, axis) => entry >= 0 && entry < x.shape[axis]);
    return inside ? at(x, from) : (value?.data[0] ?? 0);
  });
  return [y];
};

const Reshape: Evaluate = (node, [x, target]) => {
  const keepZero = intAttribute(node, "allowzero", 0);
  const shape = target.data.map((size, axis) => (size === 0 && !keepZero ? x.shape[axis] : size));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = x.data.length / sizeOf(shape.filter((_, axis) => axis !== open));
  return reshaped(x, shape);
};

const Slice: Evaluate = (_, [x, starts, ends, axes, steps]) => {
  const rank = x.shape.length;
  // As in Python: list the positions that start, end and step leave of each axis.
  const positions = x.shape.map((size) => Array.from({ length: size }, (_, i) => i));
  starts.data.forEach((start, i) => {
    const axis = axisOf(axes ? axes.data[i] : i, rank);
    const size = x.shape[axis];
    const step = steps ? steps.data[i] : 1;
    const clamp = (entry: number, low: number, high: number) =>
      Math.min(Math.max(entry < 0 ? entry + size : entry, low), high);
    // Backwards, Python's slice is empty where it starts before the first element; ONNX starts at the first.
    const [from, to] =
      step > 0
        ? [clamp(start, 0, size), clamp(ends.data[i], 0, size)]
        : [clamp(start, 0, size - 1), clamp(ends.data[i], -1, size - 1)];
    positions[axis] = [];
    for (let entry = from; step > 0 ? entry < to : entry > to; entry += step) positions[axis].push(entry);
  });
  const shape = positions.map((list) => list.length);
  return [
    generate(x.type, shape, (index) =>
      at(
        x,
        index.map((entry, axis) => positions[axis][entry]),
      ),
    ),
  ];
};

const Split: Evaluate = (node, [x, sizes]) => {
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const count = node.outputs.length;
  const chunk = Math.ceil(x.shape[axis] / count);
  const equal = Array.from({ length: count }, (_, i) => Math.min(chunk, x.shape[axis] - i * chunk));
  let start = 0;
  return (sizes?.data ?? equal).map((size) => {
    const from = start;
    start += size;
    return generate(x.type, withAxis(x.shape, axis, size), (i) => at(x, withAxis(i, axis, i[axis] + from)));
  });
};

const Squeeze: Evaluate = (_, [x, axes]) => {
  const removed = axes?.data.map((axis) => axisOf(axis, x.shape.length));
  return reshaped(
    x,
    x.shape.filter((size, axis) => (removed ? !removed.includes(axis) : size !== 1)),
  );
};

const Transpose: Evaluate = (node, [x]) => {
  const perm = intsAttribute(node, "perm", x.shape.map((_, axis) => axis).reverse());
  const source = (index: Index) => {
    const from: number[] = [];
    perm.forEach((axis, i) => {
      from[axis] = index[i];
    });
    return from;
  };
  return [
    generate(
      x.type,
      perm.map((axis) => x.shape[axis]),
      (index) => at(x, source(index)),
    ),
  ];
};

const Unsqueeze: Evaluate = (_, [x, axes]) => {
  const rank = x.shape.length + axes.data.length;
  const added = axes.data.map((axis) => axisOf(axis, rank));
  const rest = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!)),
  );
};

const CumSum: Evaluate = (node, [x, which]) => {
  const axis = axisOf(which.data[0], x.shape.length);
  const [exclusive, reverse] = [intAttribute(node, "exclusive", 0), intAttribute(node, "reverse", 0)];
  const y = generate(x.type, x.shape, (index) => {
    let sum = 0;
    for (let i = 0; i < x.shape[axis]; i++) {
      const before = reverse ? i > index[axis] : i < index[axis];
      if (before || (!exclusive && i === index[axis])) sum += at(x, withAxis(index, axis, i));
    }
    return sum;
  });
  return [y];
};

/** Element by element, the block's place and the channel taken apart as the specification's formulas do. */
const DepthToSpace: Evaluate = (node, [x]) => {
  const b = intAttribute(node, "blocksize", 1);
  const [n, channels, height, width] = x.shape;
  const depth = channels / (b * b);
  const columnRowDepth = stringAttribute(node, "mode", "DCR") === "CRD";
  return [
    generate(x.type, [n, depth, height * b, width * b], ([i, c, h, w]) => {
      const block = (h % b) * b + (w % b);
      const channel = columnRowDepth ? c * b * b + block : block * depth + c;
      return at(x, [i, channel, Math.floor(h / b), Math.floor(w / b)]);
    }),
  ];
};

const SpaceToDepth: Evaluate = (node, [x]) => {
  const b = intAttribute(node, "blocksize", 1);
  const [n, depth, height, width] = x.shape;
  return [
    generate(x.type, [n, depth * b * b, height / b, width / b], ([i, c, h, w]) => {
      const block = Math.floor(c / depth);
      return at(x, [i, c % depth, h * b + Math.floor(block / b), w * b + (block % b)]);
    }),
  ];
};

const GatherND: Evaluate = (node, [x, indices]) => {
  const batch = intAttribute(node, "batch_dims", 0);
  const depth = indices.shape.at(-1)!;
  const outer = indices.shape.slice(0, -1);
  return [
    generate(x.type, [...outer, ...x.shape.slice(batch + depth)], (index) => {
      const named = Array.from({ length: depth }, (_, i) => at(indices, [...index.slice(0, outer.length), i]));
      const place = named.map((entry, i) => axisOf(entry, x.shape[batch + i]));
      return at(x, [...index.slice(0, batch), ...place, ...index.slice(outer.length)]);
    }),
  ];
};

const ScatterND: Evaluate = (node, [x, indices, updates]) => {
  const data = [...x.data];
  const combine = combinations[stringAttribute(node, "reduction", "none")];
  const depth = indices.shape.at(-1)!;
  const outer = indices.shape.length - 1;
  forEachIndex(updates.shape, (index) => {
    const named = Array.from({ length: depth }, (_, i) =>
      axisOf(at(indices, [...index.slice(0, outer), i]), x.shape[i]),
    );
    const place = position(x.shape, [...named, ...index.slice(outer)]);
    data[place] = combine(data[place], at(updates, index));
  });
  return [{ ...x, data }];
};

const NonZero: Evaluate = (_, [x]) => {
  const places: number[][] = [];
  forEachIndex(x.shape, (index) => {
    if (at(x, index) !== 0) places.push([...index]);
  });
  return [generate("int64", [x.shape.length, places.length], ([axis, i]) => places[i][axis])];
};

const Range: Evaluate = (_, [start, limit, delta]) => {
  const data: number[] = [];
  const [step] = delta.data;
  for (let x = start.data[0]; step > 0 ? x < limit.data[0] : x > limit.data[0]; x += step) data.push(x);
  return [{ type: start.type, shape: [data.length], data }];
};

const Tile: Evaluate = (_, [x, repeats]) => {
  const shape = x.shape.map((size, axis) => size * repeats.data[axis]);
  return [
    generate(x.type, shape, (index) =>
      at(
        x,
        index.map((entry, axis) => entry % x.shape[axis]),
      ),
    ),
  ];
};

const TopK: Evaluate = (node, [x, k]) => {
  const axis = axisOf(intAttribute(node, "axis", -1), x.shape.length);
  const sign = intAttribute(node, "largest", 1) ? -1 : 1;
  const where = generate("int64", withAxis(x.shape, axis, k.data[0]), (index) => {
    const places = Array.from({ length: x.shape[axis] }, (_, i) => i);
    const key = (i: number) => sign * at(x, withAxis(index, axis, i));
    return places.sort((i, j) => key(i) - key(j))[index[axis]];
  });
  return [generate(x.type, where.shape, (index) => at(x, withAxis(index, axis, at(where, index)))), where];
};

const Trilu: Evaluate = (node, [x, k]) => {
  const shift = k?.data[0] ?? 0;
  const upper = intAttribute(node, "upper", 1);
  return [
    generate(x.type, x.shape, (index) => {
      const [row, column] = index.slice(-2);
      return (upper ? column >= row + shift : column <= row + shift) ? at(x, index) : 0;
    }),
  ];
};

export const movement: Readonly<Record<string, Evaluate>> = {
  Concat,
  Constant,
  ConstantOfShape,
  CumSum,
  DepthToSpace,
  Expand: (_, [x, shape]) => [generate(x.type, broadcastShape(x.shape, shape.data), (index) => broadcastAt(x, index))],
  Flatten,
  Gather,
  GatherElements,
  GatherND,
  NonZero,
  Pad,
  Range,
  Reshape,
  Resize,
  ScatterElements,
  ScatterND,
  Shape: (node: Node, [x]) => [
    ints(x.shape.slice(intAttribute(node, "start", 0), intAttribute(node, "end", undefined))),
  ],
  Size: (_, [x]) => [{ type: "int64", shape: [], data: [x.data.length] }],
  Slice,
  SpaceToDepth,
  Split,
  Squeeze,
  Tile,
  TopK,
  Transpose,
  Trilu,
  Unsqueeze,
};
