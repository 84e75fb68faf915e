// carom poison: points that make what learns from them err, written to a file and judged after being read back.

import {
  type AnyLearner,
  type Dataset,
  errorRate,
  InputError,
  learnerByName,
  learners,
  parseOptions,
  type Rate,
  rowCount,
  type Store,
} from "@carom/core";
import { poisonCount, poisoningAttacks } from "@carom/core/attacks";
import { type DataReading, sharedRows, withClasses, withScaling } from "@carom/core/data";
import { presetOptions } from "@carom/core/learners";
import {
  type Block,
  type BlockFacts,
  blockCodec,
  joinBlocks,
  planCraft,
  poisonJudge,
  type Ref,
  readRef,
  requireClones,
  requirePoisonable,
  startPlan,
} from "@carom/core/study";
import { Command } from "commander";
import { type Draft, requireFree, writeDraft } from "../host/output.ts";
import { poisonBytes, readPoison } from "../host/poisonFile.ts";
import { defaultWorkers } from "../host/pool.ts";
import { runPlan } from "../host/runPlan.ts";
import { asIn } from "../host/sameColumns.ts";
import { print, tell } from "../terminal/print.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { listing, optionsOf } from "../ui/listing.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  invalid,
  parsePositive,
  parseWorkers,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { readData } from "../ui/readData.ts";
import { type ScalingOptions, withScalingOption } from "../ui/scalingOption.ts";
import { collectSettings } from "../ui/settings.ts";

type Settings = Readonly<Record<string, unknown>>;

interface PoisonOptions extends CommonOptions, DataFileOptions, ScalingOptions {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly points?: number[];
  readonly fraction?: number[];
  readonly out?: string;
  readonly set?: Settings;
  readonly preset?: string;
  readonly attack: string;
  readonly attackSet?: Settings;
  readonly judge?: string;
  readonly judgeSet?: Settings;
  readonly judgePreset?: string;
  readonly targetTrain?: string;
  readonly retune?: boolean;
  readonly allowOverlap?: boolean;
  readonly workers?: number;
  readonly list?: boolean;
}

/** `carom poison LEARNER --train F --validation F --fraction 0.05 --out poison.npz`. */
export function poisonCommand(): Command {
  const command = new Command("poison")
    .description("craft points that join the training data of a model and make it err")
    .argument("[learner]", "what the points are crafted on; carom fit --list describes learners")
    .option("--train <file>", "what the learner is trained on, and whose rows are cloned; or digits")
    .option("--validation <file>", "labelled data whose loss the points are to raise")
    .option("--test <file>", "labelled data to count errors on; none are counted where absent")
    .option("--points <list>", "how many points, such as 25 or 5,10,25", parsePoints)
    .option("--fraction <list>", "points as a share of what the target learns from then, such as 0.05", parseFractions)
    .option("--out <file>", "the .npz file to write: x, y, start, source (the row of --train), loss")
    .option("--set <name=value>", "an option of the learner, such as C=10; may be repeated", collectSettings)
    .option("--preset <name>", "named options of an experiment, such as mnist89-poisoning/high")
    .option("--attack <name>", Object.keys(poisoningAttacks).join(", "), "gradient")
    .option("--attack-set <name=value>", "an option of the attack; may be repeated", collectSettings)
    .option("--judge <learner>", "the target that learns from the points too; the same learner where absent")
    .option("--judge-set <name=value>", "an option of the target; may be repeated", collectSettings)
    .option("--judge-preset <name>", "named options of the target")
    .option("--target-train <file>", "the target's own training data; that of --train where absent")
    .option("--retune", "let the target choose its regularisation by cross-validation on the poisoned data")
    .option("--allow-overlap", "warn, and go on, where validation or test rows are among training rows")
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--list", "the attacks with their options and defaults")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withScalingOption(command))),
    "carom poison logistic --train mine.npz --validation more.npz --test test.npz \\",
    "    --fraction 0.05,0.1,0.2 --out poison.npz --judge mlp --target-train theirs.npz",
    "carom poison ridge --set alpha=10 --train mine.npz --validation more.npz --points 25 --out poison.npz",
  );
}

