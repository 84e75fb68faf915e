// carom inspect: what is in a model's file, how it is read, and what is suspicious of it on data.

import { stat } from "node:fs/promises";
import { readModel } from "@carom/core";
import {
  type Columns,
  countOperators,
  countParameters,
  type InputPart,
  layoutOf,
  type ModelWarning,
} from "@carom/core/models";
import type { OnnxModel, ValueInfo } from "@carom/core/onnx";
import { Command } from "commander";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { externalDataBeside } from "../host/externalData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { readBytes } from "../host/read.ts";
import { print } from "../terminal/print.ts";
import { outputWidth, wrap } from "../terminal/wrap.ts";
import { inFloat32 } from "../ui/inputNotes.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import { warningLines } from "../ui/warnings.ts";

type InspectOptions = CommonOptions & DataFileOptions & ModelOptions & { readonly data?: string };

/** `carom inspect model.onnx`. */
export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("what a model file holds: inputs, scores, operators with gradients; with data, what is suspicious")
    .argument("<model>", "an ONNX classifier")
    .option("--data <file>", "labelled data like the model's, or digits")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withModelOptions(command))),
    "carom inspect model.onnx",
    "carom inspect model.onnx --data test.npz --normalize 0.1307,0.3081",
  );
}

async function run(path: string, options: InspectOptions): Promise<void> {
  const loaded = options.data === undefined ? undefined : await readDataFor(path, options.data, options);
  const classifier = await openClassifier(path, options, loaded?.dataset);
  const { model, opened, contentHash } = classifier;
  const { size } = await stat(path);
  const { reading } = model;
  const modelWarnings = loaded && (await checkOn(classifier, await classifier.fit(loaded.dataset)));
  await opened.close();
  // Only now, since large weights are in memory once more.
  const { file, external, unreadable } = await readWhole(path);
  const inspected = {
    model: path,
    modelHash: contentHash,
    bytes: size,
    externalData: external,
    ...(file
      ? {
          producer: file.producer,
          opsets: file.opsets,
          inputs: file.graph.inputs.map(describe),
          outputs: file.graph.outputs.map(describe),
          parameters: countParameters(file),
          ...(file.halves && { halves: file.halves }),
          operators: countOperators(file, reading),
        }
      : { unreadable }),
    layout: layoutOf(opened.inputShape),
    ...(model.parts && { parts: model.parts }),
    inputShape: opened.inputShape,
    ...(opened.fixedBatch !== undefined && { fixedBatch: opened.fixedBatch }),
    scores: {
      value: reading?.scores,
      because: reading?.because,
      classes: opened.classes,
      classNames: model.classNames,
      probabilities: opened.probabilities,
      columns: reading?.columns ?? "classes",
      columnsReversed: reading?.columns === "reversed",
    },
    gradients: opened.differentiable !== undefined,
    noGradients: opened.notDifferentiable,
    ...(modelWarnings && { reading: loaded.reading, doubts: modelWarnings }),
  };
  if (options.json) printJson(inspected);
  else {
    print(`${wrap(text(inspected).join("\n"), outputWidth())}\n`);
    print(warningLines(modelWarnings ?? []));
  }
}

/** The graph as the file has it, and the names of the files that hold weights for it. */
async function readWhole(path: string) {
  const read = externalDataBeside(path);
  const external = new Set<string>();
  try {
    const file = readModel(await readBytes("model file", path), {
      externalData(...part) {
        external.add(part[0]);
        return read(...part);
      },
    });
    return { file, external: [...external], unreadable: undefined };
  } catch (error) {
    // What the runtime can compute though we cannot read it is still worth a look.
    return { file: undefined, external: [...external], unreadable: (error as Error).message };
  }
}

function describe({ name, type, shape, isText }: ValueInfo) {
  return { name, type: type ?? (isText ? "text" : null), shape: shape ?? null };
}

interface Inspected {
  readonly bytes: number;
  readonly externalData: readonly string[];
  readonly producer?: string;
  readonly opsets?: OnnxModel["opsets"];
  readonly inputs?: readonly ReturnType<typeof describe>[];
  readonly outputs?: readonly ReturnType<typeof describe>[];
  readonly parameters?: number;
  readonly halves?: OnnxModel["halves"];
  readonly operators?: ReturnType<typeof countOperators>;
  readonly unreadable?: string | undefined;
  readonly layout: string;
  readonly parts?: readonly InputPart[];
  readonly fixedBatch?: number;
  readonly scores: {
    readonly value: string | undefined;
    readonly because: string | undefined;
    readonly classes: number;
    readonly classNames: readonly string[] | undefined;
    readonly probabilities: boolean;
    readonly columns: Columns;
  };
  readonly noGradients: string | undefined;
  readonly doubts?: readonly ModelWarning[];
}

