// carom inspect: what is in a model's file, how it is read, and what is suspicious of it on data.

import { stat } from "node:fs/promises";
import { InputError, readModel } from "@carom/core";
import { countOperators, countParameters, layoutOf } from "@carom/core/models";
import type { Command } from "commander";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { externalDataBeside } from "../host/externalData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { readBytes } from "../host/read.ts";
import { print } from "../terminal/print.ts";
import { outputWidth, wrap } from "../terminal/wrap.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import { type CommonOptions, printJson, withCommonOptions } from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import { warningLines } from "../ui/warnings.ts";
import { describeValue, inspectedLines } from "./inspectFound.ts";

type InspectOptions = CommonOptions & DataFileOptions & ModelOptions & { readonly data?: string };

/** `carom inspect model.onnx`. */
export function inspectCommand(command: Command): Command {
  command
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
          inputs: file.graph.inputs.map(describeValue),
          outputs: file.graph.outputs.map(describeValue),
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
    print(`${wrap(inspectedLines(inspected).join("\n"), outputWidth())}\n`);
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
    if (!(error instanceof InputError)) throw error;
    // What the runtime can compute though we cannot read it is still worth a look.
    return { file: undefined, external: [...external], unreadable: error.message };
  }
}
