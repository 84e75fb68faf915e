// carom explain: why attacks crafted on some models transfer to another, from the models themselves.

import { basename } from "node:path";
import { type Dataset, type FloatType, InputError, unknownName } from "@carom/core";
import { attackerNamed } from "@carom/core/attacks";
import type { ModelWarning } from "@carom/core/models";
import {
  ALL_ATTACKERS,
  adviceSentence,
  budgetUnitsOf,
  defaultBudget,
  everyAttacker,
  explainModels,
  type ModelsExplained,
  type NamedModel,
  requireSuited,
  sourceName,
  suitable,
  threatIn,
} from "@carom/core/study";
import { type SizeDefinition, sizeDefinitions } from "@carom/core/transfer";
import { Command, Option } from "commander";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { chosenFeatures, type FeaturesOptions, withFeaturesOption } from "../host/featuresFile.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { openDevice } from "../host/runtime.ts";
import { normNamed } from "../host/threat.ts";
import { print } from "../terminal/print.ts";
import { startProgress } from "../terminal/progress.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import { type DeviceOptions, withDeviceOption } from "../ui/deviceOption.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  parseEpsilons,
  parsePositive,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import { type UnitsOptions, withUnitsOption } from "../ui/unitsOption.ts";
import { warningLines } from "../ui/warnings.ts";
import { parseAttackers } from "./auditAttackers.ts";

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
}

/** `carom explain --surrogate A [A2 ...] --target B --data F`. */
export function explainCommand(): Command {
  const command = new Command("explain")
    .description("why points crafted on some models mislead another: S, R, rho, V, first order, and a finding in words")
    .requiredOption("--surrogate <files...>", "ONNX models to craft on; several of one learner and options give V")
    .requiredOption("--target <files...>", "ONNX models to judge on")
    .requiredOption("--data <file>", "labelled points, or digits")
    .addOption(new Option("--norm <name>", "l1, l2, linf").default("l2"))
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
  const units = known ? "features" : budgetUnitsOf(data.domain, { units: options.units, epsilons: options.epsilon });
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
  const all = isAll ? suitable(everyAttacker(), standIns, suited, measured) : undefined;
  warnings.push(...(all?.leftOut ?? []));
  const attackers = all ? all.attackers.map(({ name, how }) => ({ name, how })) : own;
  const named = (paths: readonly string[]) => paths.map((path): NamedModel => models.get(path)!);
  const progress = startProgress(options.quiet === true);
  const result = await explainModels({
    runtime: await openDevice(options.device),
    surrogates: named(options.surrogate),
    targets: named(options.target),
    data,
    norm: norm.name,
    ...(units === "ranges" && { units }),
    ...(known && { features: known.features }),
    epsilons: options.epsilon ?? [defaultBudget(data.domain, units)],
    seed: options.seed,
    ...(attack && { attack }),
    ...(attackers.length > 0 && { attackers }),
    ...(size !== undefined && { size: size as SizeDefinition }),
    ...(options.smoothness !== undefined && { smoothness: options.smoothness }),
    onProgress: ({ label, done }) => progress.update(label, done),
  }).finally(() => progress.end());
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
  print(describe(result));
  if (units === "ranges") print("Budgets are of features in units of their ranges.\n");
  for (const { name, modelWarnings } of suspicious) print(warningLines(modelWarnings, name));
  print(warningLines(warnings.map((sentence) => ({ sentence }))));
}

/** What results call each file: its name, or its path where another file has that name. */
function namesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const short = (path: string) => basename(path).replace(/\.onnx$/i, "");
  const counts = new Map<string, number>();
  for (const path of new Set(paths)) counts.set(short(path), (counts.get(short(path)) ?? 0) + 1);
  return new Map(paths.map((path) => [path, counts.get(short(path)) === 1 ? short(path) : path]));
}

/** A model under the name that results call it, and what is suspicious of it. */
interface ReadModel extends NamedModel {
  readonly modelWarnings: readonly ModelWarning[];
  readonly type: FloatType;
}

