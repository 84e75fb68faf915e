// A stranger's file with its scores as one output [N, K]: without dictionaries, and a column for each class.

import { elementTypeNumber } from "../onnx/elementType.ts";
import { type Attributes, type Graph, type OnnxModel, plainNode } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import { pairsOf, type Reading } from "./reading.ts";

/** The opset for nodes that are added to a file without standard operators. */
const OPSET = 18;

/** Whether the file itself has the scores as an output [N, K], a column for each class as declared. */
export function isExposed({ graph }: OnnxModel, { scores, columns, isFlat, width }: Reading): boolean {
  const declared = graph.outputs.find(({ name }) => name === scores);
  const size = declared?.shape?.[1];
  const isAsDeclared = width === undefined || typeof size !== "number" || size === width;
  return declared !== undefined && columns === "classes" && isFlat && isAsDeclared;
}

/** The graph of the scores alone; labels and dictionaries, and what only they need, are left out. */
export function scoresOnly(graph: Graph, { scores }: Pick<Reading, "scores">): Graph {
  const declared = graph.outputs.find(({ name }) => name === scores) ?? { name: scores };
  return prune({ ...graph, outputs: [declared] });
}

/** What the metadata of a file say whose scores have been seen. */
export function scoresMetadata({ probabilities, classNames }: Reading, output: string): Record<string, string> {
  return {
    scores: probabilities ? "probabilities" : "logits",
    scores_output: output,
    ...(classNames && { classes: JSON.stringify(classNames) }),
  };
}

/**
 * The model with scores [N, K] as its first output, and the file's own labels as another, where it has such.
 *
 * Columns in the reverse order of the labels are put in theirs. A probability p of the second class becomes [1 - p, p],
 * another score s becomes [0, s], whose softmax is the logistic function of s. Scores of pairs become scores of classes
 * (`classesOfPairs`).
 */
export function exposeScores(model: OnnxModel, reading: Reading): OnnxModel {
  const { scores, columns, width, isFlat, labels, probabilities, type } = reading;
  const own = model.graph.outputs.filter(({ name }) => name === labels);
  const alone = prune({ ...model.graph, outputs: [{ name: scores }, ...own] });
  const initializers = new Map(alone.initializers);
  const nodes = [...alone.nodes];
  const add: Add = (op, inputs, attributes = {}) => {
    const output = `${scores}:${nodes.length}`;
    nodes.push(plainNode(op, inputs, output, attributes));
    return output;
  };
  const constant: Constant = (value) => {
    const name = `${scores}:constant ${initializers.size}`;
    initializers.set(name, value);
    return name;
  };
  const flat = isFlat ? scores : add("Reshape", [scores, constant(tensor("int64", [2], [-1, width ?? 1]))]);
  const output = transform[columns](flat, { add, constant, probabilities, type, classes: reading.classes ?? 2 });
  const rows = alone.inputs[0]?.shape?.[0] ?? "N";
  const classes = columns === "classes" ? width : columns === "pairs" ? reading.classes : 2;
  const declared = { name: output, type, ...(classes !== undefined && { shape: [rows, classes] }) };
  return {
    ...model,
    graph: { ...alone, nodes, initializers, outputs: [declared, ...own] },
    opsets: { "": OPSET, ...model.opsets },
  };
}

type Add = (op: string, inputs: readonly string[], attributes?: Attributes) => string;
type Constant = (value: Tensor) => string;

interface Tools {
  readonly add: Add;
  readonly constant: Constant;
  readonly probabilities: boolean;
  readonly type: FloatType;
  readonly classes: number;
}

const columnsAxis = { axis: { int: 1 } };

/** How scores of each kind of columns become scores of classes. */
const transform: Readonly<Record<Reading["columns"], (scores: string, tools: Tools) => string>> = {
  classes: (scores) => scores,
  second: (scores, { add, constant, probabilities, type }) => {
    const scalar = constant(tensor(type, [], [probabilities ? 1 : 0]));
    const first = add(probabilities ? "Sub" : "Mul", [scalar, scores]);
    return add("Concat", [first, scores], columnsAxis);
  },
  reversed: (scores, { add, constant }) => add("Gather", [scores, constant(tensor("int64", [2], [1, 0]))], columnsAxis),
  pairs: (scores, tools) => classesOfPairs(scores, tools),
};

/**
 * Scores of classes from those of pairs i < j, positive for i: the votes of a class, and c / (3 (|c| + 1)) with c the
 * sum of its values, which is less than 1/3 and decides between classes of as many votes.
 *
 * So does scikit-learn make the decision function of one against the rest (`decision_function_shape="ovr"`).
 */
function classesOfPairs(scores: string, { add, constant, classes, type }: Tools): string {
  const pairs = Array.from({ length: classes }, (_, i) => i).flatMap((i) =>
    Array.from({ length: classes - i - 1 }, (_, j) => [i, i + 1 + j] as const),
  );
  const signs = pairs.flatMap((pair) =>
    Array.from({ length: classes }, (_, k) => (k === pair[0] ? 1 : k === pair[1] ? -1 : 0)),
  );
  const matrix = constant(tensor(type, [pairsOf(classes), classes], signs));
  const scalar = (value: number) => constant(tensor(type, [], [value]));
  const sums = add("MatMul", [scores, matrix]);
  const isSecond = add("Cast", [add("Less", [scores, scalar(0)])], { to: { int: elementTypeNumber(type) } });
  // Class k is first in K - 1 - k of its pairs: so many votes, less those that the other class gets, more those that k
  // gets as second.
  const asFirst = constant(
    tensor(
      type,
      [1, classes],
      Array.from({ length: classes }, (_, k) => classes - 1 - k),
    ),
  );
  const votes = add("Sub", [asFirst, add("MatMul", [isSecond, matrix])]);
  const size = add("Mul", [add("Add", [add("Abs", [sums]), scalar(1)]), scalar(3)]);
  return add("Add", [votes, add("Div", [sums, size])]);
}
