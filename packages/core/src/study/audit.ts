// An audit: how much of a target falls to points crafted on surrogates, at which budget, and why.

import { craftEvasion } from "../attacks/evasion/craft.ts";
import type { AttackResult } from "../attacks/run.ts";
import { type Dataset, denseRows, rowCount } from "../data/dataset.ts";
import { fit } from "../learners/fit.ts";
import { learnerByName } from "../learners/index.ts";
import type { Complexity } from "../learners/learner.ts";
import { argMax, crossEntropy } from "../models/losses.ts";
import type { Model } from "../models/model.ts";
import { type OpenModel, openModel } from "../models/open.ts";
import type { Runtime } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { bootstrap } from "../stats/bootstrap.ts";
import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import type { FloatType, Tensor } from "../tensor.ts";
import type { Norm } from "../threat/norm.ts";
import { gradientAlignments, gradientSizes, predictedIncreases } from "../transfer/gradients.ts";
import { errorRate, type OutcomeRates, outcomeRates } from "../transfer/rates.ts";
import { answerOf } from "./answer.ts";
import { chooseExamples } from "./examples.ts";
import { startProgress } from "./progress.ts";
import type { AuditCell, AuditExample, AuditModel, AuditPair, AuditResult } from "./result.ts";
import { VERSION } from "./version.ts";

/** A surrogate to train: a learner in one complexity. */
export interface SurrogateChoice {
  readonly learner: string;
  readonly complexity: Complexity;
}

export interface AuditInput {
  readonly runtime: Runtime;
  readonly seed: number;
  readonly target: {
    readonly model: Model;
    /** What is known of it, for the report. */
    readonly description?: Pick<AuditModel, "learner" | "complexity" | "options" | "training">;
  };
  readonly surrogates: readonly SurrogateChoice[];
  /** What the attacker has: rows with true labels. */
  readonly training: Dataset;
  /** The points to attack. */
  readonly attacked: Dataset;
  readonly norm: Norm;
  readonly epsilons: readonly number[];
  /** What decides the numbers and only the caller knows: hashes, choices, warnings. */
  readonly asked: Pick<
    AuditResult["asked"],
    "dataHash" | "targetHash" | "targetRows" | "box" | "attackerKnows" | "defaults" | "warnings"
  >;
  /** Told what is being done and which share of the whole is done. */
  onProgress?(activity: string, done: number): void;
}

/** What each point did: one entry per surrogate, target and budget. */
export interface AuditSamples {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
  readonly labels: Int32Array;
  readonly cleanLabels: Int32Array;
  readonly attackedLabels: Int32Array;
  readonly lossBefore: Float64Array;
  readonly lossAfter: Float64Array;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
}

export interface AuditOutput {
  readonly result: AuditResult;
  readonly samples: readonly AuditSamples[];
  readonly examples: readonly AuditExample[];
}

/** The id that the target has in cells and pairs. */
export const TARGET = "target";

/** A model with what was measured of it on the clean points. */
interface Participant {
  readonly id: string;
  readonly model: Model;
  readonly opened: OpenModel;
  readonly description: Partial<AuditModel>;
  readonly labels: Int32Array;
  readonly losses: Float64Array;
  /** Gradients of the cross-entropy; undefined without gradients. */
  readonly gradients: Tensor<FloatType> | undefined;
}

/** Trains surrogates, crafts on each and on the target itself, judges all on all, and explains. */
export async function audit(input: AuditInput): Promise<AuditOutput> {
  const { attacked, runtime } = input;
  const x = denseRows(attacked);
  const learnersOf = input.surrogates.map(({ learner }) => learnerByName(learner));
  const progress = startProgress(
    [...learnersOf.map(() => 1), ...learnersOf.map(({ capabilities }) => (capabilities.affine ? 2 : 6)), 6],
    input.onProgress,
  );

  const participants = [
    await participate(runtime, TARGET, input.target.model, input.target.description ?? {}, x, attacked),
  ];
  for (const [i, { learner, complexity }] of input.surrogates.entries()) {
    const id = `${learner}_${complexity === "high" ? "H" : "L"}`;
    const report = progress.next(`training ${id}`);
    const fitted = await fit(learnersOf[i], input.training, {
      runtime,
      seed: input.seed,
      label: id,
      options: learnersOf[i].complexities[complexity],
      onProgress: report,
    });
    report(1);
    const { options, training } = fitted;
    participants.push(
      await participate(runtime, id, fitted.model, { learner, complexity, options, training }, x, attacked),
    );
  }

  const cells: AuditCell[] = [];
  const samples: AuditSamples[] = [];
  const crafted: { id: string; results: readonly AttackResult[] }[] = [];
  // Surrogates first, in their order; the target, the white-box reference, last.
  for (const source of [...participants.slice(1), participants[0]]) {
    if (!source.opened.differentiable) continue;
    const report = progress.next(`attacking ${source.id}`);
    const results = await craftEvasion({
      model: source.model,
      opened: source.opened.differentiable,
      x,
      labels: attacked.labels,
      threat: { norm: input.norm, domain: attacked.domain },
      epsilons: input.epsilons,
      pool: input.training,
      seed: input.seed,
      onProgress: report,
    });
    report(1);
    crafted.push({ id: source.id, results });
    for (const [i, epsilon] of input.epsilons.entries()) {
      const onSource = argMax(await source.opened.scores(results[i].points));
      for (const judged of participants) {
        const { cell, sample } = await judge(source.id, onSource, results[i], judged, epsilon, x, attacked.labels);
        cells.push(cell);
        samples.push(sample);
      }
    }
  }
  const models = participants.map((participant) => summarise(participant, attacked, input));
  const pairs = alignments(participants, input.seed);
  const withRatios = cells.map((cell) => withRatio(cell, cells));
  for (const { opened } of participants) await opened.close();
  const { dataHash, targetHash, box, attackerKnows, defaults, warnings, targetRows } = input.asked;
  const result: AuditResult = {
    carom: VERSION,
    seed: input.seed,
    asked: {
      dataHash,
      targetHash,
      classNames: attacked.classNames,
      featureShape: attacked.featureShape,
      norm: input.norm.name,
      epsilons: input.epsilons,
      box,
      points: rowCount(attacked),
      surrogateRows: rowCount(input.training),
      ...(targetRows !== undefined && { targetRows }),
      attackerKnows,
      defaults,
      warnings,
    },
    models,
    cells: withRatios,
    pairs,
    answer: answerOf(models, withRatios, pairs, input.norm, input.epsilons),
  };
  return { result, samples, examples: chooseExamples(crafted, samples, attacked, input.epsilons) };
}

