// Preprocessing in front of a model, so that it takes the features as the user's data have them.

import { InputError } from "../errors.ts";
import { type OnnxModel, plainNode } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { renameReads } from "../onnx/subgraph.ts";
import { type FloatType, tensor } from "../tensor.ts";
import { type Model, modelFromBytes } from "./model.ts";

/**
 * What is taken from features, and what they are then divided by: one number for all, or one per channel or feature.
 */
export interface Normalization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The opset for nodes that are added to a file without standard operators. */
const OPSET = 18;

/**
 * The model behind (x - mean) / deviation.
 *
 * Several numbers belong to the channels of images [N, C, H, W] or [N, H, W, C], whichever axis has that length, the
 * former first, and to the features of rows [N, F].
 *
 * @throws InputError for numbers that fit no axis, deviations that are not positive, and files that cannot be read
 */
export function normalizedModel(model: Model, { mean, deviation }: Normalization): Model {
  const onnx = readModel(model.unseen?.bytes ?? model.bytes);
  const [input] = onnx.graph.inputs;
  const type = input?.type;
  if (onnx.graph.inputs.length !== 1 || !input.shape || !type?.startsWith("float")) {
    throw refused("one input of real numbers and known shape", `${onnx.graph.inputs.length} inputs of type ${type}`);
  }
  if ([...mean, ...deviation].some((value) => !Number.isFinite(value)) || deviation.some((value) => value <= 0)) {
    throw refused("finite means and positive deviations", `mean ${mean}, deviation ${deviation}`);
  }
  const constant = (values: readonly number[]) => tensor(type as FloatType, shapeFor(values, input.shape!), values);
  const names = { mean: "carom:mean", deviation: "carom:deviation", centred: "carom:centred", x: "carom:normalized" };
  const initializers = new Map(onnx.graph.initializers);
  for (let again = 1; initializers.has(names.mean); again++) {
    for (const key of Object.keys(names) as (keyof typeof names)[]) names[key] = `carom:${key}:${again}`;
  }
  initializers.set(names.mean, constant(mean)).set(names.deviation, constant(deviation));
  const nodes = onnx.graph.nodes.map((each) => renameReads(each, (name) => (name === input.name ? names.x : name)));
  const front = [
    plainNode("Sub", [input.name, names.mean], names.centred),
    plainNode("Div", [names.centred, names.deviation], names.x),
  ];
  const changed: OnnxModel = {
    ...onnx,
    graph: { ...onnx.graph, initializers, nodes: [...front, ...nodes] },
    opsets: { "": OPSET, ...onnx.opsets },
  };
  return modelFromBytes(writeModel(changed), model.unseen?.options);
}

/** The shape in which numbers broadcast against the input. */
function shapeFor(values: readonly number[], shape: readonly (number | string)[]): readonly number[] {
  if (values.length === 1) return [];
  const axes = shape.length > 2 ? [1, shape.length - 1] : [1];
  const axis = axes.find((at) => shape[at] === values.length);
  if (axis === undefined) {
    const lengths = [...new Set([1, ...axes.map((at) => shape[at])])].join(" or ");
    throw refused(`${lengths} numbers for an input of shape [${shape}]`, `${values.length}`);
  }
  return [values.length, ...new Array<number>(shape.length - 1 - axis).fill(1)];
}

function refused(expected: string, got: string): InputError {
  return new InputError("invalid", "option --normalize", {
    expected,
    got,
    remedy: "give mean,std, or the means and then the deviations of all channels",
  });
}
