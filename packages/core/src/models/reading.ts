// What a stranger's file says of its scores: which output holds them, what they are, how the classes are called.

import { CLASSICAL } from "../onnx/classical/index.ts";
import { intAttribute, type Node, type OnnxModel, stringAttribute, type ValueInfo } from "../onnx/graph.ts";

/** Where a model's scores are, and what they are. */
export interface Reading {
  /** The value that holds the scores; not always an output of the file. */
  readonly scores: string;
  /** Why that one, as what follows "because". */
  readonly because: string;
  readonly probabilities: boolean;
  /** Whether the value has one column, the score of the second of two classes. */
  readonly isSingle: boolean;
  /**
   * Whether the columns of two classes are in the reverse order of their labels.
   *
   * So does ONNX Runtime give the scores of an SVMClassifier for two classes without probabilities: its value s is
   * positive for the first class, as its label says, and the columns are [-s, s].
   */
  readonly isReversed: boolean;
  /** The names of the classes, where an operator lists them and they are not 0 to K-1. */
  readonly classNames: readonly string[] | undefined;
  /** How many classes an operator lists. */
  readonly classes: number | undefined;
}

const NAMED = /score|logit|prob/i;

/**
 * Finds the scores: what a ZipMap makes a dictionary of; else the output of real numbers that is named as such; else the
 * first of real numbers.
 *
 * Whether they are probabilities follows from the operator that makes them, and from their name only where no operator
 * tells: exporters call a decision function "probabilities" too. Undefined where no output can hold scores.
 */
export function readScores({ graph }: OnnxModel): Reading | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const dictionary = graph.outputs.map(({ name }) => makerOf(makers, name)).find((maker) => maker?.op === "ZipMap");
  const named = dictionary ? undefined : graph.outputs.find((value) => NAMED.test(value.name) && mayBeScores(value));
  const output = named ?? (dictionary ? undefined : graph.outputs.find(mayBeScores));
  const scores = dictionary?.inputs[0] ?? output?.name;
  if (scores === undefined) return undefined;
  const maker = makerOf(makers, scores);
  const labels = labelsOf(graph.nodes);
  const isSingle = output?.shape?.length === 2 && output.shape[1] === 1;
  if (isSingle && maker?.op !== "Sigmoid" && !named) return undefined;
  return {
    scores,
    because: dictionary
      ? `the output "${dictionary.outputs[0]}" is made of it`
      : named
        ? "of its name"
        : graph.outputs.length === 1
          ? "it is the only output"
          : "it is the first output of real numbers, a row per sample",
    probabilities:
      areProbabilities(graph.nodes, maker, makers) ?? (/prob/i.test(scores) && !hasDecisionFunction(graph.nodes)),
    isSingle,
    isReversed:
      maker?.op === "SVMClassifier" &&
      !("prob_a" in maker.attributes) &&
      "vectors_per_class" in maker.attributes &&
      labels?.length === 2,
    classes: labels?.length,
    classNames: labels,
  };
}

function mayBeScores({ type, shape }: ValueInfo): boolean {
  return (type === undefined ? shape === undefined : type.startsWith("float")) && (shape?.length ?? 2) === 2;
}

/** The node that a value comes from, past those that change no number. */
export function makerOf(makers: ReadonlyMap<string, Node>, value: string): Node | undefined {
  let maker = makers.get(value);
  while (maker && ["Identity", "Cast", "Reshape", "Flatten"].includes(maker.op)) maker = makers.get(maker.inputs[0]);
  return maker;
}

/** Whether an operator's scores are probabilities; undefined where it does not tell. */
function areProbabilities(
  nodes: readonly Node[],
  maker: Node | undefined,
  makers: ReadonlyMap<string, Node>,
): boolean | undefined {
  if (!maker) return undefined;
  switch (maker.op) {
    case "Softmax":
    case "Sigmoid":
      return true;
    case "LogSoftmax":
    case "Gemm":
    case "MatMul":
      return false;
    case "SVMClassifier":
      return "prob_a" in maker.attributes || isSquashed(maker);
    case "LinearClassifier":
      return isSquashed(maker);
    case "TreeEnsembleClassifier":
      return isSquashed(maker) || undefined;
    case "Normalizer":
      return stringAttribute(maker, "norm", "MAX") === "L1" && !hasDecisionFunction(nodes);
    case "Concat":
      return maker.inputs.some((input) => makerOf(makers, input)?.op === "Sigmoid") || undefined;
    default:
      return undefined;
  }
}

function isSquashed(node: Node): boolean {
  return ["LOGISTIC", "SOFTMAX"].includes(stringAttribute(node, "post_transform", "NONE"));
}

/** Whether the scores are made from values of a machine, which are no probabilities. */
function hasDecisionFunction(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      (node.op === "SVMClassifier" && !("prob_a" in node.attributes) && !isSquashed(node)) ||
      (node.op === "LinearClassifier" && !isSquashed(node)),
  );
}

/** The labels that a classical operator lists, the last that does. */
function labelsOf(nodes: readonly Node[]): readonly string[] | undefined {
  for (const node of nodes.toReversed()) {
    if (node.domain !== CLASSICAL || (node.op !== "ZipMap" && !node.op.endsWith("Classifier"))) continue;
    for (const name of ["classlabels_strings", "classlabels_int64s", "classlabels_ints"]) {
      const labels = node.attributes[name];
      if (labels && "strings" in labels && labels.strings.length > 0) return labels.strings;
      if (labels && "ints" in labels && labels.ints.length > 0) return labels.ints.map(String);
    }
  }
  return undefined;
}

/** Whether a Softmax is over the classes of scores [N, K]. */
export function isOverClasses(node: Node): boolean {
  const axis = intAttribute(node, "axis", -1);
  return axis === 1 || axis === -1;
}