/** What the columns of a row are, where a row is not simply the input. */
function columnLines(parts: readonly InputPart[]): string[] {
  let from = 0;
  return parts.map(({ name, type, shape, kind, words }) => {
    const last = from + shape.reduce((product, dim) => product * dim, 1) - 1;
    const columns = last === from ? `column ${from}` : `columns ${from} to ${last}`;
    from = last + 1;
    if (words) return `row         ${columns}: "${name}", 1 for one of ${wordsOf(words)}`;
    const units = type === "uint8" ? "numbers in [0, 1], times 255 and rounded" : `${kind} numbers`;
    return `row         ${columns}: "${name}", ${kind === "fixed" ? "which attacks leave as they are" : units}`;
  });
}

/** Words that are listed. */
const LISTED = 8;

function wordsOf(words: readonly string[]): string {
  const more = words.length > LISTED ? ` and ${words.length - LISTED} more` : "";
  return `${words.slice(0, LISTED).join(", ")}${more}`;
}

/** What the columns of the file are, where they are not one for each class in order. */
const columnsInWords: Readonly<Record<Columns, string>> = {
  classes: "",
  second: "from one column, the score of the second class",
  reversed: "in the order of the labels, which is the reverse of the file's columns",
  pairs: "from the votes of machines of pairs of classes, whose scores the file gives",
};

/** A line each, none much wider than a narrow terminal. */
function text(inspected: Inspected): string[] {
  const {
    bytes,
    externalData,
    opsets,
    inputs,
    outputs,
    parameters,
    halves,
    operators,
    layout,
    parts,
    fixedBatch,
    scores,
    doubts,
  } = inspected;
  // Sizes without a name in the file are read under names of our own.
  const plain = (size: number | string) => (typeof size === "string" && size.includes(":") ? "?" : size);
  const value = ({ name, type, shape }: ReturnType<typeof describe>) =>
    `"${name}" ${type ?? "of another type"}${shape ? ` [${shape.map(plain).join(", ")}]` : ""}`;
  const width = Math.max(...(operators ?? []).map(({ operator }) => operator.length));
  const kind = scores.probabilities ? "probabilities" : "scores that are no probabilities";
  const lines = [
    `size        ${bytes.toLocaleString("en")} ` +
      `bytes${externalData.length > 0 ? `, weights in ${externalData.join(", ")}` : ""}`,
  ];
  if (inspected.producer) lines.push(`made by     ${inspected.producer}`);
  if (opsets)
    lines.push(
      `opset       ${Object.entries(opsets)
        .map(([domain, version]) => `${domain || "ai.onnx"} ${version}`)
        .join(", ")}`,
    );
  if (parameters !== undefined) lines.push(`parameters  ${parameters.toLocaleString("en")}`);
  if (halves) lines.push(`numbers     ${inFloat32(halves)}`);
  for (const each of inputs ?? []) lines.push(`input       ${value(each)}${parts ? "" : `: ${layout}`}`);
  lines.push(...columnLines(parts ?? []));
  if (fixedBatch !== undefined) {
    lines.push(`batch       ${fixedBatch} rows at a time, as the file fixes it; the last are filled up and cut again`);
  }
  for (const each of outputs ?? []) lines.push(`output      ${value(each)}`);
  lines.push(
    "scores      " +
      `${scores.value === undefined ? "" : `"${scores.value}", because ${scores.because}: `}${scores.classes} ` +
      `classes, ${kind}`,
  );
  if (columnsInWords[scores.columns] !== "") lines.push(`            ${columnsInWords[scores.columns]}`);
  if (scores.classNames) lines.push(`classes     ${scores.classNames.join(", ")}`);
  if (operators) {
    lines.push("operators");
    for (const { operator, count, gradient } of operators) {
      lines.push(`  ${operator.padEnd(width)}  ${String(count).padStart(5)}  ${gradient}`);
    }
  }
  if (inspected.unreadable) lines.push(`unread      ${inspected.unreadable}`);
  lines.push(inspected.noGradients === undefined ? "gradients   yes" : `gradients   none: ${inspected.noGradients}`);
  if (doubts?.length === 0) lines.push("checks      nothing suspicious");
  return lines;
}
