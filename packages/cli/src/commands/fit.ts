// carom fit: train one model.

import {
  argMax,
  denseRows,
  errorRate,
  fit,
  InputError,
  learnerByName,
  learners,
  openModel,
  parseOptions,
} from "@carom/core";
import { Command } from "commander";
import { loadDataset } from "../host/data.ts";
import { requireFree, writeWhole } from "../host/output.ts";
import { nodeRuntime } from "../host/runtime.ts";
import { learnerTable } from "../ui/learnerTable.ts";
import { listing } from "../ui/listing.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { startProgress } from "../ui/progress.ts";
import { collectSettings } from "../ui/settings.ts";

interface FitCommandOptions extends CommonOptions, DataFileOptions {
  readonly data?: string;
  readonly out?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly list?: boolean;
}

/** `carom fit LEARNER --data F --out model.onnx`. */
export function fitCommand(): Command {
  const command = new Command("fit")
    .description("train one model and write it as ONNX")
    .argument("[learner]", Object.keys(learners).join(", "))
    .option("--data <file>", "the training data, or digits")
    .option("--out <file>", "the ONNX file to write")
    .option("--set <name=value>", "an option of the learner, such as C=10; may be repeated", collectSettings)
    .option("--list", "the learners with their options and defaults")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(command)),
    "carom fit mlp --data digits --set widths=[20] --out mlp.onnx",
  );
}

async function run(name: string | undefined, options: FitCommandOptions): Promise<void> {
  if (options.list) {
    if (options.json) printJson(learnerTable());
    else process.stdout.write(listing(learnerTable()));
    return;
  }
  if (name === undefined) throw missing("learner", `one of ${Object.keys(learners).join(", ")}`);
  const learner = learnerByName(name);
  const settings = parseOptions(learner, options.set ?? {});
  if (options.data === undefined) throw missing("option --data", "a file to learn from");
  if (options.out === undefined) throw missing("option --out", "a file to write the model to");
  await requireFree(options.out);
  const { dataset, contentHash } = await loadDataset(options.data, options);
  const runtime = nodeRuntime();
  const progress = startProgress(options.quiet === true);
  const fitted = await fit(learner, dataset, {
    runtime,
    seed: options.seed,
    label: "cli",
    options: settings,
    metadata: { data: contentHash },
    onProgress: (done) => progress.update(`training ${name}`, done),
  }).finally(() => progress.end());
  await writeWhole(options.out, fitted.model.bytes);
  const opened = await openModel(runtime, fitted.model);
  const trainingError = errorRate(argMax(await opened.scores(denseRows(dataset))), dataset.labels);
  await opened.close();
  if (options.json) {
    printJson({ learner: name, options: fitted.options, training: fitted.training, trainingError, out: options.out });
    return;
  }
  const facts = Object.entries(fitted.training).map(([fact, value]) => `${fact} ${Number(value.toPrecision(6))}`);
  process.stdout.write(
    `${options.out}: ${name}, ${facts.join(", ")}; error on the ${trainingError.n} training rows ` +
      `${(100 * trainingError.estimate).toFixed(1)} %\n`,
  );
}

function missing(what: string, expected: string): InputError {
  return new InputError("missing", what, { expected, got: "none", remedy: "see carom fit --help" });
}