async function participate(
  runtime: Runtime,
  id: string,
  model: Model,
  description: Partial<AuditModel>,
  x: Tensor<FloatType>,
  { labels }: Dataset,
): Promise<Participant> {
  const opened = await openModel(runtime, model);
  const looked = await opened.differentiable?.inputGradient("crossEntropy", x, labels);
  const scores = looked?.scores ?? (await opened.scores(x));
  return {
    id,
    model,
    opened,
    description,
    labels: argMax(scores),
    losses: crossEntropy(scores, labels, model.probabilities),
    gradients: looked?.gradient,
  };
}

async function judge(
  surrogate: string,
  onSurrogate: Int32Array,
  attack: AttackResult,
  judged: Participant,
  epsilon: number,
  x: Tensor<FloatType>,
  labels: Int32Array,
): Promise<{ cell: AuditCell; sample: AuditSamples }> {
  const scores = await judged.opened.scores(attack.points);
  const attackedLabels = argMax(scores);
  const lossAfter = crossEntropy(scores, labels, judged.opened.probabilities);
  const { success, ...rates }: OutcomeRates = outcomeRates({
    labels,
    clean: judged.labels,
    attacked: attackedLabels,
    surrogate: onSurrogate,
  });
  const predicted = judged.gradients && mean(predictedIncreases(x, attack.points, judged.gradients));
  const cell: AuditCell = {
    surrogate,
    target: judged.id,
    epsilon,
    errorUnderAttack: rates.errorUnderAttack,
    ...(success && { success }),
    netIncrease: rates.netIncrease,
    sameWrongClass: rates.sameWrongClass,
    otherWrongClass: rates.otherWrongClass,
    lossIncrease: mean(lossAfter)! - mean(judged.losses)!,
    ...(predicted !== undefined && { predictedIncrease: predicted }),
  };
  const sample = {
    surrogate,
    target: judged.id,
    epsilon,
    labels,
    cleanLabels: judged.labels,
    attackedLabels,
    lossBefore: judged.losses,
    lossAfter,
    size: attack.size,
  };
  return { cell, sample };
}

function summarise(participant: Participant, { labels }: Dataset, { norm, seed }: AuditInput): AuditModel {
  const { id, gradients, opened, description } = participant;
  const size = gradients && meanInterval(gradientSizes(gradients, norm), seed, "size", id);
  return {
    id,
    role: id === TARGET ? "target" : "surrogate",
    ...description,
    cleanError: errorRate(participant.labels, labels),
    cleanLoss: mean(participant.losses)!,
    ...(size && { gradientSize: size }),
    ...(opened.notDifferentiable !== undefined && { noGradients: opened.notDifferentiable }),
  };
}

/** R of every surrogate with every other model; of the target with none, since nothing is crafted blindly on it. */
function alignments(participants: readonly Participant[], seed: number): AuditPair[] {
  return participants.flatMap((surrogate) =>
    participants.flatMap((target) => {
      if (surrogate === target || surrogate.id === TARGET || !surrogate.gradients || !target.gradients) return [];
      const values = gradientAlignments(surrogate.gradients, target.gradients).filter((value) => !Number.isNaN(value));
      const alignment = meanInterval(values, seed, "alignment", surrogate.id, target.id);
      return alignment ? [{ surrogate: surrogate.id, target: target.id, alignment }] : [];
    }),
  );
}

/** The mean over points with its bootstrap interval. */
function meanInterval(values: Float64Array, seed: number, ...label: readonly string[]): Interval | undefined {
  if (values.length === 0) return undefined;
  const meanOf = (points: Int32Array) => {
    let sum = 0;
    for (const i of points) sum += values[i];
    return sum / points.length;
  };
  return bootstrap(values.length, meanOf, { random: stream(seed, ...label), resamples: 1000, method: "percentile" });
}

/** The cell with its error divided by the white-box error of the model it is judged on. */
function withRatio(cell: AuditCell, cells: readonly AuditCell[]): AuditCell {
  const { target, epsilon, errorUnderAttack } = cell;
  const white = cells.find((each) => each.surrogate === target && each.target === target && each.epsilon === epsilon);
  if (!white || white.errorUnderAttack.count === 0) return cell;
  return { ...cell, ratio: errorUnderAttack.estimate / white.errorUnderAttack.estimate };
}
