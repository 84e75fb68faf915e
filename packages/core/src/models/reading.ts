// What a stranger's file says of its scores, and what they turn out to be: probabilities or not, a column for each
// class or for something else, how the classes are called.

import { InputError } from "../errors.ts";
import { CLASSICAL } from "../onnx/classical/index.ts";
import { type Node, type OnnxModel, stringAttribute } from "../onnx/graph.ts";
import { type FloatType, rowSize, type Tensor, toNumbers } from "../tensor.ts";
import { chooseScores, type Makers, madeProbabilities, makerOf, makersOf, widthOf } from "./outputs.ts";

/**
 * What the columns of scores are:
 * - `classes`: one for each class, in order.
 * - `second`: one alone, the score of the second of two classes.
 * - `reversed`: one for each of two classes, the second first. So does ONNX Runtime give the scores of an SVMClassifier
 *   for
 *   two classes without probabilities: its value s is positive for the first class, as its label says, and the columns
 *   are [-s, s].
 * - `pairs`: one for each pair i < j of classes, positive for the first: machines of one against one.
 */
export type Columns = "classes" | "second" | "reversed" | "pairs";

/** Where a model's scores are, and what they are. */
export interface Reading {
  /** The value that holds the scores; not always an output of the file. */
  readonly scores: string;
  /** Why that one, as what follows "because". */
  readonly because: string;
  readonly probabilities: boolean;
  readonly columns: Columns;
  /** How many numbers a row of the value has, where that is known. */
  readonly width: number | undefined;
  /** Whether the value is [N, width], so that nothing has to be reshaped. */
  readonly isFlat: boolean;
  readonly type: FloatType;
  /** The names of the classes, where the file lists them. */
  readonly classNames: readonly string[] | undefined;
  /** How many classes the file lists. */
  readonly classes: number | undefined;
  /** The output that holds the file's own labels, where it has one. */
  readonly labels: string | undefined;
  /** Whether numbers that come out of it are positions among the classes, in place of words. */
  readonly areLabelsPositions: boolean;
}

/** What is known of a model's scores beside what its file declares. */
export interface ReadingOptions {
  /** The output that holds the scores, where the user names it. */
  readonly output?: string;
  /** What came out of the value that holds the scores, for some rows. */
  readonly seen?: Tensor;
}

/**
 * Finds the scores of a file (`chooseScores`) and says what they are, by the operator that makes them and by what came
 * out.
 *
 * Rows in [0, 1] that each sum to 1 are probabilities, whatever made them; rows outside of [0, 1] are none, whatever
 * they are called. Undefined where nothing can hold scores.
 *
 * @throws InputError where several outputs may hold them, and where they are not one for each class that the file names
 */
export function readScores(file: OnnxModel, options: ReadingOptions = {}): Reading | undefined {
  const { seen } = options;
  const said = saidOf(file);
  const chosen = chooseScores(file, options.output ?? said?.output);
  if (!chosen) return undefined;
  const makers = makersOf(file);
  const maker = makerOf(makers, chosen.value);
  const labels = labelOutput(file, makers, chosen.value);
  const names = classNames(file, makers, chosen.value, labels);
  const shape = seen?.shape ?? chosen.declared?.shape;
  const width = seen ? rowSize(seen) : widthOf({ ...(shape && { shape }) });
  const columns = said ? "classes" : columnsOf(maker, width, names?.length);
  if (seen && columns === "classes") requireColumns(width!, names?.length);
  return {
    scores: chosen.value,
    because: chosen.because,
    probabilities: said?.probabilities ?? areProbabilities(madeProbabilities(makers, maker), seen),
    columns,
    width,
    isFlat: shape === undefined || shape.length === 2,
    type: (seen?.type ?? chosen.declared?.type) === "float64" ? "float64" : "float32",
    classes: names?.length,
    classNames: names,
    labels,
    areLabelsPositions: labels !== undefined && file.tables?.has(lookupOf(makers, labels)?.[0] ?? "") === true,
  };
}

/** What the metadata say of scores that we made or have seen before. */
export function saidOf({ metadata }: Pick<OnnxModel, "metadata">) {
  const { scores, scores_output: output } = metadata;
  if (scores !== "probabilities" && scores !== "logits") return undefined;
  return { probabilities: scores === "probabilities", ...(output !== undefined && { output }) };
}

function columnsOf(maker: Node | undefined, width: number | undefined, classes: number | undefined): Columns {
  if (width === 1) return "second";
  const isMachine =
    maker?.op === "SVMClassifier" && !("prob_a" in maker.attributes) && "vectors_per_class" in maker.attributes;
  if (!isMachine || classes === undefined) return "classes";
  if (classes === 2) return "reversed";
  const isPlain = stringAttribute(maker, "post_transform", "NONE") === "NONE";
  return isPlain && (width === undefined || width === pairsOf(classes)) ? "pairs" : "classes";
}

