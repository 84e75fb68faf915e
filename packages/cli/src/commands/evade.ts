// carom evade: points that a model gets wrong, written to a file and judged after being read back.

import {
  buildAttacker,
  type Dataset,
  type FloatType,
  InputError,
  rowCount,
  type ThreatModel,
  takeRows,
} from "@carom/core";
import { attackerName, nonFiniteSentence, objectiveByName, objectives, type RuleCounts } from "@carom/core/attacks";
import { areImages, classNamed } from "@carom/core/data";
import { threatOfFeatures } from "@carom/core/features";
import type { ModelWarning } from "@carom/core/models";
import { budgetUnitsOf, normIn } from "@carom/core/study";
import { Command } from "commander";
import { checkOn } from "../host/classifier.ts";
import { isSparseFile } from "../host/evasionFile.ts";
import { chosenFeatures, type FeaturesOptions, withFeaturesOption } from "../host/featuresFile.ts";
import { type JudgedBudget, type JudgedFile, judgeSaved } from "../host/judgeSaved.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { requireFree } from "../host/output.ts";
import { defaultWorkers } from "../host/pool.ts";
import { openDevice } from "../host/runtime.ts";
import { normNamed, type ThreatOptions, threatOf, withThreatOptions } from "../host/threat.ts";
import { print } from "../terminal/print.ts";
import { type AttackerOptions, attackerOf, withAttackerOptions } from "../ui/attackerOptions.ts";
import { attackTable, boosterTable, ensembleTable } from "../ui/attackTable.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import { type DeviceOptions, withDeviceOption } from "../ui/deviceOption.ts";
import { inputNotes } from "../ui/inputNotes.ts";
import { listing } from "../ui/listing.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  parseEpsilons,
  parseShare,
  parseWorkers,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { readDataFor } from "../ui/readData.ts";
import { type UnitsOptions, withUnitsOption } from "../ui/unitsOption.ts";
import { warningLines } from "../ui/warnings.ts";
import { craftBudgets, craftSmallest, type Place } from "./evadeCraft.ts";
import { type LoadedModel, loadModels } from "./evadeModels.ts";
import { craftSparse } from "./evadeSparse.ts";

interface EvadeOptions
  extends CommonOptions,
    DataFileOptions,
    ModelOptions,
    ThreatOptions,
    UnitsOptions,
    FeaturesOptions,
    AttackerOptions,
    DeviceOptions {
  readonly workers?: number;
  readonly model?: string[];
  readonly data?: string;
  readonly epsilon?: number[];
  readonly minEpsilon?: boolean;
  readonly out?: string;
  readonly class?: string;
  readonly targetClass?: string;
  readonly objective?: string;
  readonly falseAlarms?: number;
  readonly list?: boolean;
}

/** `carom evade --model M --data F --norm l2 --epsilon 0.5,1,2 --out adv.npz`. */
export function evadeCommand(): Command {
  const command = new Command("evade")
    .description("craft points that a model gets wrong, within a budget")
    .option("--model <files...>", "the ONNX classifier to attack; of several, the mean of their margins is raised")
    .option("--data <file>", "labelled data; every row is attacked")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option("--min-epsilon", "in place of --epsilon: search the smallest budget at which each point is wrong")
    .option("--out <file>", "the file to write: .npz with x, y, epsilon and index, the row of --data; or .svmlight")
    .option("--class <name>", "attack rows of this class only")
    .option("--target-class <name>", "the class that rows of others should end in; any wrong one where absent")
    .option(
      "--objective <name>",
      `what the attack raises: ${Object.keys(objectives).join(", ")} (the first where absent)`,
    )
    .option("--false-alarms <share>", "with --class: also judge at this rate of other rows taken for it", parseShare)
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--list", "attacks, boosters and rules of ensembles with their options and defaults")
    .action(run);
  withAttackerOptions(command);
  withDeviceOption(command);
  return withExamples(
    withCommonOptions(
      withDataOptions(withThreatOptions(withUnitsOption(withFeaturesOption(withModelOptions(command))))),
    ),
    "carom evade --model mlp.onnx --data digits --epsilon 0.5,1,2 --out adv.npz",
    "carom evade --model m.onnx --data apps.npz --norm l1 --add-only --class 1 \\",
    "    --epsilon 5,10,30 --false-alarms 0.005 --out adv.npz",
    "carom evade --model a.onnx b.onnx --data digits --min-epsilon --out adv.npz",
    "carom evade --model a.onnx b.onnx --data digits --epsilon 1 \\",
    "    --boosters ni,vmi --ensemble meanDirection --out adv.npz",
  );
}

