// carom explain: why attacks crafted on some models transfer to another, from the models themselves.

import { unknownName } from "@carom/core";
import { attackerNamed, normNames } from "@carom/core/attacks";
import {
  ALL_ATTACKERS,
  budgetUnitsOf,
  defaultBudget,
  type ExplainQuestion,
  everyAttacker,
  explainModels,
  type ModelsExplained,
  type NamedModel,
  planExplanation,
  requireSuited,
  startPlan,
  suitable,
  threatIn,
} from "@carom/core/study";
import { type SizeDefinition, sizeDefinitions } from "@carom/core/transfer";
import { type Command, Option } from "commander";
import { chosenFeatures, type FeaturesOptions, withFeaturesOption } from "../host/featuresFile.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { runPlan } from "../host/runPlan.ts";
import { openDevice } from "../host/runtime.ts";
import { normNamed } from "../host/threat.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print } from "../terminal/print.ts";
import { startProgress } from "../terminal/progress.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import { type DeviceOptions, withDeviceOption } from "../ui/deviceOption.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import {
  type CommonOptions,
  parseEpsilons,
  parsePositive,
  parseWorkers,
  printJson,
  withCommonOptions,
} from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import { type UnitsOptions, withUnitsOption } from "../ui/unitsOption.ts";
import { warningLines } from "../ui/warnings.ts";
import { parseAttackers } from "./auditAttackers.ts";
import { describeExplained } from "./explainFound.ts";
import { namesOf, readModels } from "./explainModels.ts";

interface ExplainOptions
  extends CommonOptions,
    DataFileOptions,
    ModelOptions,
    UnitsOptions,
    FeaturesOptions,
    DeviceOptions {
  readonly surrogate: readonly string[];
  readonly target: readonly string[];
  readonly data: string;
  readonly norm: string;
  readonly epsilon?: readonly number[];
  readonly attack?: string;
  readonly attackers?: readonly string[];
  readonly size?: string;
  readonly smoothness?: number;
  readonly workers?: number;
}

/** `carom explain --surrogate A [A2 ...] --target B --data F`. */
export function explainCommand(command: Command): Command {
  command
    .requiredOption("--surrogate <files...>", "ONNX models to craft on; several of one learner and options give V")
    .requiredOption("--target <files...>", "ONNX models to judge on")
    .requiredOption("--data <file>", "labelled points, or digits")
    .addOption(new Option("--norm <name>", normNames.join(", ")).default("l2"))
    .option(
      "--epsilon <list>",
      "budgets with commas between; 1 where absent, or sqrt(features) / 28 in units of ranges",
      parseEpsilons,
    )
    .option(
      "--attack <name>",
      "how each model is attacked, in place of the strongest attack there is; see carom evade --list",
    )
    .option(
      "--attackers <list>",
      "who attacks the surrogates beside that: attacks, boosters and rules of ensembles with plus signs " +
        "between, such as vmi,ni+ensemble; or all",
      parseAttackers,
    )
    .option(
      "--size <definition>",
      `another definition of S beside the primary: ${Object.keys(sizeDefinitions).join(", ")}`,
    )
    .option("--smoothness <points>", "measure smoothness of the loss on so many points", (text) =>
      parsePositive("--smoothness", text),
    )
    .option("--workers <count>", "processes that compute where it takes long; one per core where absent", parseWorkers)
    .action(run);
  withDeviceOption(command);
  return withExamples(
    withCommonOptions(withDataOptions(withUnitsOption(withFeaturesOption(withModelOptions(command))))),
    "carom explain --surrogate svm.onnx --target mlp.onnx --data digits --epsilon 1",
  );
}

