// Inputs of words: a row holds 0 and 1 for each word, the graph turns them into the word that the file takes.

import { plainText } from "../data/labels.ts";
import { InputError } from "../errors.ts";
import { CLASSICAL } from "../onnx/classical/index.ts";
import { type Graph, type Node, type OnnxModel, plainNode, type ValueInfo } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { type FloatType, tensor } from "../tensor.ts";

/** The words of each input of text, by its name. */
export type WordsOfInputs = ReadonlyMap<string, readonly string[]>;

/** What changes no word. */
const carriers = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/** Attributes that list the words which an operator knows. */
const listing: Readonly<Record<string, readonly string[]>> = {
  OneHotEncoder: ["cats_strings"],
  LabelEncoder: ["keys_strings", "classes_strings"],
  CategoryMapper: ["cats_strings"],
};

/** The words that a graph compares an input with, in its order; undefined where it does something else with text. */
function knownWords({ nodes }: Graph, input: string): readonly string[] | undefined {
  const found = new Set<string>();
  const waiting = [input];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    for (const node of nodes.filter(({ inputs }) => inputs.includes(value!))) {
      if (carriers.has(node.op)) waiting.push(node.outputs[0]);
      else {
        const words = wordsOf(node);
        if (!words) return undefined;
        for (const word of words) found.add(word);
      }
    }
  }
  return found.size > 0 ? [...found] : undefined;
}

function wordsOf({ op, attributes }: Node): readonly string[] | undefined {
  for (const name of listing[op] ?? []) {
    const attribute = attributes[name];
    if (attribute && "strings" in attribute && attribute.strings.length > 0) return attribute.strings;
  }
  return undefined;
}

/**
 * The words that the features of an input stand for: those of the data, else those that the graph knows.
 *
 * @throws InputError where neither tells them, and for an input of several words per row
 */
export function wordsFor(
  { name, shape }: ValueInfo,
  graph: Graph,
  words: WordsOfInputs | undefined,
): readonly string[] {
  const row = shape?.slice(1) ?? [];
  if (!shape || row.length > 1 || (row.length === 1 && row[0] !== 1)) {
    throw refused(
      "inputs of one word per row",
      `"${name}" [${shape ?? "unknown"}]`,
      "export the pipeline with an input for each column",
    );
  }
  const known = words?.get(name) ?? knownWords(graph, name)?.map(plainText).toSorted();
  if (known && known.length > 0) return [...new Set(known)];
  throw refused(
    "words that the file lists, or data with a column of that name",
    `"${name}", which holds text`,
    `give data with a column "${name}"; where its values look like numbers, say --categorical "${name}"`,
  );
}

/**
 * Nodes that turn the features of an input [N, k] into the word [N] or [N, 1] of the largest: of several the first.
 * Where the graph knows a word that is written otherwise (spaces, Unicode), it gets that.
 */
export function wordNodes(
  { name, shape }: ValueInfo,
  values: readonly string[],
  features: string,
  graph: Graph,
  opset: number | undefined,
): readonly Node[] {
  const known = new Map((knownWords(graph, name) ?? []).map((word) => [plainText(word), word]));
  const words = values.map((value) => known.get(value) ?? value);
  const position = `${features}:position`;
  const isFlat = shape?.length === 1;
  const table =
    opset === undefined || opset > 1
      ? { keys_int64s: { ints: [...words.keys()] }, values_strings: { strings: words } }
      : { classes_strings: { strings: words } };
  return [
    plainNode("ArgMax", [features], position, { axis: { int: 1 }, keepdims: { int: isFlat ? 0 : 1 } }),
    { op: "LabelEncoder", domain: CLASSICAL, name: "", inputs: [position], outputs: [name], attributes: table },
  ];
}

/**
 * The file with words that are only compared with those of one-hot encoders left as features, so that gradients reach
 * them: a product with a matrix of 0 and 1 stands for each encoder. What does something else with words stays as it is.
 */
export function withoutWords(file: OnnxModel, names: ReadonlySet<string>, type: FloatType): OnnxModel {
  const { graph } = file;
  const initializers = new Map(graph.initializers);
  const encoderOf = new Map(
    graph.nodes
      .filter(({ op, outputs }) => op === "LabelEncoder" && names.has(outputs[0]))
      .map((node) => [node.outputs[0], node]),
  );
  const nodes = graph.nodes.flatMap((node) => {
    const source = node.op === "OneHotEncoder" ? encoderOf.get(node.inputs[0]) : undefined;
    const categories = wordsOf(node);
    if (!source || !categories) return [node];
    const values = (wordsOf(source) ?? listed(source, "values_strings"))!;
    const [features] = graph.nodes.find(({ outputs }) => outputs[0] === source.inputs[0])!.inputs;
    const matrix = `${node.outputs[0]}:words`;
    const cells = values.flatMap((value) => categories.map((category) => (category === value ? 1 : 0)));
    initializers.set(matrix, tensor(type, [values.length, categories.length], cells));
    initializers.set(`${matrix}:shape`, tensor("int64", [3], [-1, 1, categories.length]));
    const cast = `${matrix}:float`;
    return [
      plainNode("MatMul", [features, matrix], `${matrix}:product`),
      plainNode("Cast", [`${matrix}:product`], cast, { to: { int: FLOAT } }),
      plainNode("Reshape", [cast, `${matrix}:shape`], node.outputs[0]),
    ];
  });
  return nodes.length === graph.nodes.length ? file : { ...file, graph: prune({ ...graph, initializers, nodes }) };
}

/** What a one-hot encoder gives: float32. */
const FLOAT = 1;

function listed({ attributes }: Node, name: string): readonly string[] | undefined {
  const attribute = attributes[name];
  return attribute && "strings" in attribute ? attribute.strings : undefined;
}

function refused(expected: string, got: string, remedy: string): InputError {
  return new InputError("unsupported", "inputs of the model", { expected, got, remedy });
}