async function run(options: EvadeOptions): Promise<void> {
  if (options.list) {
    const tables = { attack: attackTable(), booster: boosterTable(), ensemble: ensembleTable() };
    if (options.json)
      printJson(Object.entries(tables).flatMap(([kind, rows]) => rows.map((row) => ({ kind, ...row }))));
    else {
      print(`Attacks\n\n${listing(tables.attack)}\nBoosters\n\n${listing(tables.booster)}\n`);
      print(`Rules of ensembles\n\n${listing(tables.ensemble)}`);
    }
    return;
  }
  const paths = required(options.model, "--model", "an ONNX classifier");
  const file = required(options.data, "--data", "labelled data to attack");
  const epsilons = budgetsOf(options);
  const out = required(options.out, "--out", "a .npz or .svmlight file to write");
  const isSparse = isSparseFile(out);
  await requireFree(out, "file");
  const { dataset, contentHash: dataHash, reading } = await readDataFor(paths[0], file, options);
  const runtime = await openDevice(options.device);
  const { models, data: aligned } = await loadModels(paths, dataset, options, runtime);
  const known = await chosenFeatures(options, aligned);
  const threat = known
    ? threatOfFeatures(known.features, normNamed(options.norm).name)
    : await threatInUnits(aligned, options, epsilons);
  const all: Dataset = { ...aligned, domain: threat.domain };
  const named = (name: string) => classNamed(all.classNames, name);
  const target = options.targetClass === undefined ? undefined : named(options.targetClass);
  const positive = options.class === undefined ? undefined : named(options.class);
  if (options.falseAlarms !== undefined && positive === undefined) throw missingClass();
  const chosen = Int32Array.from(all.labels.keys()).filter(
    (i) => all.labels[i] !== target && (positive === undefined || all.labels[i] === positive),
  );
  if (chosen.length === 0) throw noRows(options);
  const attacked = chosen.length === rowCount(all) ? all : takeRows(all, chosen);
  const n = chosen.length;
  const ofTargetClass = all.labels.filter((label) => label === target).length;

  const objective = options.objective === undefined ? undefined : objectiveByName(options.objective);
  // Images stay such for boosters where the model takes them as flat rows.
  const isFlattened = options.attackAt === undefined && !areImages(attacked.featureShape);
  const shape = isFlattened ? dataset.featureShape : attacked.featureShape;
  const about = { threat, shape, models: models.length };
  // Models without gradients are searched by their scores, where a table says what it may become.
  const byScores =
    known && epsilons && options.attack === undefined && models.some(({ opened }) => !opened.differentiable);
  const attacker = attackerOf(byScores ? { ...options, attack: "evolution" } : options, about);
  const { entry, fromOrigin, secondStart } = buildAttacker(attacker, about);
  if (entry?.capabilities.gradients !== false || !epsilons) requireGradients(models);
  const mixesRows = entry?.capabilities.mixesRows === true;
  if (mixesRows && !epsilons) throw noSmallest(entry.name);
  const type: FloatType = models.every(({ opened }) => opened.inputType === "float64") ? "float64" : "float32";
  const told = dataWarnings(attacked, {
    attack: { threat, units: known ? "features" : options.units, epsilons: epsilons ?? [], type },
  });
  const place: Place = {
    out,
    featureShape: options.attackAt === undefined ? dataset.featureShape : aligned.featureShape,
    type,
    index: chosen,
    labels: Int32Array.from(chosen, (_, i) => labelOf(attacked, i)),
  };
  const { changeable, direction, grid, norm } = threat;
  const question = {
    attacked,
    models: models.map(({ model }) => model),
    parameters: {
      norm: norm.name,
      ...(known ? { features: known.features } : norm.units && { units: "ranges" as const }),
      seed: options.seed,
      ...(typeof direction === "string" && { direction }),
      ...(grid !== undefined && { grid }),
      ...(target !== undefined && { target }),
      attacker: { ...attacker, ...(objective && { objective: objective.name }) },
      ...(`${shape}` !== `${attacked.featureShape}` && { shape }),
    },
    ...((secondStart || fromOrigin) && !("start" in all.features) && { pool: all }),
    ...(changeable && !known && { changeable }),
    ...(mixesRows && { mixesRows }),
    limits: runtime.limits,
    label: "crafting rows",
  };
  const running = {
    workers: options.workers ?? defaultWorkers(),
    quiet: options.quiet === true,
    device: options.device,
  };
  const flips = isSparse && "start" in all.features && entry?.name === "flips" && !options.set && !objective;
  const sparse = { runtime, models, data: attacked, threat, ...(target !== undefined && { target }) };
  const crafted = epsilons
    ? (flips && (await craftSparse(place, sparse, epsilons, running.quiet))) ||
      (await craftBudgets(place, question, epsilons, running))
    : await craftSmallest(place, question, running);
  const { queries, epsilon, draft } = crafted;
  const nonFinite = nonFiniteSentence(crafted.nonFinite, n);
  const warnings = [...(known?.warnings ?? []), ...told, ...(nonFinite === undefined ? [] : [nonFinite])];
  const judged: JudgedFile[] = [];
  const modelWarnings: (readonly ModelWarning[])[] = [];
  for (const model of models) {
    modelWarnings.push(await checkOn(model, all));
    judged.push(
      await judgeSaved(draft.path, model.opened, attacked, threat.norm, epsilons ?? [Number.POSITIVE_INFINITY], {
        ...(target !== undefined && { target }),
        ...(options.falseAlarms !== undefined && {
          detection: { positive: positive!, others: all, falseAlarmRate: options.falseAlarms },
        }),
      }),
    );
    await model.opened.close();
  }
  // Not before all is done: a run that is ended can be started again.
  await draft.keep();
  const name = entry?.name ?? "line-search";
  const { boosters, ensemble } = attacker;
  const by = attackerName({ ...attacker, attack: { name } });
  // Of all budgets and models together.
  const perPoint = { gradients: queries.gradients / n, scores: queries.scores / n };
  const smallest = epsilons ? undefined : describeSmallest(epsilon);
  if (options.json) {
    const changes = { changeable: changeable?.reduce((sum, flag) => sum + flag, 0), direction, grid };
    const each = models.map(({ contentHash, path }, i) => ({
      model: path,
      modelHash: contentHash,
      ...judged[i],
      doubts: modelWarnings[i],
    }));
    const { model: _, ...only } = each[0];
    printJson({
      dataHash,
      reading,
      attack: name,
      ...(boosters && { boosters }),
      ...(ensemble && { ensemble }),
      ...(objective && { objective: objective.name }),
      ...(target !== undefined && { ofTargetClass }),
      norm: norm.name,
      ...(known ? { units: "cost", features: known.features } : norm.units && { units: "ranges" }),
      ...(crafted.rules && { rules: crafted.rules }),
      ...changes,
      seed: options.seed,
      queries,
      perPoint,
      out,
      ...(warnings.length > 0 && { warnings }),
      ...(smallest && { minimumEpsilon: smallest }),
      ...(each.length === 1 ? only : { models: each }),
    });
    return;
  }
  for (const note of inputNotes(models[0].model, { attackAt: options.attackAt, gradients: queries.gradients > 0 }))
    print(`${note}\n`);
  const label = threat.norm.label;
  for (const [i, { path }] of models.entries()) {
    if (models.length > 1) print(`${path}\n`);
    print(`clean: error ${describeRate(judged[i].cleanError)}\n`);
    for (const [e, budget] of judged[i].budgets.entries()) {
      print(`${describeBudget(budget, label, options)}${describeRules(crafted.rules?.[e])}\n`);
    }
    print(warningLines(modelWarnings[i]));
  }
  print(warningLines(warnings.map((sentence) => ({ sentence }))));
  if (ofTargetClass > 0) print(`left out: ${ofTargetClass} rows that are of class ${options.targetClass} already\n`);
  if (smallest) {
    const [low, middle, high] = smallest.quartiles.map((value) => Number(value.toPrecision(6)));
    const none = smallest.none > 0 ? `; none found for ${smallest.none} of ${n}` : "";
    print(`smallest epsilon: median ${middle}, quartiles ${low} and ${high}${none}\n`);
  }
  const took = [perPoint.gradients, perPoint.scores].map((value) => Number(value.toPrecision(3)));
  print(`asked for each point: ${took[0]} rows of gradients, ${took[1]} of scores\n`);
  print(`written: ${out} (${by})\n`);
}