async function run(options: ExplainOptions): Promise<void> {
  const norm = normNamed(options.norm);
  const { size } = options;
  if (size !== undefined && !Object.hasOwn(sizeDefinitions, size)) {
    unknownName("definition of S", size, Object.keys(sizeDefinitions));
  }
  const names = namesOf([...options.target, ...options.surrogate]);
  const { dataset, reading } = await readDataFor(options.target[0], options.data, options);
  const { models, data } = await readModels(names, dataset, options);
  const known = await chosenFeatures(options, data);
  const units = known
    ? "features"
    : budgetUnitsOf(data.domain, { norm: norm.name, units: options.units, epsilons: options.epsilon });
  const measured = { norm: norm.name, units, ...(known && { features: known.features }) };
  const threat = threatIn(data.domain, measured, undefined);
  const type = [...models.values()].every((each) => each.type === "float64") ? "float64" : "float32";
  const warnings = [
    ...(known?.warnings ?? []),
    ...dataWarnings(data, {
      attack: { threat, units: known ? units : options.units, epsilons: options.epsilon, type },
    }),
  ];
  const attack = options.attack === undefined ? undefined : attackerNamed(options.attack);
  const isAll = options.attackers?.[0] === ALL_ATTACKERS;
  const own = isAll ? [] : (options.attackers ?? []).map((name) => ({ name, how: attackerNamed(name) }));
  const suited = { domain: data.domain, featureShape: data.featureShape };
  for (const { how } of [...(attack ? [{ how: attack }] : []), ...own]) {
    requireSuited(how, suited, measured, how.ensemble === undefined ? 1 : options.surrogate.length);
  }
  // Of a file it is not known whether its scores are affine.
  const standIns = options.surrogate.map((path) => ({ id: names.get(path)!, isAffine: false }));
  const all = isAll ? suitable(everyAttacker(), standIns, suited, measured, { isAll }) : undefined;
  warnings.push(...(all?.leftOut ?? []));
  const attackers = all ? all.attackers.map(({ name, how }) => ({ name, how })) : own;
  const named = (paths: readonly string[]) => paths.map((path): NamedModel => models.get(path)!);
  const result = await computed(options, {
    surrogates: named(options.surrogate),
    targets: named(options.target),
    data,
    norm: norm.name,
    ...(units === "ranges" && { units }),
    ...(known && { features: known.features }),
    epsilons: options.epsilon ?? [defaultBudget(data.domain, norm.name, units)],
    seed: options.seed,
    ...(attack && { attack }),
    ...(attackers.length > 0 && { attackers }),
    ...(size !== undefined && { size: size as SizeDefinition }),
    ...(options.smoothness !== undefined && { smoothness: options.smoothness }),
  });
  const suspicious = [...models.values()].filter(({ modelWarnings }) => modelWarnings.length > 0);
  if (options.json) {
    printJson({
      reading,
      units: known ? "cost" : units,
      ...result,
      doubts: Object.fromEntries(suspicious.map(({ name, modelWarnings }) => [name, modelWarnings])),
      ...(warnings.length > 0 && { warnings }),
    });
    return;
  }
  print(describeExplained(result));
  if (units === "ranges") print("Budgets are of features in units of their ranges.\n");
  for (const { name, modelWarnings } of suspicious) print(warningLines(modelWarnings, name));
  print(warningLines(warnings.map((sentence) => ({ sentence }))));
}

/** Estimated seconds of work that are worth workers of their own, each of which takes a part of one to begin. */
const WORTH_WORKERS = 3;

/** What is asked, computed by workers where that takes long, else here; the same numbers either way. */
async function computed(
  { workers = defaultWorkers(), quiet = false, device }: ExplainOptions,
  question: ExplainQuestion,
): Promise<ModelsExplained> {
  const plan = startPlan();
  const { wanted, read } = planExplanation(plan, question);
  const seconds = plan.tasks.reduce((sum, task) => sum + task.seconds, 0);
  if (workers > 1 && seconds >= WORTH_WORKERS) return read(await runPlan(plan, wanted, { workers, quiet, device }));
  const progress = startProgress(quiet);
  return explainModels({
    ...question,
    runtime: await openDevice(device),
    onProgress: ({ label, done }) => progress.update(label, done),
  }).finally(() => progress.end());
}
