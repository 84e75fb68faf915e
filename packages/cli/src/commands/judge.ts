// carom judge: points that another tool crafted, counted by the definitions and with the intervals that audits have.

import { createHash } from "node:crypto";
import {
  argMax,
  type Dataset,
  denseRows,
  featureCount,
  InputError,
  norms,
  outcomeRates,
  rowCount,
  tensor,
  type Vector,
} from "@carom/core";
import { floatFeatures, readNpy } from "@carom/core/data";
import { percentInterval } from "@carom/core/figures";
import { scoreRows } from "@carom/core/models";
import type { Command } from "commander";
import { openClassifier } from "../host/classifier.ts";
import type { LoadedData } from "../host/loadedData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { readBytes } from "../host/read.ts";
import { asIn } from "../host/sameColumns.ts";
import { print } from "../terminal/print.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { type MlflowOptions, mlflowOf, withMlflowOption } from "../ui/mlflowOption.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import { type CommonOptions, printJson, withCommonOptions } from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { readDataFor } from "../ui/readData.ts";
import { loggedJudgement } from "./judgeLogged.ts";

interface JudgeOptions extends CommonOptions, DataFileOptions, ModelOptions, MlflowOptions {
  readonly clean: string;
  readonly attacked: string;
  readonly attackedLabel?: string;
  readonly target: string;
}

/** `carom judge --clean F --attacked G --target M`. */
export function judgeCommand(command: Command): Command {
  command
    .requiredOption("--clean <file>", "labelled rows, before the attack")
    .requiredOption(
      "--attacked <file>",
      "the same rows in the same order, attacked: data of any format, or features alone as .npy",
    )
    .requiredOption("--target <file>", "an ONNX classifier")
    .option("--attacked-label <name>", "what --label is for --attacked, where that is another")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withModelOptions(withMlflowOption(command, "what was counted and the model")))),
    "carom judge --clean x.npy,y.npy --attacked x_adv.npy --target model.onnx",
    "carom judge --clean images --attacked images_adv --target model.onnx",
  );
}

async function run(options: JudgeOptions): Promise<void> {
  const mlflow = await mlflowOf(options);
  const clean = await readDataFor(options.target, options.clean, options);
  const attacked = await attackedRows(clean, options);
  const classifier = await openClassifier(options.target, options, clean.dataset);
  const [before, after] = [await classifier.fit(clean.dataset), await classifier.fit(attacked.dataset)];
  const { labels, classNames } = before;
  const [cleanLabels, attackedLabels] = [
    argMax(await scoreRows(classifier.opened, before)),
    argMax(await scoreRows(classifier.opened, after)),
  ];
  await classifier.opened.close();
  const { cleanError, errorUnderAttack, success, netIncrease } = outcomeRates({
    ...{ labels, clean: cleanLabels, attacked: attackedLabels },
    // Nobody says which model they were crafted on.
    surrogate: attackedLabels,
  });
  const judged = {
    ...{ points: labels.length, classes: classNames.length, cleanError, errorUnderAttack },
    ...(success && { success }),
    netIncrease,
    ...sizes(before, after),
  };
  const asked = {
    cleanHash: clean.contentHash,
    attackedHash: attacked.contentHash,
    modelHash: classifier.contentHash,
    cleanIdentity: clean.identity,
    reading: clean.reading,
  };
  const logged = await mlflow?.log(loggedJudgement(options.target, asked, judged));
  if (options.json) {
    printJson({ ...(logged && { mlflow: logged }), ...asked, ...judged });
    return;
  }
  if (logged) print(`MLflow: ${logged}\n`);
  const { size, unmoved } = judged;
  const line = (name: string, text: string) => `${name.padEnd(20)}${text}\n`;
  print(line("clean error", describeRate(cleanError)));
  print(line("error under attack", describeRate(errorUnderAttack)));
  if (success) print(line("success", `${describeRate(success)}, of the points that were right before`));
  print(line("net increase", percentInterval(netIncrease)));
  if (unmoved > 0) print(line("unmoved", `${unmoved} points are where their rows are`));
  for (const [name, { mean, largest }] of Object.entries(size)) {
    print(line(`${name} change`, `mean ${Number(mean.toPrecision(4))}, largest ${Number(largest.toPrecision(6))}`));
  }
}

