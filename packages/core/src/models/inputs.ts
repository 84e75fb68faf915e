// A stranger's inputs as one tensor of rows: whole numbers rounded, several inputs side by side.

import { columnFacts } from "../data/columnFacts.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FeatureKind } from "../data/featureKind.ts";
import type { BytesAs } from "../data/features.ts";
import { InputError } from "../errors.ts";
import { CLASSICAL } from "../onnx/classical/index.ts";
import type { Dim } from "../onnx/dim.ts";
import type { Graph, OnnxModel, ValueInfo } from "../onnx/graph.ts";
import { type ElementType, sizeOf } from "../tensor.ts";
import { type InputPart, inputNodes, isReal } from "./inputNodes.ts";
import { type WordsOfInputs, wordsFor } from "./textInputs.ts";

/** The opset for nodes that are added to a file without standard operators. */
const OPSET = 18;

/** That for operators on words, where the file has none. */
const CLASSICAL_OPSET = 2;

/** Where the metadata name the only input that attacks may change. */
const ATTACKED = "carom:attacked";

/** The file with one input that attacks may change. */
export function attacking(file: OnnxModel, input: string): OnnxModel {
  return { ...file, metadata: { ...file.metadata, [ATTACKED]: input } };
}

/** Where the metadata of a file whose inputs were joined say what they were. */
const METADATA = "carom:inputs";

/** What is known of the data that a file's inputs will be given. */
export interface RowsOfInputs {
  /** The words of inputs of text; those that the file compares them with where absent. */
  readonly words?: WordsOfInputs;
  /** What rows hold for inputs of bytes: parts of 255 where absent, or whole numbers. */
  readonly bytes?: BytesAs;
}

/** What a file's inputs will be given of data: the words of its columns of words, and what bytes are of its numbers. */
export function rowsOfInputs(data: Pick<Dataset, "features" | "bytes" | "domain">): RowsOfInputs {
  return {
    words: new Map((data.domain.groups ?? []).map(({ name, values }) => [name, values])),
    bytes: data.bytes ?? bytesLike(data),
  };
}

/** Numbers that were no bytes themselves are parts of 255 where they have fractions, and none is above 1. */
function bytesLike({ features }: Pick<Dataset, "features">): BytesAs {
  const { areWhole, greatest } = columnFacts(features);
  return areWhole || greatest.some((value) => value > 1) ? "raw" : "unit";
}

/**
 * The file with its inputs as one, [N, ...] of real numbers.
 *
 * A single input of real numbers stays as it is. Inputs of whole numbers take the features rounded; those of bytes 255
 * times features in [0, 1], unless the data hold whole numbers; those of text a feature for each of their words, of
 * which the largest counts. Several inputs take the columns of one row, in the order of the file.
 *
 * @throws InputError for several inputs, or one of whole numbers or words, that are no rows of known size
 */
export function withRowInput(file: OnnxModel, data: RowsOfInputs = {}): OnnxModel {
  const { inputs } = file.graph;
  const [first] = inputs;
  const isNumberPerRow = first?.shape?.length === 1 && typeof first.shape[0] === "string";
  if (inputs.length === 1 && !isNumberPerRow && !first.isText && (first.type === undefined || isReal(first.type)))
    return file;
  return inputs.length === 0 ? file : joined(file, data);
}

