// carom score: what a model says of data, and how often it is wrong.

import { argMax, errorRate, type Rate } from "@carom/core";
import { writeNpy } from "@carom/core/data";
import { scoreRows } from "@carom/core/models";
import type { Command } from "commander";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { dataHashes } from "../host/loadedData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { writeWhole } from "../host/output.ts";
import { requireFree } from "../host/outputPlace.ts";
import { print } from "../terminal/print.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import { type CommonOptions, printJson, withCommonOptions } from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { readDataFor } from "../ui/readData.ts";
import { warningLines } from "../ui/warnings.ts";

type ScoreOptions = CommonOptions &
  DataFileOptions &
  ModelOptions & { readonly model: string; readonly data: string; readonly out?: string };

/** `carom score --model M --data F`. */
export function scoreCommand(command: Command): Command {
  command
    .requiredOption("--model <file>", "an ONNX classifier")
    .requiredOption("--data <file>", "labelled data, or digits")
    .option("--out <file>", "write the scores there as .npy")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withModelOptions(command))),
    "carom score --model mlp.onnx --data digits",
  );
}

async function run(options: ScoreOptions): Promise<void> {
  if (options.out !== undefined) await requireFree(options.out, "file");
  const { dataset, reading, ...read } = await readDataFor(options.model, options.data, options);
  const classifier = await openClassifier(options.model, options, dataset);
  const { opened, contentHash: modelHash } = classifier;
  const data = await classifier.fit(dataset);
  const scores = await scoreRows(opened, data);
  const predicted = argMax(scores);
  const error = errorRate(predicted, data.labels);
  const perClass = data.classNames.map((name, k) => {
    const isOf = data.labels.map((label) => (label === k ? 1 : 0));
    const pick = (labels: Int32Array) => labels.filter((_, i) => isOf[i] === 1);
    return { name, error: errorRate(pick(predicted), pick(data.labels)) };
  });
  const modelWarnings = await checkOn(classifier, data);
  await opened.close();
  if (options.out !== undefined) await writeWhole(options.out, writeNpy(scores));
  if (options.json) {
    const written = options.out !== undefined && { scores: options.out };
    printJson({
      modelHash,
      ...dataHashes(read),
      reading,
      error,
      perClass,
      doubts: modelWarnings,
      ...written,
    });
    return;
  }
  const width = Math.max(12, ...data.classNames.map((name) => `class ${name} `.length));
  const line = (name: string, rate: Rate) => `${name.padEnd(width)}${describeRate(rate)}\n`;
  print(line("error", error));
  for (const { name, error: ofClass } of perClass) print(line(`class ${name}`, ofClass));
  if (options.out !== undefined) print(`scores      ${options.out}\n`);
  print(warningLines(modelWarnings));
}