/** The number of pairs of classes. */
export function pairsOf(classes: number): number {
  return (classes * (classes - 1)) / 2;
}

function requireColumns(width: number, classes: number | undefined): void {
  if (classes === undefined || width === classes) return;
  const pairs = width === pairsOf(classes) ? ", as many as there are pairs of classes" : "";
  throw new InputError("unsupported", "scores of the model", {
    expected: `one for each of the ${classes} classes that the file names`,
    got: `${width}${pairs}`,
    remedy: pairs
      ? 'export it with scores of classes (decision_function_shape="ovr"), or name another output with --output'
      : "name the output that holds the scores with --output",
  });
}

/** How far rounding may lead probabilities out of [0, 1], as a share of the largest, and their sum away from 1. */
const ROUNDING = { bounds: 1e-6, sum: 1e-3 };

/** What rows of scores look like; undefined where none is finite. */
export function looksOf(scores: Tensor): "distribution" | "within" | "outside" | undefined {
  const width = rowSize(scores);
  const numbers = toNumbers(scores);
  const rows = Array.from({ length: scores.shape[0] }, (_, i) => numbers.slice(i * width, (i + 1) * width));
  const finite = rows.filter((row) => row.every(Number.isFinite));
  if (finite.length === 0) return undefined;
  const largest = finite.flatMap((row) => [...row]).reduce((most, value) => Math.max(most, value), 0);
  const isWithin = (value: number) => value >= -ROUNDING.bounds * largest && value <= 1 + ROUNDING.bounds;
  if (!finite.every((row) => row.every(isWithin))) return "outside";
  const isOne = (row: ArrayLike<number>) => Math.abs(Array.from(row).reduce((a, b) => a + b, 0) - 1) <= ROUNDING.sum;
  return width > 1 && finite.every(isOne) ? "distribution" : "within";
}

/** By what the last operator says and by what came out; where both are silent, they are none. */
function areProbabilities(made: boolean | undefined, seen: Tensor | undefined): boolean {
  const looks = seen && looksOf(seen);
  if (looks === "distribution") return true;
  if (looks === "outside") return false;
  // One column in [0, 1] that nothing else explains is the probability of the second class.
  return made ?? (looks === "within" && rowSize(seen!) === 1);
}

/** The output of labels: whole numbers or text, one per row, made where scores are or named so. */
function labelOutput({ graph }: OnnxModel, makers: Makers, scores: string): string | undefined {
  const isLabel = ({ name, type, shape }: OnnxModel["graph"]["outputs"][number]) =>
    name !== scores &&
    (type === "int64" || type === "int32" || (type === undefined && /label|class|pred/i.test(name))) &&
    makerOf(makers, name)?.op !== "ZipMap" &&
    (shape === undefined || shape.filter((size) => size !== 1).length <= 1);
  return graph.outputs.find(isLabel)?.name;
}

/**
 * The names of the classes: those of a ZipMap, of the table that labels are looked up in, or of the operator that makes
 * the scores.
 */
function classNames(
  { graph, tables }: OnnxModel,
  makers: Makers,
  scores: string,
  labels: string | undefined,
): readonly string[] | undefined {
  const dictionary = graph.nodes.find(({ op, inputs }) => op === "ZipMap" && inputs[0] === scores);
  let maker = makerOf(makers, scores);
  while (maker && ["Normalizer", "ArrayFeatureExtractor"].includes(maker.op)) maker = makerOf(makers, maker.inputs[0]);
  const [table, position] = (labels !== undefined && lookupOf(makers, labels)) || [];
  const isOfHighest = position !== undefined && makerOf(makers, position)?.op === "ArgMax";
  const numbers = table !== undefined && isOfHighest ? graph.initializers.get(table) : undefined;
  // What a classifier within the file numbers may be named outside of it.
  return (
    listedBy(dictionary) ??
    (table === undefined ? undefined : tables?.get(table)) ??
    (numbers && toNumbers(numbers).map(String)) ??
    (labels === undefined ? undefined : listedBy(makerOf(makers, labels))) ??
    listedBy(maker)
  );
}

/** The table that labels are looked up in, and what says where. */
function lookupOf(makers: Makers, labels: string): readonly string[] | undefined {
  const lookup = makerOf(makers, labels);
  return lookup && ["ArrayFeatureExtractor", "Gather"].includes(lookup.op) ? lookup.inputs : undefined;
}

/** The labels that a classical operator lists. */
function listedBy(node: Node | undefined): readonly string[] | undefined {
  if (!node) return undefined;
  const { op, domain, attributes } = node;
  if (domain !== CLASSICAL || (op !== "ZipMap" && !op.endsWith("Classifier"))) return undefined;
  for (const name of ["classlabels_strings", "classlabels_int64s", "classlabels_ints"]) {
    const labels = attributes[name];
    if (labels && "strings" in labels && labels.strings.length > 0) return labels.strings;
    if (labels && "ints" in labels && labels.ints.length > 0) return labels.ints.map(String);
  }
  return undefined;
}