/**
 * The attacked rows with the labels of the clean ones.
 * @throws InputError for others than the same rows in the same order
 */
async function attackedRows(
  clean: LoadedData,
  options: JudgeOptions,
): Promise<Pick<LoadedData, "dataset" | "contentHash">> {
  const { attacked: spec } = options;
  if (/\.npy$/i.test(spec) && !spec.includes(",")) return featuresAlone(clean, spec);
  const { attackedLabel: label = options.label, ...others } = options;
  const loaded = await readDataFor(options.target, spec, { ...others, ...(label !== undefined && { label }) });
  const data = asIn(clean, loaded, "--attacked");
  requireRows(clean.dataset, rowCount(data), spec);
  const names = (of: Dataset, i: number) => of.classNames[of.labels[i]];
  const odd = data.labels.findIndex((_, i) => names(data, i) !== names(clean.dataset, i));
  if (odd >= 0) {
    throw new InputError("invalid", `rows of ${spec}`, {
      expected: "the rows of --clean in the same order, with their true labels",
      got: `label ${names(data, odd)} in row ${odd} (counted from 0), where --clean has ${names(clean.dataset, odd)}`,
      remedy: "write the attacked rows in the order of the clean ones",
    });
  }
  return { dataset: { ...data, domain: clean.dataset.domain }, contentHash: loaded.contentHash };
}

/** Features as NumPy saves an array by itself; bytes mean there what they mean in the clean rows. */
async function featuresAlone(
  { dataset: clean, reading }: LoadedData,
  path: string,
): Promise<Pick<LoadedData, "dataset" | "contentHash">> {
  const bytes = await readBytes("data file", path);
  const read = floatFeatures(readNpy(bytes, path), reading.bytes);
  requireRows(clean, read.shape[0] ?? 0, path);
  const d = featureCount(clean);
  if (read.data.length !== rowCount(clean) * d) {
    throw new InputError("invalid", `rows of ${path}`, {
      expected: `${d} features, as those of --clean have`,
      got: `shape [${read.shape}]`,
      remedy: "save the rows in the shape of the clean ones",
    });
  }
  const stranger = read.data.findIndex((value) => !Number.isFinite(value));
  if (stranger >= 0) {
    throw new InputError("invalid", `rows of ${path}`, {
      expected: "finite numbers",
      got: `${read.data[stranger]} in row ${Math.floor(stranger / d)} (counted from 0)`,
      remedy: "leave such rows out of both files",
    });
  }
  const features = tensor(read.type, [rowCount(clean), ...clean.featureShape], read.data);
  return { dataset: { ...clean, features }, contentHash: createHash("sha256").update(bytes).digest("hex") };
}

function requireRows(clean: Dataset, rows: number, path: string): void {
  if (rows === rowCount(clean)) return;
  throw new InputError("invalid", `rows of ${path}`, {
    expected: `${rowCount(clean)}, one for each row of --clean`,
    got: `${rows}`,
    remedy: "give the attacked rows of exactly the clean ones",
  });
}

/** How far points are from their rows, in each norm, in the units of the features. */
function sizes(before: Dataset, after: Dataset) {
  const [n, d] = [rowCount(before), featureCount(before)];
  const difference = new Float64Array(d);
  const size = Object.fromEntries(Object.keys(norms).map((name) => [name, { mean: 0, largest: 0 }]));
  let unmoved = 0;
  for (let i = 0; i < n; i++) {
    const [row, point] = [before, after].map((data) => denseRows(data, i, i + 1).data as Vector);
    for (let j = 0; j < d; j++) difference[j] = point[j] - row[j];
    if (difference.every((value) => value === 0)) unmoved++;
    for (const [name, norm] of Object.entries(norms)) {
      const each = norm.measure(difference);
      size[name].mean += each / n;
      size[name].largest = Math.max(size[name].largest, each);
    }
  }
  return { size, unmoved };
}