async function run(name: string | undefined, options: PoisonOptions): Promise<void> {
  if (options.list) {
    const rows = Object.values(poisoningAttacks).map(({ options: schema, create: _, ...row }) => ({
      ...row,
      options: optionsOf(schema),
    }));
    if (options.json) printJson(rows);
    else print(listing(rows));
    return;
  }
  const able = Object.values(learners).filter(({ retrain }) => retrain);
  const learner = learnerByName(required(name, "learner", `one of ${able.map((each) => each.name).join(", ")}`));
  const settings = options.attackSet ?? {};
  requirePoisonable(learner, options.attack, settings);
  const chosen = choose(learner, options.preset, options.set);
  const judging = choiceOfTarget(learner, chosen, options);
  const out = required(options.out, "option --out", "a .npz file to write");
  if (!/\.npz$/i.test(out))
    throw invalid("--out", "a file name that ends in .npz", out, "for instance --out poison.npz");
  await requireFree(out, "file");
  const data = await loadAll(options);
  const own = rowCount(data.targetTrain ?? data.train);
  const budgets = budgetsOf(options, own);
  const counts = budgets.map(({ points }) => points);
  requireClones(counts[counts.length - 1], rowCount(data.train));
  for (const warning of checkOverlap(data, options.allowOverlap === true)) tell(warning);
  const warnings = dataWarnings(data.train, { learned: true });
  holdWarnings(warnings);

  const workers = options.workers ?? defaultWorkers();
  const quiet = options.quiet === true;
  const plan = startPlan();
  const blocks = planCraft(plan, {
    ...{ attack: options.attack, settings, learner: learner.name, options: chosen, counts, seed: options.seed },
    ...{ training: plan.data(data.train), validation: plan.data(data.validation) },
    label: `poisoning ${learner.name}`,
  });
  const store = await runPlan(plan, blocks, { workers, quiet });
  const { draft, ...effort } = await writePoints(store, blocks, out, data.train);
  const judged =
    judging &&
    data.test &&
    (await judge({ path: draft.path, data, test: data.test, judging, counts, options, workers }));

  // Not before all is done: a run that is ended can be started again.
  await draft.keep();

  const fractions = budgets.map((budget) => budget.points / (budget.points + own));
  if (options.json) {
    printJson({
      readings: data.readings,
      ...{ learner: learner.name, options: chosen, attack: options.attack, seed: options.seed },
      ...{ points: counts, fractions, ...effort, out },
      ...(warnings.length > 0 && { warnings }),
      ...(judged && {
        judged: {
          ...{ learner: judging.learner.name, options: judging.options, cleanError: judged.cleanError },
          budgets: judged.budgets.map((each, i) => ({ points: counts[i], fraction: fractions[i], ...each })),
        },
      }),
    });
    return;
  }
  const loss = effort.losses[effort.losses.length - 1];
  const lines = (judged?.budgets ?? []).map(
    ({ error }, i) =>
      `${counts[i]} points, ${(100 * fractions[i]).toFixed(1)} % of the data: error ${describeRate(error)}\n`,
  );
  const clean = judged ? `${judging!.learner.name} without them: error ${describeRate(judged.cleanError)}\n` : "";
  print(
    `${clean}${lines.join("")}written: ${out} (${options.attack} on ${learner.name}; validation loss after the ` +
      `last point ${Number(loss.toPrecision(4))}; ${effort.fits} fits, ${effort.gradients} gradients)\n`,
  );
}

/** All options of a learner: those of a preset, then single ones. */
function choose(learner: AnyLearner, preset: string | undefined, settings: Settings = {}): Record<string, unknown> {
  return parseOptions(learner, { ...(preset === undefined ? {} : presetOptions(learner.name, preset)), ...settings });
}

interface Target {
  readonly learner: AnyLearner;
  readonly options: Settings;
}

/** Who judges; undefined where nothing is to be judged. */
function choiceOfTarget(surrogate: AnyLearner, own: Settings, options: PoisonOptions): Target | undefined {
  const { judge: name, judgePreset, judgeSet, targetTrain, test, retune } = options;
  if (test === undefined) {
    const asked = {
      "--judge": name,
      "--judge-set": judgeSet,
      "--judge-preset": judgePreset,
      "--target-train": targetTrain,
      "--retune": retune,
    };
    const [option] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
    if (option === undefined) return undefined;
    throw new InputError("missing", "option --test", {
      expected: `labelled data to count errors on, because ${option} is given`,
      got: "none",
      remedy: "name it with --test",
    });
  }
  const learner = name === undefined ? surrogate : learnerByName(name);
  const isOwn = learner === surrogate && judgePreset === undefined && judgeSet === undefined;
  return { learner, options: isOwn ? own : choose(learner, judgePreset, judgeSet) };
}

interface Loaded {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test?: Dataset;
  readonly targetTrain?: Dataset;
  readonly readings: Readonly<Record<string, DataReading>>;
}

/** Reads the data; classes are numbered and features bounded as in the training data. */
async function loadAll(options: PoisonOptions): Promise<Loaded> {
  const file = required(options.train, "option --train", "what the learner is trained on");
  const first = await readData(file, options);
  const train = withScaling(first.dataset, options.scaling);
  const readings: Record<string, DataReading> = { train: first.reading };
  const read = async (flag: string, spec: string) => {
    const loaded = await readData(spec, options);
    readings[flag] = loaded.reading;
    const dataset = asIn(first, loaded, `--${flag}`);
    return withScaling({ ...withClasses(dataset, train.classNames), domain: train.domain }, options.scaling);
  };
  const validation = await read(
    "validation",
    required(options.validation, "option --validation", "data whose loss is to rise"),
  );
  const test = options.test === undefined ? undefined : await read("test", options.test);
  const own = options.targetTrain === undefined ? undefined : await read("target-train", options.targetTrain);
  return { train, validation, readings, ...(test && { test }), ...(own && { targetTrain: own }) };
}