function joined(file: OnnxModel, { words, bytes = "unit" }: RowsOfInputs): OnnxModel {
  const { inputs } = file.graph;
  const attacked = file.metadata[ATTACKED];
  const parts = inputs
    .map((input) =>
      input.isText
        ? textPart(input, file.graph, words)
        : partOf(input, new Set(inputs.map(({ shape }) => shape?.[0])), bytes),
    )
    .map((part): InputPart => {
      return attacked === undefined || part.name === attacked ? part : { ...part, kind: "fixed" };
    });
  const rows = inputs.map(({ shape }) => shape![0]);
  const fixed = new Set(rows.filter((row) => typeof row === "number"));
  if (fixed.size > 1) {
    const remedy = "export the classifier with samples on the first axis of every input";
    throw refused("inputs with as many rows each", `batches of ${[...fixed].join(" and ")}`, remedy);
  }
  const type = parts.some((part) => part.type === "float64") ? "float64" : "float32";
  const width = parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const shape = parts.length === 1 && parts[0].shape.length > 0 ? parts[0].shape : [width];
  const name = free(file.graph, "carom:rows");
  const hasText = parts.some((part) => part.type === "text");
  const opsets = { "": OPSET, ...(hasText && { [CLASSICAL]: CLASSICAL_OPSET }), ...file.opsets };
  const front = inputNodes(parts, name, type, file.graph, opsets);
  const graph: Graph = {
    ...file.graph,
    inputs: [{ name, type, shape: [[...fixed][0] ?? rows[0], ...shape] }],
    initializers: new Map([...file.graph.initializers, ...front.constants]),
    nodes: [...front.nodes, ...file.graph.nodes],
  };
  const metadata = { ...file.metadata, [METADATA]: JSON.stringify(parts) };
  return { ...file, graph, opsets, metadata };
}

/** What the inputs of a file were that `withRowInput` joined; undefined where it did not, whatever a file claims. */
export function partsOf({ metadata }: Pick<OnnxModel, "metadata">): readonly InputPart[] | undefined {
  if (metadata[METADATA] === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(metadata[METADATA]);
    return Array.isArray(parts) && parts.every(isPart) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function isPart(value: unknown): value is InputPart {
  const { name, type, shape, kind } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    [name, type, kind].every((text) => typeof text === "string") &&
    Array.isArray(shape) &&
    shape.every(Number.isSafeInteger)
  );
}

/** The kind of each of the D features of a row. */
export function kindsOf(parts: readonly InputPart[]): readonly FeatureKind[] {
  return parts.flatMap(({ kind, shape }) => new Array<FeatureKind>(sizeOf(shape)).fill(kind));
}

function featureKindOf(type: ElementType, bytes: BytesAs): FeatureKind {
  if (isReal(type) || (type === "uint8" && bytes === "unit")) return "real";
  return type === "bool" ? "binary" : "integer";
}

/** One input of words; attacks leave it as it is. */
function textPart(input: ValueInfo, graph: Graph, given: WordsOfInputs | undefined): InputPart {
  const words = wordsFor(input, graph, given);
  return { name: input.name, type: "text", shape: [words.length], kind: "fixed", words };
}

/** One input of several, where some axes are known to be that of the samples. */
function partOf({ name, type, shape }: ValueInfo, samples: ReadonlySet<Dim | undefined>, bytes: BytesAs): InputPart {
  if (!type) {
    const remedy = "export the classifier with inputs of numbers";
    throw refused("inputs of numbers", `"${name}", which holds something else`, remedy);
  }
  if (!shape || shape.length === 0) {
    const remedy = "export the classifier with what is one for all samples fixed inside it";
    throw refused("a row of each input per sample", `"${name}" without rows`, remedy);
  }
  const row = shape.slice(1);
  if (!row.every((dim): dim is number => typeof dim === "number" && dim > 0)) {
    const open = row.filter((dim) => typeof dim === "string");
    const remedy = open.some((dim) => samples.has(dim))
      ? "export the classifier with samples on the first axis of every input"
      : open.length > 0
        ? `fix them with --input-shape, such as ${open.map((dim) => `${dim}=16`).join(",")}`
        : "export the classifier with inputs of known sizes";
    throw refused("known sizes on every axis of an input but the first", `"${name}" [${shape.join(", ")}]`, remedy);
  }
  return { name, type, shape: row, kind: featureKindOf(type, bytes), ...(type === "uint8" && { bytes }) };
}

/** A name that no value of the graph has. */
function free({ initializers, inputs, nodes }: Graph, name: string): string {
  const taken = new Set([
    ...initializers.keys(),
    ...inputs.map((input) => input.name),
    ...nodes.flatMap((n) => n.outputs),
  ]);
  return taken.has(name) ? free({ initializers, inputs, nodes } as Graph, `${name}'`) : name;
}

function refused(expected: string, got: string, remedy: string): InputError {
  return new InputError("unsupported", "inputs of the model", { expected, got, remedy });
}