/** The budgets, or undefined where the smallest are looked for. */
function budgetsOf({ epsilon, minEpsilon }: EvadeOptions): readonly number[] | undefined {
  if (!minEpsilon) return required(epsilon, "--epsilon", "budgets, such as 0.5,1,2; or --min-epsilon");
  if (!epsilon) return undefined;
  throw new InputError("invalid", "options --epsilon and --min-epsilon", {
    expected: "one of them",
    got: "both",
    remedy: "leave one out",
  });
}

/** The label of a row as its data file has it; its class's number where names are no integers. */
function labelOf({ labels, classNames }: Dataset, i: number): number {
  return classNames.every((name) => Number.isInteger(Number(name))) ? Number(classNames[labels[i]]) : labels[i];
}

function describeBudget(
  { epsilon, errorUnderAttack, onTarget, evasion, largest, unmoved }: JudgedBudget,
  norm: string,
  { targetClass }: EvadeOptions,
): string {
  const more = [
    onTarget && `, targeted success ${describeRate(onTarget)} in class ${targetClass}`,
    evasion && `; ${describeRate(evasion)} evade detection`,
  ];
  const which = Number.isFinite(epsilon) ? `epsilon ${epsilon}` : "smallest epsilon each";
  const size = `; largest ${norm} change ${Number(largest.toPrecision(6))}`;
  const still =
    unmoved > 0 && epsilon > 0 && Number.isFinite(epsilon)
      ? `; ${unmoved} of the points that are right did not move`
      : "";
  return `${which}: error ${describeRate(errorUnderAttack)}${more.filter(Boolean).join("")}${size}${still}`;
}

