// carom score: what a model says of data, and how often it is wrong.

import { argMax, denseRows, errorRate, openModel, type Rate, writeNpy } from "@carom/core";
import { Command } from "commander";
import { alignClasses } from "../host/classes.ts";
import { loadDataset } from "../host/data.ts";
import { loadModel } from "../host/modelFile.ts";
import { requireFree, writeWhole } from "../host/output.ts";
import { nodeRuntime } from "../host/runtime.ts";
import { type ModelOptions, withModelOptions } from "../ui/modelOptions.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";

type ScoreOptions = CommonOptions &
  DataFileOptions &
  ModelOptions & { readonly model: string; readonly data: string; readonly out?: string };

/** `carom score --model M --data F`. */
export function scoreCommand(): Command {
  const command = new Command("score")
    .description("scores of a model on data, and its error with an interval")
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
  if (options.out !== undefined) await requireFree(options.out);
  const { model, contentHash: modelHash } = await loadModel(options.model, options);
  const { dataset, contentHash: dataHash } = await loadDataset(options.data, options);
  const opened = await openModel(nodeRuntime(), model);
  const data = alignClasses(dataset, model, opened);
  const scores = await opened.scores(denseRows(data));
  const predicted = argMax(scores);
  if (options.out !== undefined) await writeWhole(options.out, writeNpy(scores));
  const error = errorRate(predicted, data.labels);
  const perClass = data.classNames.map((name, k) => {
    const rows = Array.from(data.labels.keys()).filter((i) => data.labels[i] === k);
    const pick = (labels: Int32Array) => Int32Array.from(rows, (i) => labels[i]);
    return { name, error: errorRate(pick(predicted), pick(data.labels)) };
  });
  await opened.close();
  if (options.json) {
    printJson({ modelHash, dataHash, error, perClass, ...(options.out !== undefined && { scores: options.out }) });
    return;
  }
  const line = (name: string, rate: Rate) => `${name.padEnd(12)}${describeRate(rate)}\n`;
  process.stdout.write(line("error", error));
  for (const { name, error: ofClass } of perClass) process.stdout.write(line(`class ${name}`, ofClass));
  if (options.out !== undefined) process.stdout.write(`scores      ${options.out}\n`);
}
