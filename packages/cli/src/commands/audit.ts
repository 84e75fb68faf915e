// carom audit: how much of a model falls to attacks crafted on surrogates, and why.

import { join } from "node:path";
import {
  type AuditParts,
  type AuditQuestion,
  type Dataset,
  datasetArtifact,
  featureCount,
  InputError,
  type Json,
  learnerByName,
  learners,
  modelArtifact,
  type Norm,
  norms,
  openModel,
  type PlanBuilder,
  parseOptions,
  planAudit,
  readAudit,
  rowCount,
  type SurrogateChoice,
  splitHalves,
  startPlan,
  stratifiedSplit,
  stream,
  subsample,
  takeRows,
} from "@carom/core";
import { Command } from "commander";
import { alignClasses } from "../host/classes.ts";
import { loadDataset } from "../host/data.ts";
import { loadDigits } from "../host/digits.ts";
import { loadModel } from "../host/modelFile.ts";
import { RUNS, requireFree, runFolder, writeFolder } from "../host/output.ts";
import { defaultWorkers } from "../host/pool.ts";
import { runPlan } from "../host/runPlan.ts";
import { nodeRuntime } from "../host/runtime.ts";
import { withShape } from "../host/shape.ts";
import { normNamed } from "../host/threat.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  parseEpsilons,
  parseFraction,
  parseWorkers,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { outputWidth, wrap } from "../ui/wrap.ts";

interface AuditOptions extends CommonOptions, DataFileOptions {
  readonly target?: string;
  readonly data?: string;
  readonly train?: string;
  readonly norm: string;
  readonly epsilon?: number[];
  readonly surrogateFraction: number;
  readonly workers?: number;
  readonly out?: string;
}

/** `carom audit`: the main job. */
export function auditCommand(): Command {
  const command = new Command("audit")
    .description("train surrogates, attack them, judge the attacks on a target, explain, report")
    .option("--target <file>", "the ONNX classifier to audit; without it, a demonstration on digits")
    .option("--data <file>", "labelled data like the target's; attacked")
    .option("--train <file>", "labelled data that the surrogates learn from; half of --data where absent")
    .option("--norm <name>", `how perturbations are measured: ${Object.keys(norms).join(", ")}`, "l2")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option("--surrogate-fraction <share>", "train surrogates on this share of their rows", parseFraction, 1)
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(command)),
    "carom audit",
    "carom audit --target model.onnx --data test.npz --epsilon 0.5,1,2",
  );
}

/** What is audited, as parts of a plan, and what the report says of them. */
interface Subject {
  readonly parts: AuditParts;
  readonly asked: AuditQuestion["asked"];
  /** The attacked points; budgets are measured by them. */
  readonly attacked: Dataset;
}

async function run(options: AuditOptions): Promise<void> {
  const started = new Date();
  const norm = normNamed(options.norm).name;
  await requireFree(options.out ?? join(RUNS, "audit"));
  const plan = startPlan();
  const { parts, asked, attacked } =
    options.target === undefined ? await demonstration(plan, options) : await ownModel(plan, options.target, options);
  const epsilons = options.epsilon ?? defaultEpsilons(attacked, norm);
  const surrogates = Object.values(learners)
    .filter(({ capabilities }) => capabilities.differentiable && (!capabilities.images || isImage(attacked)))
    .flatMap(({ name }): SurrogateChoice[] => [
      { learner: name, complexity: "high" },
      { learner: name, complexity: "low" },
    ]);
  const defaults = [
    ...asked.defaults,
    ...(options.epsilon ? [] : [`budgets ${epsilons.join(", ")}: 0.5, 1, 2 and 5 times ${budgetUnits[norm].words}`]),
    ...(options.box ? [] : [`box [${asked.box.join(", ")}]: declared by the data, or its range`]),
    `surrogates: every differentiable learner${isImage(attacked) ? "" : " for rows that are no images"}, of low and of high complexity`,
  ];
  const question: AuditQuestion = {
    seed: options.seed,
    norm,
    epsilons,
    surrogates,
    asked: { ...asked, defaults },
  };
  const keys = planAudit(plan, question, parts);
  const store = await runPlan(plan, keys.wanted, {
    workers: options.workers ?? defaultWorkers(),
    quiet: options.quiet === true,
  });
  const output = await readAudit(store, keys, question, parts);
  const folder = options.out ?? runFolder("audit", output.result.asked, started);
  // What draws and lays out takes a while to load, and is wanted only now.
  const { auditFiles } = await import("../report/auditFiles.ts");
  await writeFolder(folder, auditFiles(output, { started, seconds: (Date.now() - started.getTime()) / 1000 }));
  if (options.json) {
    printJson({ folder, ...output.result });
    return;
  }
  const { answer } = output.result;
  const warnings = asked.warnings.map((warning) => `Warning: ${warning}`);
  process.stdout.write(
    `${wrap([...warnings, ...answer].join("\n\n"), outputWidth())}\n\nReport: ${join(folder, "report.html")}\n`,
  );
}