/** The models by their paths, and the data in the shape and with the classes of the first, which all others share. */
async function readModels(names: ReadonlyMap<string, string>, dataset: Dataset, options: ExplainOptions) {
  const models = new Map<string, ReadModel>();
  let data: Dataset | undefined;
  for (const [path, name] of names) {
    const classifier = await openClassifier(path, options, dataset);
    const own = await classifier.fit(dataset);
    data ??= own;
    if (own.classNames.join("\n") !== data.classNames.join("\n")) {
      throw new InputError("invalid", `classes of ${name}`, {
        expected: `those of ${[...names.values()][0]}, in the same order: ${data.classNames.join(", ")}`,
        got: own.classNames.join(", "),
        remedy: "compare models of one task",
      });
    }
    const { model, opened } = classifier;
    models.set(path, {
      name,
      model,
      modelWarnings: await checkOn(classifier, own),
      type: opened.inputType ?? "float32",
    });
    await classifier.opened.close();
  }
  return { models, data: data! };
}

function describe(result: ModelsExplained): string {
  const { models, means, cells, targetFindings, findings, advice, variability, undefinedFor } = result;
  const known = (value: number | undefined) => (value === undefined ? "-" : String(Number(value.toPrecision(3))));
  const modelRows = models.map(({ id, role, cleanError, gradientSize, otherSize, curvature, turning }) => [
    id,
    role,
    known(cleanError.estimate),
    known(gradientSize?.estimate),
    ...(models.some((each) => each.otherSize) ? [known(otherSize?.estimate)] : []),
    ...(models.some((each) => each.curvature) ? [known(curvature?.estimate), known(turning?.estimate)] : []),
  ]);
  const [first] = models.flatMap(({ otherSize }) => otherSize?.definition ?? []);
  const modelHeader = [
    ...["model", "role", "clean error", "S"],
    ...(first ? [`S (${first})`] : []),
    ...(models.some((each) => each.curvature) ? ["curvature", "turning"] : []),
  ];
  const isTarget = new Set(models.filter(({ role }) => role === "target").map(({ id }) => id));
  const cellRows = means
    .filter(({ target }) => isTarget.has(target))
    .map((cell) => [
      cell.surrogate,
      cell.target,
      String(cell.budget),
      known(cell.error),
      known(cell.ratio),
      known(cell.alignment ?? (cell.surrogate === cell.target ? 1 : undefined)),
      known(cell.perturbationCorrelation ?? (cell.surrogate === cell.target ? 1 : undefined)),
      known(cell.decomposition?.firstOrder),
      known(cell.decomposition?.observed),
      known(cell.decomposition?.bound),
    ]);
  const furtherRows = cells
    .filter(({ attacker }) => attacker !== undefined)
    .map((cell) => [
      ...[
        sourceName(cell),
        cell.target,
        String(cell.epsilon),
        known(cell.errorUnderAttack.estimate),
        known(cell.ratio),
      ],
      ...["-", "-", known(cell.predictedIncrease), known(cell.lossIncrease), "-"],
    ]);
  const cellHeader = [
    "crafted on",
    "judged on",
    "epsilon",
    "error",
    "ratio",
    "R",
    "rho",
    "predicted",
    "observed",
    "bound",
  ];
  const V = variability
    .filter(({ perPoint }) => perPoint !== undefined)
    .map(({ learner, surrogates, perPoint, ofMean }) => {
      return `V of ${learner}: ${known(perPoint)} per point, ${known(ofMean)} of the mean (${surrogates.length} models)`;
    });
  const paragraphs = [
    table([modelHeader, ...modelRows]),
    table([cellHeader, ...cellRows, ...furtherRows]),
    [...V, ...undefinedFor].join("\n"),
    [...targetFindings, ...findings].map(({ sentence }) => sentence).join("\n"),
    advice.map(adviceSentence).join("\n"),
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

/** Rows of texts in columns, the first left-aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  return rows
    .map((row) => row.map((text, j) => (j < 1 ? text.padEnd(widths[j]) : text.padStart(widths[j]))).join("  "))
    .join("\n");
}
