// carom fit: train one model.

import { errorRate, fit, learnerByName, learners, parseOptions, predict } from "@carom/core";
import { withScaling } from "@carom/core/data";
import { crossValidate, describeScaling, gridOf, presetOptions } from "@carom/core/learners";
import type { Command } from "commander";
import { tellDoing } from "../host/doing.ts";
import { dataHashes } from "../host/loadedData.ts";
import { writeWhole } from "../host/output.ts";
import { requireFree } from "../host/outputPlace.ts";
import { openDevice } from "../host/runtime.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print } from "../terminal/print.ts";
import { startProgress } from "../terminal/progress.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { type DeviceOptions, withDeviceOption } from "../ui/deviceOption.ts";
import { learnerTable } from "../ui/learnerTable.ts";
import { listing } from "../ui/listing.ts";
import { type CommonOptions, invalid, parseWorkers, printJson, required, withCommonOptions } from "../ui/options.ts";
import { readData } from "../ui/readData.ts";
import { type ScalingOptions, withScalingOption } from "../ui/scalingOption.ts";
import { collectGrid, collectSettings } from "../ui/settings.ts";
import { treesInParts, validatedInParts } from "./fitInParts.ts";

interface FitCommandOptions extends CommonOptions, DataFileOptions, ScalingOptions, DeviceOptions {
  readonly data?: string;
  readonly out?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly preset?: string;
  readonly cv?: number;
  readonly grid?: Readonly<Record<string, readonly unknown[]>>;
  readonly workers?: number;
  readonly list?: boolean;
}

/** `carom fit LEARNER --data F --out model.onnx`. */
export function fitCommand(command: Command): Command {
  command
    .argument("[learner]", Object.keys(learners).join(", "))
    .option("--data <file>", "the training data, or digits")
    .option("--out <file>", "the ONNX file to write")
    .option("--set <name=value>", "an option of the learner, such as C=10; may be repeated", collectSettings)
    .option("--preset <name>", "named options of an experiment, such as mnist89-evasion/high")
    .option("--cv <folds>", "estimate the error by cross-validation before training on all rows", parseFolds)
    .option("--grid <name=values>", "values to choose from by cross-validation, such as C=0.01,1,100", collectGrid)
    .option(
      "--workers <count>",
      "processes among which long trainings are divided; one per core where absent",
      parseWorkers,
    )
    .option("--list", "the learners with their options, defaults and presets")
    .action(run);
  withDeviceOption(command);
  return withExamples(
    withCommonOptions(withDataOptions(withScalingOption(command))),
    "carom fit mlp --data digits --set widths=[20] --out mlp.onnx",
    "carom fit logistic --data digits --cv 5 --grid C=0.01,1,100 --out lr.onnx",
  );
}

async function run(given: string | undefined, options: FitCommandOptions): Promise<void> {
  if (options.list) {
    if (options.json) printJson(learnerTable());
    else print(listing(learnerTable()));
    return;
  }
  const name = required("fit", given, "learner", `one of ${Object.keys(learners).join(", ")}`);
  const learner = learnerByName(name);
  const preset = options.preset === undefined ? {} : presetOptions(name, options.preset);
  const settings = parseOptions(learner, { ...preset, ...options.set });
  const grid = gridOf(options.grid ?? {}).map((choice) => parseOptions(learner, { ...settings, ...choice }));
  const data = required("fit", options.data, "option --data", "a file to learn from");
  const out = required("fit", options.out, "option --out", "a file to write the model to");
  await requireFree(out, "file");
  const { dataset: loaded, reading, ...read } = await readData(data, options);
  const dataset = withScaling(loaded, options.scaling);
  const warnings = dataWarnings(dataset, { learned: true });
  holdWarnings(warnings);
  const runtime = await openDevice(options.device);
  // What it takes from here on is the learner's doing, no longer the file's.
  tellDoing(`training of ${name}`);
  const progress = startProgress(options.quiet === true);
  const folds = options.cv ?? (options.grid ? DEFAULT_FOLDS : undefined);
  const running = {
    workers: options.workers ?? defaultWorkers(),
    quiet: options.quiet === true,
    device: options.device,
  };
  const { seed } = options;
  const validation =
    folds === undefined
      ? undefined
      : ((await validatedInParts({ learner: name, settings: grid, folds, seed }, dataset, running)) ??
        (await crossValidate(learner, dataset, grid, folds, {
          runtime,
          seed,
          onProgress: (done) => progress.update(`cross-validating ${name}`, done),
        }).finally(() => progress.end())));
  const chosen = validation?.best.options ?? settings;
  const trees = await treesInParts({ learner: name, options: chosen, seed, label: STREAM }, dataset, running);
  const fitted = await fit(learner, dataset, {
    runtime,
    seed,
    stream: STREAM,
    options: chosen,
    trees,
    metadata: { data: read.contentHash },
    onProgress: (done) => progress.update(`training ${name}`, done),
  }).finally(() => progress.end());
  const trainingError = errorRate(await predict(runtime, fitted.model, dataset), dataset.labels);
  // Not before all is done: a run that is ended can be started again.
  await writeWhole(out, fitted.model.bytes);
  if (options.json) {
    const { training } = fitted;
    printJson({
      ...dataHashes(read),
      reading,
      learner: name,
      options: fitted.options,
      training,
      scaling: describeScaling(dataset),
      trainingError,
      ...(validation && { validation }),
      ...(warnings.length > 0 && { warnings }),
      out,
    });
    return;
  }
  for (const { options: setting, error } of validation?.settings ?? []) {
    const varied = Object.keys(options.grid ?? {}).map((option) => `${option}=${JSON.stringify(setting[option])}`);
    const note = varied.length > 0 && setting === validation?.best.options ? ", chosen" : "";
    print(`${varied.join(" ") || name}: error ${(100 * error).toFixed(1)} % in ${folds} folds${note}\n`);
  }
  const facts = Object.entries(fitted.training).map(([fact, value]) => `${fact} ${Number(value.toPrecision(6))}`);
  print(
    `${out}: ${name}, ${facts.join(", ")}; error on the ${trainingError.n} training rows ` +
      `${(100 * trainingError.estimate).toFixed(1)} %\nscaling: ${describeScaling(dataset)}\n`,
  );
}

const DEFAULT_FOLDS = 5;
/** Names the random stream of training. */
const STREAM = "cli";

function parseFolds(text: string): number {
  const folds = Number(text);
  if (Number.isSafeInteger(folds) && folds >= 2) return folds;
  throw invalid("--cv", "an integer from 2", text, "for instance --cv 5");
}