/** What of the data is among what is learned from. @throws InputError where that is not allowed. */
function checkOverlap({ train, validation, test, targetTrain }: Loaded, allowed: boolean): string[] {
  const pairs = [
    ["validation", validation, "the training data", train],
    ["test", test, "the training data", train],
    ["test", test, "the validation data", validation],
    ["test", test, "the target's training data", targetTrain],
  ] as const;
  return pairs.flatMap(([name, data, otherName, other]) => {
    const shared = data && other ? sharedRows(data, other) : 0;
    if (shared === 0) return [];
    if (allowed) return [`${shared} of ${rowCount(data!)} ${name} rows are among ${otherName}`];
    throw new InputError("invalid", `${name} data`, {
      expected: `rows that are not among ${otherName}`,
      got: `${shared} of ${rowCount(data!)} that are`,
      remedy: "give other rows, or say --allow-overlap",
    });
  });
}

/** Budgets in ascending order. */
function budgetsOf({ points, fraction }: PoisonOptions, rows: number): { readonly points: number }[] {
  if ((points === undefined) === (fraction === undefined)) {
    throw new InputError(points ? "invalid" : "missing", "option --points or --fraction", {
      expected: "one of the two",
      got: points ? "both" : "none",
      remedy: "for instance --fraction 0.05",
    });
  }
  const counts = points ?? fraction!.map((share) => poisonCount(rows, share));
  return [...new Set(counts)].sort((a, b) => a - b).map((count) => ({ points: count }));
}

/** Writes the points of all blocks to the file; says what they took. */
async function writePoints(
  store: Store,
  refs: readonly Ref<Block>[],
  out: string,
  { classNames }: Dataset,
): Promise<BlockFacts & { readonly draft: Draft }> {
  const blocks = await Promise.all(refs.map((ref) => readRef(store, ref)));
  const sum = (name: "fits" | "gradients" | "evaluations") => blocks.reduce((total, each) => total + each[name], 0);
  const losses = blocks.flatMap((each) => each.losses);
  const draft = await writeDraft(out, poisonBytes(joinBlocks(blocks)!, losses, classNames));
  return { draft, losses, fits: sum("fits"), gradients: sum("gradients"), evaluations: sum("evaluations") };
}

interface JudgeTask {
  /** Where the points are. */
  readonly path: string;
  readonly data: Loaded;
  readonly test: Dataset;
  readonly judging: Target;
  readonly counts: readonly number[];
  readonly options: PoisonOptions;
  readonly workers: number;
}

interface Judged {
  readonly cleanError: Rate;
  readonly budgets: readonly { readonly error: Rate; readonly options?: Settings }[];
}

/** Trains the target with the points as they stand in the file, at each budget and without any. */
async function judge({ path, data, test, judging, counts, options, workers }: JudgeTask): Promise<Judged> {
  const plan = startPlan();
  const own = data.targetTrain ?? data.train;
  const points = await readPoison(path, data.train.classNames);
  const block = plan.source(blockCodec, { points, losses: [], fits: 0, gradients: 0, evaluations: 0 });
  const retune = options.retune === true;
  const parts = { training: plan.data(own), test: plan.data(test) };
  const verdict = (blocks: readonly Ref<Block>[], at: readonly number[], label: string) =>
    plan.add(
      poisonJudge,
      {
        ...{ learner: judging.learner.name, options: judging.options, counts: at, seed: options.seed, label: "judge" },
        ...{ retune, ...(options.allowOverlap && { overlap: true }) },
      },
      { ...parts, blocks },
      label,
    );
  const clean = verdict([], [0], `training ${judging.learner.name}`);
  // One task for each budget, so that several can be at work.
  const poisoned = counts.map((count) => verdict([block], [count], `${judging.learner.name} with ${count} points`));
  const store = await runPlan(plan, [clean, ...poisoned], { workers, quiet: options.quiet === true });
  const read = async (ref: typeof clean) => {
    const [{ labels, options: chosen }] = await readRef(store, ref);
    return { error: errorRate(labels, test.labels), ...(retune && { options: chosen }) };
  };
  return { cleanError: (await read(clean)).error, budgets: await Promise.all(poisoned.map(read)) };
}

function parsePoints(text: string): number[] {
  return text.split(",").map((each) => parsePositive("--points", each));
}

function parseFractions(text: string): number[] {
  const values = text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if (values.every((value) => value > 0 && value < 1)) return values;
  throw invalid("--fraction", "numbers above 0 and below 1", text, "for instance --fraction 0.05");
}

function required<T>(value: T | undefined, what: string, expected: string): T {
  if (value !== undefined) return value;
  throw new InputError("missing", what, { expected, got: "none", remedy: "see carom poison --help" });
}
