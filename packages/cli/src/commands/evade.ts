// carom evade: points that a model gets wrong, written to a file and judged after being read back.

import {
  buildEvasion,
  type ChunksTask,
  type CraftedChunks,
  craftInChunks,
  type Dataset,
  evasionAttacks,
  evasionByName,
  featureCount,
  InputError,
  norms,
  npzPieces,
  openModel,
  rowCount,
  type Tensor,
  type ThreatModel,
  takeRows,
  unknownName,
} from "@carom/core";
import { Command } from "commander";
import { alignClasses } from "../host/classes.ts";
import { loadDataset } from "../host/data.ts";
import { judgeSaved } from "../host/judgeSaved.ts";
import { loadModel } from "../host/modelFile.ts";
import { requireFree, writeWhole } from "../host/output.ts";
import { nodeRuntime } from "../host/runtime.ts";
import { withShape } from "../host/shape.ts";
import { type ThreatOptions, threatOf, withThreatOptions } from "../host/threat.ts";
import { attackTable } from "../ui/attackTable.ts";
import { listing } from "../ui/listing.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  parseEpsilons,
  parseShare,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { startProgress } from "../ui/progress.ts";
import { describeRate } from "../ui/rate.ts";
import { collectSettings } from "../ui/settings.ts";

interface EvadeOptions extends CommonOptions, DataFileOptions, ThreatOptions {
  readonly model?: string;
  readonly data?: string;
  readonly epsilon?: number[];
  readonly out?: string;
  readonly attack?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly class?: string;
  readonly targetClass?: string;
  readonly falseAlarms?: number;
  readonly list?: boolean;
}

/** `carom evade --model M --data F --norm l2 --epsilon 0.5,1,2 --out adv.npz`. */
export function evadeCommand(): Command {
  const command = new Command("evade")
    .description("craft points that a model gets wrong, within a budget")
    .option("--model <file>", "the ONNX classifier to attack")
    .option("--data <file>", "labelled data; every row is attacked")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option("--out <file>", "the .npz file to write: x, y, epsilon, and index, the row of --data")
    .option("--attack <name>", `${Object.keys(evasionAttacks).join(", ")}; where absent, the strongest that fits`)
    .option("--set <name=value>", "an option of the attack, such as steps=100; may be repeated", collectSettings)
    .option("--class <name>", "attack rows of this class only")
    .option("--target-class <name>", "the class that rows of others should end in; any wrong one where absent")
    .option("--false-alarms <share>", "with --class: also judge at this rate of other rows taken for it", parseShare)
    .option("--list", "the attacks with their options and defaults")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withThreatOptions(command))),
    "carom evade --model mlp.onnx --data digits --epsilon 0.5,1,2 --out adv.npz",
    "carom evade --model m.onnx --data apps.npz --norm l1 --add-only --class 1 \\",
    "    --epsilon 5,10,30 --false-alarms 0.005 --out adv.npz",
  );
}

async function run(options: EvadeOptions): Promise<void> {
  if (options.list) {
    if (options.json) printJson(attackTable());
    else process.stdout.write(listing(attackTable()));
    return;
  }
  const path = required(options.model, "--model", "an ONNX classifier");
  const file = required(options.data, "--data", "labelled data to attack");
  const epsilons = required(options.epsilon, "--epsilon", "budgets, such as 0.5,1,2");
  const out = required(options.out, "--out", "a .npz file to write");
  if (!/\.npz$/i.test(out)) throw wrongEnding(out);
  await requireFree(out);
  const { model, contentHash: modelHash } = await loadModel(path);
  const { dataset, contentHash: dataHash } = await loadDataset(file, options);
  const opened = await openModel(nodeRuntime(), model);
  const aligned = withShape(alignClasses(dataset, model, opened), opened.inputShape, path);
  const threat = await threatOf(aligned, options);
  const all: Dataset = { ...aligned, domain: threat.domain };
  const named = (name: string) => {
    const k = all.classNames.indexOf(name);
    return k >= 0 ? k : unknownName("class", name, all.classNames);
  };
  const target = options.targetClass === undefined ? undefined : named(options.targetClass);
  const positive = options.class === undefined ? undefined : named(options.class);
  if (options.falseAlarms !== undefined && positive === undefined) throw missingClass();
  const chosen = Int32Array.from(all.labels.keys()).filter(
    (i) => all.labels[i] !== target && (positive === undefined || all.labels[i] === positive),
  );
  if (chosen.length === 0) throw noRows(options);
  const attacked = chosen.length === rowCount(all) ? all : takeRows(all, chosen);
  requireHoldable(epsilons.length * rowCount(attacked) * featureCount(attacked));

  const entry = chooseAttack(options, threat);
  const attack = entry && buildEvasion(entry, options.set ?? {}, threat);
  if (!opened.differentiable && entry?.capabilities.gradients !== false) throw noGradients(opened.notDifferentiable!);
  const improves = entry?.capabilities.improves !== false;
  // Starts of another class mean nothing to an attack that counts changes from the point itself.
  const isDiscrete = entry?.capabilities.discrete === true || "start" in all.features;
  const task = {
    model,
    opened: opened.differentiable ?? {
      ...opened,
      inputGradient: () => Promise.reject(new Error("internal: gradient")),
    },
    data: attacked,
    threat,
    epsilons,
    seed: options.seed,
    ...(attack && { attack }),
    ...(!improves && { fromOrigin: true }),
    ...(improves && !isDiscrete && { pool: all }),
    ...(target !== undefined && { target }),
  };
  const queries = await craftTo(out, task, chosen, dataset.featureShape, options.quiet === true);
  const judged = await judgeSaved(out, opened, attacked, threat.norm, epsilons, {
    ...(target !== undefined && { target }),
    ...(options.falseAlarms !== undefined && {
      detection: { positive: positive!, others: all, falseAlarmRate: options.falseAlarms },
    }),
  });
  await opened.close();
  const name = entry?.name ?? "line-search";
  if (options.json) {
    const { norm, changeable, direction, grid } = threat;
    const changes = { changeable: changeable?.reduce((sum, flag) => sum + flag, 0), direction, grid };
    printJson({
      modelHash,
      dataHash,
      attack: name,
      norm: norm.name,
      ...changes,
      seed: options.seed,
      queries,
      out,
      ...judged,
    });
    return;
  }
  const lines = judged.budgets.map(({ epsilon, errorUnderAttack, onTarget, evasion, largest }) => {
    const more = [
      onTarget && `, ${describeRate(onTarget)} in class ${options.targetClass}`,
      evasion && `; ${describeRate(evasion)} evade detection`,
    ];
    const size = `; largest ${threat.norm.label} change ${Number(largest.toPrecision(6))}`;
    return `epsilon ${epsilon}: error ${describeRate(errorUnderAttack)}${more.filter(Boolean).join("")}${size}\n`;
  });
  process.stdout.write(`clean: error ${describeRate(judged.cleanError)}\n${lines.join("")}written: ${out} (${name})\n`);
}