/** The demonstration: the digits 8 and 9 in three parts, for the target, for the surrogates, to attack. */
async function demonstration(plan: PlanBuilder, options: AuditOptions): Promise<Subject> {
  for (const name of ["data", "train", "label", "box", "columns", "drop", "missing"] as const) {
    if (options[name] !== undefined) throw missingTarget(`--${name}`);
  }
  const { dataset, contentHash } = await loadDigits();
  const parts = stratifiedSplit(dataset, [0.36, 0.36, 0.28], stream(options.seed, "audit", "split"));
  const [forTarget, training, attacked] = parts.map((rows) => takeRows(dataset, rows));
  const kept = fractionOf(training, options);
  const give = (part: string, data: Dataset) => ({ data: givePart(plan, part, data, contentHash, options) });
  const learner = learnerByName("mlp");
  return {
    attacked,
    parts: {
      target: {
        learner: learner.name,
        options: parseOptions(learner, {}) as Readonly<Record<string, Json>>,
        training: give("target", forTarget),
        rows: rowCount(forTarget),
        label: "target",
      },
      targetLearner: learner.name,
      training: give("training", kept),
      trainingRows: rowCount(kept),
      attacked: give("attacked", attacked),
      points: rowCount(attacked),
      features: featureCount(attacked),
    },
    asked: {
      dataHash: contentHash,
      targetHash: "trained here",
      targetRows: rowCount(forTarget),
      box: [0, 1],
      attackerKnows: attackerKnows(`${rowCount(kept)} rows that the target never saw, with true labels`),
      defaults: [
        "data: 1,922 handwritten digits 8 and 9 of MNIST, split in three disjoint parts",
        "target: a multilayer perceptron trained on the spot",
      ],
      warnings: [],
    },
  };
}

/** The user's own model and data. */
async function ownModel(plan: PlanBuilder, path: string, options: AuditOptions): Promise<Subject> {
  if (options.data === undefined) {
    throw new InputError("missing", "option --data", {
      expected: "labelled data like the target's",
      got: "none",
      remedy: "give a file with --data",
    });
  }
  const { model, contentHash: targetHash } = await loadModel(path);
  const opened = await openModel(nodeRuntime(), model);
  const shaped = (data: Dataset) => withShape(alignClasses(data, model, opened), opened.inputShape, path);
  const loaded = await loadDataset(options.data, options);
  const data = shaped(loaded.dataset);
  const separate = options.train === undefined ? undefined : await loadDataset(options.train, options);
  const [trainingRows, attackedRows] = splitHalves(data, stream(options.seed, "audit", "split"));
  const training = fractionOf(separate ? shaped(separate.dataset) : takeRows(data, trainingRows), options);
  const attacked = separate ? data : takeRows(data, attackedRows);
  await opened.close();
  const dataHash = separate ? `${loaded.contentHash} and ${separate.contentHash}` : loaded.contentHash;
  const identity = `${dataHash} for ${targetHash}`;
  return {
    attacked,
    parts: {
      target: { key: plan.source({ model: targetHash }, modelArtifact(model, {})) },
      training: { data: givePart(plan, "training", training, identity, options) },
      trainingRows: rowCount(training),
      attacked: { data: givePart(plan, "attacked", attacked, identity, options) },
      points: rowCount(attacked),
      features: featureCount(attacked),
    },
    asked: {
      dataHash,
      targetHash,
      box: boxOf(attacked),
      attackerKnows: attackerKnows(`${rowCount(training)} rows like the target's data, with true labels`),
      defaults: separate
        ? []
        : ["a stratified half of --data, equal rows kept together, trains the surrogates; the other half is attacked"],
      warnings: [
        "If rows of this data were used to train the target, its clean error and its errors under attack are too low.",
      ],
    },
  };
}

/** Gives a part of the data to the plan, under all that decides which rows and values are in it. */
function givePart(plan: PlanBuilder, part: string, data: Dataset, identity: string, options: AuditOptions): string {
  const { seed, label, box, columns, drop, missing, surrogateFraction } = options;
  const read = { label, box, columns, drop, missing };
  return plan.source(
    { data: identity, part, seed, read, surrogateFraction, rows: rowCount(data) },
    datasetArtifact(data),
  );
}

function attackerKnows(training: string): string[] {
  return [
    `training data: ${training}`,
    "features: the same representation as the target's",
    "learner: not known; surrogates of several kinds stand in for it",
    "parameters: not known, and the target is never asked; only the white-box reference uses them",
  ];
}

/** Whether rows have a height and a width, as convolutional networks need. */
function isImage({ featureShape }: Dataset): boolean {
  return featureShape.length >= 2;
}

function boxOf({ domain }: Dataset): readonly [number, number] {
  return [domain.lower.reduce((a, b) => Math.min(a, b)), domain.upper.reduce((a, b) => Math.max(a, b))];
}

/** What budgets are measured by where none is given: 1 in L2, 5 in L1 and 1/28 in Linf on 28 x 28 pixels in [0, 1]. */
const budgetUnits: Readonly<Record<Norm["name"], { readonly words: string; of(range: number, d: number): number }>> = {
  l1: { words: "5 * range * sqrt(features) / 28", of: (range, d) => (5 * range * Math.sqrt(d)) / 28 },
  l2: { words: "range * sqrt(features) / 28", of: (range, d) => (range * Math.sqrt(d)) / 28 },
  linf: { words: "range / 28", of: (range) => range / 28 },
};

function defaultEpsilons(data: Dataset, norm: Norm["name"]): number[] {
  const [low, high] = boxOf(data);
  const unit = budgetUnits[norm].of(high - low, featureCount(data));
  return [0.5, 1, 2, 5].map((factor) => Number((factor * unit).toPrecision(6)));
}

function fractionOf(training: Dataset, { surrogateFraction, seed }: AuditOptions): Dataset {
  if (surrogateFraction === 1) return training;
  const rows = Int32Array.from({ length: rowCount(training) }, (_, i) => i);
  return takeRows(training, subsample(rows, training.labels, surrogateFraction, stream(seed, "audit", "fraction")));
}

function missingTarget(option: string): InputError {
  return new InputError("missing", "option --target", {
    expected: `an ONNX model beside ${option}`,
    got: "none",
    remedy: "give a model with --target, or no option at all for the demonstration",
  });
}
