// A model: ONNX bytes plus what an attack must know of them.

import { InputError } from "../errors.ts";
import type { Graph, Node, OnnxModel } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { upgrade } from "../onnx/upgrade.ts";
import { withFixedBatch } from "./batches.ts";
import { exposeScores, isExposed, scoresOnly } from "./exposed.ts";
import { type InputPart, isReal } from "./inputNodes.ts";
import { partsOf, type RowsOfInputs, withRowInput } from "./inputs.ts";
import { type Reading, type ReadingOptions, readScores, saidOf } from "./reading.ts";
import { hasGradientBy, realSource, straightThrough } from "./straightThrough.ts";

/** A classifier: its file, and what is known of how rows go in and scores come out. */
export interface Model {
  /** What messages call it, such as the name of its file. */
  readonly name?: string;
  /** The file itself, or the same with its scores as a tensor where it has them in another form. */
  readonly bytes: Uint8Array;
  /**
   * The graph of the scores, brought to one opset and written in standard operators; undefined where the file holds
   * something we cannot read.
   */
  readonly onnx: OnnxModel | undefined;
  /** Why there is no graph, where there is none. */
  readonly unreadable: string | undefined;
  /** The output that holds the scores, where the file tells. */
  readonly scores?: string;
  /** Whether the scores are probabilities; losses are then of their logarithm. */
  readonly probabilities: boolean;
  /** Class names from the metadata, where the file has them. */
  readonly classNames: readonly string[] | undefined;
  /** Names of the features, in the order of the input, where the file has them. */
  readonly featureNames?: readonly string[] | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** The inputs that a row holds one after the other, where the file has several, or one of whole numbers. */
  readonly parts?: readonly InputPart[] | undefined;
  /** How the file's scores are read; absent where nothing in it can hold scores, or it cannot be read. */
  readonly reading?: Reading;
  /** The file as it was read, where what comes out of it has not been seen yet. */
  readonly unseen?: Unseen;
}

/** A file of which only is known what it declares. */
export interface Unseen {
  readonly file: OnnxModel;
  readonly bytes: Uint8Array;
  readonly options: FileOptions;
}

/** How a stranger's file is to be read. */
export interface FileOptions extends Pick<ReadingOptions, "output">, RowsOfInputs {}

/** A model from a graph that we built: input `x`, output `scores`. Its file is written when it is asked for. */
export function modelFromGraph(onnx: OnnxModel): Model {
  let bytes: Uint8Array | undefined;
  return {
    ...describe(onnx),
    get bytes() {
      return (bytes ??= writeModel(onnx));
    },
    onnx,
    unreadable: undefined,
  };
}

/**
 * A model from the bytes of an ONNX file.
 *
 * A file that is sound but holds what we cannot read (other element types, control flow) still is a model whose scores
 * can be asked for. Scores that a file gives as dictionaries, for the second of two classes alone or for pairs of
 * classes, are made a tensor [N, K]. A file of numbers of 16 bits is computed in float32 where it takes or gives such,
 * or where they are bfloat16. Files declare what is not so: `openModel` looks at what comes out, too.
 *
 * @throws InputError where the bytes are no ONNX model, and for several outputs that may hold the scores
 *
 * @example
 * ```ts
 * import { modelFromBytes, writeModel } from "@carom/core";
 * import { GraphBuilder, modelOf } from "@carom/core/onnx";
 *
 * const g = new GraphBuilder();
 * g.output(g.node("Softmax", [g.input("x", "float32", ["N", 3])]), "scores");
 * const model = modelFromBytes(writeModel(modelOf(g.graph())));
 * console.log(model.scores, model.probabilities); // scores true
 * ```
 */
export function modelFromBytes(bytes: Uint8Array, options: FileOptions = {}): Model {
  let read: OnnxModel;
  try {
    read = readModel(bytes);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "unsupported") throw error;
    return { bytes, onnx: undefined, unreadable: error.message, ...describe({ metadata: {} }) };
  }
  const file = withRowInput(read, options);
  const whole = file === read && !read.halves?.isWidened ? bytes : writeModel(file);
  const reading = readScores(file, options);
  if (!reading) return { ...describe(file), bytes: whole, ...upgraded(file) };
  return { ...modelAs(file, reading, whole), ...(!saidOf(file) && { unseen: { file, bytes: whole, options } }) };
}

/** The model of a file whose scores are read so. */
export function modelAs(file: OnnxModel, reading: Reading, bytes: Uint8Array): Model {
  const isWhole = isExposed(file, reading);
  const onnx = isWhole ? file : exposeScores(file, reading);
  const scores = isWhole ? reading.scores : onnx.graph.outputs[0].name;
  return {
    ...describe(file, reading),
    bytes: isWhole ? bytes : writeModel(onnx),
    ...upgraded({ ...onnx, graph: scoresOnly(onnx.graph, { scores }) }),
    scores,
    reading,
  };
}

/**
 * The graph for gradients. Where inputs were joined, the whole numbers among them are moved as if they were real, if
 * that can be.
 */
function upgraded(onnx: OnnxModel): Pick<Model, "onnx" | "unreadable" | "parts"> {
  const parts = partsOf(onnx);
  if (!parts) return readable(onnx);
  const smooth = readable(straightThrough(onnx, parts));
  if (!lookupIn(onnx.graph)) return { ...smooth, parts };
  const whole = parts.filter(({ type, kind }) => !isReal(type) && kind !== "fixed");
  const isChosenBy = ({ name }: InputPart) => {
    const cast = onnx.graph.nodes.find(({ outputs }) => outputs[0] === name)!;
    return !smooth.onnx || !hasGradientBy(smooth.onnx.graph, realSource(onnx.graph, cast));
  };
  // Where some are words of a text, say, others say which of them count, or where they stand.
  if (!whole.some(isChosenBy)) return { ...smooth, parts };
  const held = parts.map((part): InputPart => (isReal(part.type) ? part : { ...part, kind: "fixed" }));
  const isAnyMoved = held.some(({ kind }) => kind !== "fixed");
  return { ...(isAnyMoved ? smooth : { onnx: undefined, unreadable: lookedUp(onnx.graph) }), parts: held };
}

/** What picks entries of a table. */
function lookupIn({ nodes, initializers }: Graph): Node | undefined {
  return nodes.find(({ op, inputs }) => op === "Gather" && initializers.get(inputs[0])?.shape.length === 2);
}

function lookedUp(graph: Graph): string {
  const lookup = lookupIn(graph);
  const name = lookup ? ` ${lookup.outputs[0]}` : "";
  return (
    "the inputs are whole numbers that choose entries of a table, which has no gradient " +
    `(--attack-at${name || " NAME"} attacks what they choose)`
  );
}

function readable(onnx: OnnxModel): Pick<Model, "onnx" | "unreadable"> {
  try {
    return { onnx: withFixedBatch(upgrade(onnx)), unreadable: undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { onnx: undefined, unreadable: error.message };
  }
}

/** What the metadata say, which `fit` writes, and what the graph says where they are silent. */
function describe(file: Pick<OnnxModel, "metadata">, reading?: Reading) {
  const { metadata } = file;
  return {
    metadata,
    probabilities: saidOf(file)?.probabilities ?? reading?.probabilities === true,
    classNames: parseNames(metadata.classes) ?? reading?.classNames,
    featureNames: parseNames(metadata.features),
  };
}

/** Names as `fit` writes them: a JSON list of strings. Other tools' metadata of that name is left alone. */
function parseNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}
