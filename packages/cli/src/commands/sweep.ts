// carom sweep: what regularisation buys, over the values of one option of a learner.

import { InputError, learnerByName, learners } from "@carom/core";
import { normNames } from "@carom/core/attacks";
import { withScaling } from "@carom/core/data";
import { oneSweep, planOf } from "@carom/core/kinds";
import { budgetUnitsOf, defaultBudget, type SweepQuestion, startPlan, threatIn } from "@carom/core/study";
import { type Command, Option } from "commander";
import { chosenFeatures, type FeaturesOptions, withFeaturesOption } from "../host/featuresFile.ts";
import { normNamed } from "../host/threat.ts";
import { withClusterOptions } from "../ui/clusterOptions.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { withDeviceOption } from "../ui/deviceOption.ts";
import { type MlflowOptions, mlflowOf, withMlflowOption } from "../ui/mlflowOption.ts";
import {
  type CommonOptions,
  invalid,
  parseEpsilons,
  parsePositive,
  parseWorkers,
  withCommonOptions,
} from "../ui/options.ts";
import { readData } from "../ui/readData.ts";
import { type ScalingOptions, withScalingOption } from "../ui/scalingOption.ts";
import { collectSettings } from "../ui/settings.ts";
import { type UnitsOptions, withUnitsOption } from "../ui/unitsOption.ts";
import { beginRun, type RunOptions, runAsked } from "./runAsked.ts";

interface Over {
  readonly option: string;
  readonly values: readonly number[];
}

interface SweepOptions
  extends CommonOptions,
    DataFileOptions,
    ScalingOptions,
    UnitsOptions,
    FeaturesOptions,
    MlflowOptions,
    RunOptions {
  readonly data: string;
  readonly over: Over;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly norm: string;
  readonly epsilon?: readonly number[];
  readonly sets: number;
  readonly points?: number;
}

/** `carom sweep LEARNER --data F --over C=0.01,0.1,1`. */
export function sweepCommand(command: Command): Command {
  command
    .argument("<learner>", Object.keys(learners).join(", "))
    .requiredOption("--data <file>", "labelled data, or digits: 70 % trains, 30 % is attacked")
    .requiredOption("--over <name=values>", "an option and its values, such as C=0.01,0.1,1", parseOver)
    .option("--set <name=value>", "another option of the learner; may be repeated", collectSettings)
    .addOption(new Option("--norm <name>", normNames.join(", ")).default("l2"))
    .option(
      "--epsilon <number>",
      "the budget; 1 where absent, or sqrt(features) / 28 in units of ranges",
      parseEpsilons,
    )
    .option("--sets <count>", "training sets for V, each half of what trains", parseOne("--sets"), 10)
    .option("--points <count>", "attack so many points at most", parseOne("--points"))
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  withMlflowOption(withDeviceOption(withClusterOptions(command)), "the figures and the files of models");
  return withExamples(
    withCommonOptions(withDataOptions(withUnitsOption(withFeaturesOption(withScalingOption(command))))),
    "carom sweep logistic --data digits --over C=0.01,0.1,1,10",
  );
}

async function run(name: string, options: SweepOptions): Promise<void> {
  const started = new Date();
  await beginRun(options, "sweep");
  const mlflow = await mlflowOf(options);
  if (options.epsilon && options.epsilon.length > 1)
    throw invalid("--epsilon", "one budget", options.epsilon.join(","), "sweep once for each");
  const { dataset: loaded, contentHash, reading } = await readData(options.data, options);
  const dataset = withScaling(loaded, options.scaling);
  const known = await chosenFeatures(options, dataset);
  const norm = normNamed(options.norm).name;
  const units = known
    ? "features"
    : budgetUnitsOf(dataset.domain, { norm, units: options.units, epsilons: options.epsilon });
  const [epsilon] = options.epsilon ?? [defaultBudget(dataset.domain, norm, units)];
  const threat = threatIn(dataset.domain, { norm, units, features: known?.features }, undefined);
  const attack = { threat, units: known ? units : options.units, epsilons: options.epsilon };
  const warnings = [...(known?.warnings ?? []), ...dataWarnings(dataset, { learned: true, attack })];
  holdWarnings(warnings);
  const question: SweepQuestion = {
    learner: learnerByName(name).name,
    option: options.over.option,
    values: options.over.values,
    options: options.set ?? {},
    norm,
    ...(units === "ranges" && { units }),
    ...(known && { features: known.features }),
    epsilon,
    sets: options.sets,
    ...(options.points !== undefined && { points: options.points }),
    seed: options.seed,
  };
  const plan = startPlan();
  const data = { train: { part: plan.data(dataset), dataset, hash: contentHash } };
  await runAsked(plan, planOf(plan, oneSweep, question, data), {
    ...{ name: "sweep", started, question, options, mlflow },
    beside: { reading, ...(warnings.length > 0 && { warnings }) },
    shown: ["Figures", "figures"],
  });
}

function parseOver(text: string): Over {
  const at = text.indexOf("=");
  const values = text
    .slice(at + 1)
    .split(",")
    .map((value) => (value.trim() === "" ? Number.NaN : Number(value)));
  if (at > 0 && values.every(Number.isFinite)) return { option: text.slice(0, at), values };
  throw new InputError("invalid", "option --over", {
    expected: "an option and numbers, as name=values",
    got: `"${text}"`,
    remedy: "for instance --over C=0.01,0.1,1",
  });
}

const parseOne = (option: string) => (text: string) => parsePositive(option, text);