/** Crafts and writes; what was crafted is let go of before the file is read back. */
async function craftTo(
  out: string,
  task: ChunksTask,
  chosen: Int32Array,
  featureShape: readonly number[],
  quiet: boolean,
): Promise<CraftedChunks["queries"]> {
  const progress = startProgress(quiet);
  const onProgress = (done: number) => progress.update("crafting", done);
  const { points, queries } = await craftInChunks({ ...task, onProgress }).finally(() => progress.end());
  await writeWhole(out, npzPieces(arraysOf(points, task.data, chosen, task.epsilons, featureShape)));
  return queries;
}

/** Where no attack is named: flips of binary features within an L1 budget; else craft's own choice, the line search. */
function chooseAttack(options: EvadeOptions, { norm, domain }: Omit<ThreatModel, "epsilon">) {
  if (options.attack !== undefined) return evasionByName(options.attack);
  if (norm === norms.l1 && domain.kinds?.every((kind) => kind === "binary")) return evasionByName("flips");
  return options.set ? evasionByName("line-search") : undefined;
}

/** What is written: k N rows, budget after budget, labelled as in the data file. */
function arraysOf(
  points: Float32Array,
  { labels, classNames }: Dataset,
  chosen: Int32Array,
  epsilons: readonly number[],
  featureShape: readonly number[],
): Record<string, Tensor> {
  const n = labels.length;
  const rows = epsilons.length * n;
  const values = classNames.map(Number);
  const isInteger = values.every(Number.isInteger);
  return {
    x: { type: "float32", shape: [rows, ...featureShape], data: points },
    y: {
      type: "int32",
      shape: [rows],
      data: Int32Array.from({ length: rows }, (_, i) => (isInteger ? values[labels[i % n]] : labels[i % n])),
    },
    epsilon: {
      type: "float64",
      shape: [rows],
      data: Float64Array.from({ length: rows }, (_, i) => epsilons[Math.floor(i / n)]),
    },
    index: { type: "int32", shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => chosen[i % n]) },
  };
}

/** Numbers that a run may hold at once: 2 GB of float32. */
const MOST = 2 ** 29;

function requireHoldable(numbers: number): void {
  if (numbers <= MOST) return;
  throw new InputError("unsupported", "size of the output", {
    expected: `up to ${MOST} numbers (budgets times rows times features)`,
    got: `${numbers}`,
    remedy: "give fewer rows or budgets at a time",
  });
}

function required<T>(value: T | undefined, option: string, expected: string): T {
  if (value !== undefined) return value;
  throw new InputError("missing", `option ${option}`, { expected, got: "none", remedy: "see carom evade --help" });
}

function wrongEnding(out: string): InputError {
  return new InputError("invalid", "option --out", {
    expected: "a file name that ends in .npz",
    got: `"${out}"`,
    remedy: "for instance --out adv.npz",
  });
}

function noGradients(reason: string): InputError {
  return new InputError("unsupported", "model to attack", {
    expected: "one whose operators can all be differentiated",
    got: `another: ${reason.replace(/[.;]\s.*$/s, "")}`,
    remedy: "train a surrogate with carom fit and attack that",
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