/** What became of the rules of a table: points that broke one were put back, and are no success. */
function describeRules(rules: RuleCounts | undefined): string {
  if (!rules) return "";
  const { broken, wrongButInvalid, invalidRows } = rules;
  const rows = invalidRows > 0 ? `; ${invalidRows} rows break a rule themselves and stay as they are` : "";
  if (broken === 0) return `; all points satisfy all rules${rows}`;
  return `; ${broken} points broke a rule and were put back, ${wrongButInvalid} of them wrong but invalid${rows}`;
}

/** The threat that options describe, its norm in the units that they name. */
async function threatInUnits(
  data: Dataset,
  options: EvadeOptions,
  epsilons: readonly number[] | undefined,
): Promise<ThreatModel> {
  const plain = await threatOf(data, options);
  const units = budgetUnitsOf(plain.domain, { units: options.units, epsilons: epsilons ?? [] });
  return { ...plain, norm: normIn(plain.domain, { norm: plain.norm.name, units }) };
}

/** Quartiles over all points, those included that are wrong already (0) or for which none was found (infinite). */
function describeSmallest(epsilon: Float64Array) {
  const sorted = epsilon.toSorted();
  const quartiles = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  return { quartiles, none: sorted.filter((value) => value === Number.POSITIVE_INFINITY).length };
}

function required<T>(value: T | undefined, option: string, expected: string): T {
  if (value !== undefined) return value;
  throw new InputError("missing", `option ${option}`, { expected, got: "none", remedy: "see carom evade --help" });
}

function requireGradients(models: readonly LoadedModel[]): void {
  const without = models.find(({ opened }) => !opened.differentiable)?.opened;
  if (without?.notDifferentiable === undefined) return;
  const { withoutGradients: fault, notDifferentiable } = without;
  throw new InputError("unsupported", "model to attack", {
    expected: "one whose operators can all be differentiated",
    got: fault ? `${fault.what}: ${fault.detail.got}` : notDifferentiable,
    remedy: "train a surrogate with carom fit and attack that",
  });
}

function noSmallest(attack: string): InputError {
  return new InputError("invalid", "option --min-epsilon", {
    expected: `budgets, such as --epsilon 0.5,1,2, as points under ${attack} share theirs`,
    got: "a search for each point",
    remedy: "give --epsilon instead",
  });
}

function missingClass(): InputError {
  return new InputError("missing", "option --class", {
    expected: "the class whose detection is judged, because --false-alarms is given",
    got: "none",
    remedy: "name it with --class",
  });
}

function noRows({ class: name, targetClass }: EvadeOptions): InputError {
  const other = targetClass === undefined ? "" : ` other than ${targetClass}`;
  return new InputError("invalid", "data", {
    expected: `rows of ${name === undefined ? "a class" : `class ${name}`}${other} to attack`,
    got: "none",
    remedy: "give data with such rows, or other classes",
  });
}
