// Which of a file's values holds the scores, where the file has several outputs.

import { InputError, unknownName } from "../errors.ts";
import { intAttribute, type Node, type OnnxModel, stringAttribute, type ValueInfo } from "../onnx/graph.ts";

/** Which node makes each value. */
export type Makers = ReadonlyMap<string, Node>;

export function makersOf({ graph }: OnnxModel): Makers {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** The node that a value comes from, past those that change no number. */
export function makerOf(makers: Makers, value: string): Node | undefined {
  let maker = makers.get(value);
  while (maker && carriers.has(maker.op)) maker = makers.get(maker.inputs[0]);
  return maker;
}

const carriers = new Set(["Identity", "Cast", "Reshape", "Flatten", "Squeeze"]);

/**
 * Whether the operator that makes scores makes them probabilities; undefined where it does not tell.
 *
 * Only the last operator counts: a name proves nothing, and what machines compute before it disproves nothing.
 */
export function madeProbabilities(makers: Makers, maker: Node | undefined): boolean | undefined {
  switch (maker?.op) {
    case "Softmax":
    case "Sigmoid":
      return true;
    case "LogSoftmax":
    case "Gemm":
    case "MatMul":
      return false;
    case "Add":
      return maker.inputs.some((input) => madeProbabilities(makers, makerOf(makers, input)) === false)
        ? false
        : undefined;
    case "LinearClassifier":
    case "TreeEnsembleClassifier":
      return isSquashed(maker) || undefined;
    case "SVMClassifier":
      return "prob_a" in maker.attributes || isSquashed(maker);
    default:
      return undefined;
  }
}

function isSquashed(node: Node): boolean {
  return ["LOGISTIC", "SOFTMAX"].includes(stringAttribute(node, "post_transform", "NONE"));
}

/** A value that holds scores, and why that one. */
interface ChosenValue {
  readonly value: string;
  /** As what follows "because". */
  readonly because: string;
  /** What the file declares of it, where it is an output. */
  readonly declared: ValueInfo | undefined;
}

const NAMED = /score|logit|prob/i;

/**
 * The value that was asked for; else what a ZipMap makes a dictionary of; else the one output of real numbers that is
 * named as scores are, or that an operator of classifiers makes, or that has a row per sample, in this order; in a file
 * that gives labels alone, what those are the largest of. Where they were sorted by size (TopK), what was sorted.
 *
 * One column alone is taken for a score only where its name or its operator says so. Undefined where nothing can hold
 * scores.
 *
 * @throws InputError for an output that is not there, and where several are equally likely and are not the same scores
 */
export function chooseScores(file: OnnxModel, wanted?: string): ChosenValue | undefined {
  const makers = makersOf(file);
  const chosen = choose(file, makers, wanted);
  const sorting = chosen && makerOf(makers, chosen.value);
  if (sorting?.op !== "TopK") return chosen;
  // In an order of size places are no classes.
  const because = `"${chosen!.value}" are the largest of them`;
  return { value: sorting.inputs[0], because, declared: undefined };
}

function choose(file: OnnxModel, makers: Makers, wanted: string | undefined): ChosenValue | undefined {
  const { graph } = file;
  if (wanted !== undefined) return namedValue(file, makers, wanted);
  const dictionary = graph.outputs.find(({ name }) => makerOf(makers, name)?.op === "ZipMap");
  if (dictionary) {
    const [value] = makerOf(makers, dictionary.name)!.inputs;
    return { value, because: `the output "${dictionary.name}" is made of it`, declared: undefined };
  }
  const outputs = graph.outputs.filter(mayBeScores);
  const isOnly = graph.outputs.length === 1;
  const made = ({ name }: ValueInfo) => isClassifier(makers, makerOf(makers, name));
  const groups: readonly (readonly [readonly ValueInfo[], (node: Node | undefined) => string])[] = [
    [outputs.filter(({ name }) => NAMED.test(name)), () => "of its name"],
    [outputs.filter(made), (node) => (isOnly ? "it is the only output" : `a ${node!.op} makes it`)],
    [
      outputs.filter((output) => widthOf(output) !== 1),
      () => (isOnly ? "it is the only output" : "it is the only output of real numbers, a row per sample"),
    ],
  ];
  for (const [group, because] of groups) {
    if (group.length === 0) continue;
    const [first] = group;
    if (new Set(group.map(({ name }) => rootOf(makers, name))).size > 1) throw ambiguous(group);
    return { value: first.name, because: because(makerOf(makers, first.name)), declared: first };
  }
  for (const { name } of graph.outputs) {
    const value = behindLabels(makers, name);
    if (value !== undefined) return { value, because: `the labels "${name}" are made of it`, declared: undefined };
  }
  return undefined;
}

/** The scores whose largest an output of labels is, where a file gives its labels alone. */
function behindLabels(makers: Makers, output: string): string | undefined {
  const maker = makerOf(makers, output);
  if (!maker) return undefined;
  if (["ArrayFeatureExtractor", "Gather"].includes(maker.op)) return behindLabels(makers, maker.inputs[1]);
  if (maker.op === "ArgMax" && [1, -1].includes(intAttribute(maker, "axis", 0))) return maker.inputs[0];
  return maker.op.endsWith("Classifier") && maker.outputs[0] === output ? maker.outputs[1] || undefined : undefined;
}

/** An output by its name, or a value inside the graph. */
function namedValue({ graph }: OnnxModel, makers: Makers, name: string): ChosenValue {
  const declared = graph.outputs.find((output) => output.name === name);
  const maker = makerOf(makers, name);
  if (!declared && !maker) {
    return unknownName(
      "output of the model",
      name,
      graph.outputs.map((output) => output.name),
    );
  }
  if (maker?.op === "ZipMap") return { value: maker.inputs[0], because: "it was asked for", declared: undefined };
  return { value: name, because: "it was asked for", declared };
}

/** Whether declared numbers are real, with sizes for one list per row, such as [N, K], [N] or [N, K, 1, 1]. */
function mayBeScores({ type, shape }: ValueInfo): boolean {
  if (type === undefined) return shape === undefined;
  if (!type.startsWith("float")) return false;
  if (!shape || shape.length === 2) return true;
  return shape.length > 0 && shape.slice(1).filter((size) => size !== 1).length <= 1;
}

/** The number of numbers in a row, where the file says it. */
export function widthOf({ shape }: Pick<ValueInfo, "shape">): number | undefined {
  const sizes = shape?.slice(1);
  if (!sizes?.every((size) => typeof size === "number")) return undefined;
  return (sizes as number[]).reduce((product, size) => product * size, 1);
}

function isClassifier(makers: Makers, maker: Node | undefined): boolean {
  return (
    maker !== undefined &&
    (maker.op.endsWith("Classifier") || maker.op === "LogSoftmax" || madeProbabilities(makers, maker) === true)
  );
}

/**
 * What a value is the softmax, the logarithm or another rising function of: scores of one root order the classes alike.
 */
function rootOf(makers: Makers, value: string): string {
  const node = makers.get(value);
  const isRising =
    node &&
    (carriers.has(node.op) || node.op === "Sigmoid" || node.op === "Log" || node.op === "Exp" || isOverClasses(node));
  return isRising ? rootOf(makers, node.inputs[0]) : value;
}

function isOverClasses(node: Node): boolean {
  return ["Softmax", "LogSoftmax"].includes(node.op) && [1, -1].includes(intAttribute(node, "axis", -1));
}

function ambiguous(outputs: readonly ValueInfo[]): InputError {
  const list = outputs.map(({ name, shape }) => `"${name}"${shape ? ` [${shape.join(", ")}]` : ""}`);
  return new InputError("invalid", "outputs of the model", {
    expected: "one that holds the scores",
    got: `${outputs.length} that may: ${list.join(", ")}`,
    remedy: "name the one that holds the scores with --output",
  });
}
