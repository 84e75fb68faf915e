// An audit: how much of a target falls to points crafted on surrogates, at which budget, and why.

import type { Attacker } from "../../attacks/attacker.ts";
import { type Dataset, rowCount } from "../../data/dataset.ts";
import { sharedInterval } from "../../data/domain.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { Model } from "../../models/model.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Service } from "../../models/service.ts";
import { parseOptions } from "../../registry.ts";
import type { Norm } from "../../threat/norm.ts";
import { execute, type Progress } from "../engine/execute.ts";
import { type PlanBuilder, startPlan } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore, readPart, readRef, type Store } from "../engine/store.ts";
import { type Matrix, type Participant, planFit, planMatrix, type TrainedModel } from "../evasion/matrix.ts";
import { readTransfer } from "../evasion/readTransfer.ts";
import { findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { ofAttacker } from "../measured.ts";
import { levelName } from "../names.ts";
import { meanCells, meanModels } from "../repetitionMeans.ts";
import type { AlignmentEstimate, AuditExample, AuditResult } from "../result.ts";
import { type BudgetUnits, normIn } from "../tasks/craft.ts";
import { estimateAlignment } from "../tasks/estimateAlignment.ts";
import type { CleanEvaluation } from "../tasks/evaluateClean.ts";
import { modelCodec, type StoredModel } from "../tasks/fit.ts";
import { type ServiceIdentity, serviceCodec } from "../tasks/queryTarget.ts";
import { VERSION } from "../version.ts";
import { type AuditAttacker, ENSEMBLE, furtherOf } from "./attackers.ts";
import { answerOf } from "./auditSummary.ts";
import { chooseExample } from "./exampleImages.ts";
import { shortfallOf } from "./shortfall.ts";
import { standingsOf } from "./standing.ts";
import type { SurrogateChoice } from "./surrogateChoice.ts";

/** What is asked, beside what the data are. */
export interface AuditQuestion {
  readonly seed: number;
  readonly surrogates: readonly SurrogateChoice[];
  /** How each surrogate is attacked by itself; by the strongest attack where absent. */
  readonly attack?: Attacker;
  /** Who attacks beside that (`suitable`); nobody where absent. */
  readonly attackers?: readonly AuditAttacker[];
  readonly norm: Norm["name"];
  /** What budgets are measured in; the features' own units where absent. */
  readonly units?: BudgetUnits;
  readonly epsilons: readonly number[];
  /** What decides the numbers and only the caller knows: hashes, choices, warnings. */
  readonly asked: Pick<
    AuditResult["asked"],
    "dataHash" | "targetHash" | "service" | "targetRows" | "box" | "attackerKnows" | "defaults" | "warnings"
  >;
  /** Alignment with a target that gives scores only is estimated at so many points. */
  readonly estimate?: { readonly points: number };
}

/** The parts of a plan that an audit is about. */
export interface AuditParts {
  readonly target: { readonly model: Ref<StoredModel> } | { readonly service: Ref<ServiceIdentity> } | TrainedModel;
  /** What the attacker has: rows, with true labels or with those that the target gave. */
  readonly training: Part;
  /** The points to attack. */
  readonly attacked: Part;
}

/** What each point did: one entry per surrogate, target and budget. */
export interface AuditSamples {
  readonly surrogate: string;
  /** Who crafted; absent where it is the strongest attack on one surrogate by itself. */
  readonly attacker?: string;
  readonly target: string;
  readonly epsilon: number;
  readonly labels: Int32Array;
  readonly cleanLabels: Int32Array;
  readonly attackedLabels: Int32Array;
  /** Cross-entropy; undefined where the target names classes only. */
  readonly lossBefore: Float64Array | undefined;
  readonly lossAfter: Float64Array | undefined;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
}

/** What an audit found: rates and metrics, what became of each point, and a few points to look at. */
export interface AuditOutput {
  readonly result: AuditResult;
  readonly samples: readonly AuditSamples[];
  readonly examples: readonly AuditExample[];
}

/** What an audit leaves behind. */
export interface AuditMatrix extends Matrix {
  /** The estimate of alignment, where it was asked for. */
  readonly estimate?: Ref<AlignmentEstimate>;
}

/** Directions at each point of an estimate, beside those of the surrogates' gradients. */
const RANDOM_DIRECTIONS = 16;

/** The most rows that an audit asks a service about: clean points, crafted ones, and those of an estimate. */
export function mostQueries(
  points: number,
  {
    surrogates,
    attackers = [],
    epsilons,
    estimate,
  }: {
    surrogates: number;
    attackers?: readonly AuditAttacker[];
    epsilons: number;
    estimate?: AuditQuestion["estimate"];
  },
): number {
  const crafts = surrogates + furtherOf(attackers, TARGET).length;
  const atEstimate = 2 * (surrogates + RANDOM_DIRECTIONS) * Math.min(points, estimate?.points ?? 0);
  return points * (1 + crafts * epsilons) + atEstimate;
}

/** The id that the target has in cells and pairs. */
export const TARGET = "target";

/** Adds the tasks of an audit to a plan: all models craft, and all judge. */
export function planAudit(plan: PlanBuilder, question: AuditQuestion, parts: AuditParts): AuditMatrix {
  const { surrogates, attack: attacker, attackers = [], norm, epsilons, seed, units } = question;
  const { target, training, attacked } = parts;
  const how = { seed, prefix: "" };
  const ids = [TARGET, ...surrogates.map(surrogateId)];
  const about = { id: TARGET, role: "target" as const };
  const asked = (): Participant => {
    // Nothing can be crafted on what gives no gradients, so there is nothing to judge either.
    if ("service" in target) return { ...about, service: target.service };
    if ("model" in target) return { ...about, model: target.model, judges: ids };
    return { ...about, learner: target.learner, model: planFit(plan, TARGET, target, how), judges: ids };
  };
  const others = surrogates.map((choice): Participant => {
    const learner = learnerByName(choice.learner);
    const id = surrogateId(choice);
    const options = parseOptions(learner, learner.complexities[choice.complexity]);
    const model = planFit(plan, id, { learner: choice.learner, options, training, label: id }, how);
    return { id, role: "surrogate", ...choice, model, judges: ids };
  });
  const shared = {
    ...{ norm, units, epsilons, ...how },
    ...(attacker && { attacker }),
    participants: [asked(), ...others],
  };
  const further = furtherOf(attackers, TARGET);
  const matrix = planMatrix(plan, { ...shared, further, attacked, pool: training });
  if (!("service" in target) || !question.estimate) return matrix;
  const estimate = planEstimate(plan, matrix, target.service, question, attacked);
  return { ...matrix, estimate, wanted: [...matrix.wanted, estimate] };
}

/** Adds the estimate of alignment. */
function planEstimate(
  plan: PlanBuilder,
  { crafts, looks }: Matrix,
  service: Ref<ServiceIdentity>,
  { seed, asked, estimate, units }: AuditQuestion,
  attacked: Part,
): Ref<AlignmentEstimate> {
  const [low, high] = units === "ranges" ? [0, 1] : asked.box;
  const parameters = {
    points: Math.min(attacked.rows, estimate!.points),
    random: RANDOM_DIRECTIONS,
    // Long beside the rounding of scores, short beside the budgets of an audit: 1/20 of range sqrt(D) / 28.
    step: ((high - low) * Math.sqrt(attacked.features)) / 560,
    ...(units === "ranges" && { units }),
    seed,
  };
  const surrogates = [...crafts.keys()].map((id) => ({ id, look: looks.get(id)! }));
  return plan.add(estimateAlignment, parameters, { attacked, service, surrogates }, "estimate of alignment");
}

const surrogateId = ({ learner, complexity }: SurrogateChoice) => levelName(learner, complexity);

/** Reads the outcome of an audit whose plan has been executed. */
export async function readAudit(
  store: Store,
  keys: AuditMatrix,
  question: AuditQuestion,
  parts: AuditParts,
): Promise<AuditOutput> {
  const attacked = await readPart(store, parts.attacked);
  const transfer = await readTransfer(store, keys, question.epsilons);
  // Surrogates first, in their order; the target, the white-box reference, last.
  const order = [...keys.crafts.keys()].filter((id) => id !== TARGET);
  if (keys.crafts.has(TARGET)) order.push(TARGET);
  const { epsilons } = question;
  const samples: AuditSamples[] = [];
  const examples: AuditExample[] = [];
  // What is kept is copied, as an artifact's arrays are one block of memory: points and gradients would stay with labels.
  const looks = new Map<string, Pick<CleanEvaluation, "labels" | "losses">>();
  for (const [id, key] of keys.looks) {
    const { labels, losses } = await readRef(store, key);
    looks.set(id, { labels: labels.slice(), losses: losses?.slice() });
  }
  const crafted = [
    ...order.map((surrogate) => ({ ...keys.crafts.get(surrogate)!, surrogate, attacker: undefined })),
    ...keys.further,
  ];
  for (const { surrogate: id, attacker, craft, judge, judged } of crafted) {
    const { budgets } = await readRef(store, craft);
    const { verdicts } = await readRef(store, judge);
    const own: AuditSamples[] = [];
    for (const [i, epsilon] of epsilons.entries()) {
      const size = budgets[i]?.size.slice();
      for (const target of judged) {
        const verdict = verdicts.get(target)?.[i];
        if (!verdict) continue;
        const clean = looks.get(target)!;
        own.push({
          surrogate: id,
          ...(attacker && { attacker: attacker.name }),
          target,
          epsilon,
          labels: attacked.labels,
          cleanLabels: clean.labels,
          attackedLabels: verdict.labels.slice(),
          lossBefore: clean.losses,
          lossAfter: verdict.losses?.slice(),
          size,
        });
      }
    }
    samples.push(...own);
    const shown = new Set(examples.map(({ index }) => index));
    if (budgets.length > 0 && !attacker) examples.push(...chooseExample(id, budgets, own, attacked, epsilons, shown));
  }
  const alone = ofAttacker(transfer);
  const byOrder = [
    ...alone.cells.toSorted((a, b) => order.indexOf(a.surrogate) - order.indexOf(b.surrogate)),
    ...transfer.cells.filter(({ attacker }) => attacker !== undefined),
  ];
  // Nothing is crafted blindly on the target, so it is nobody's surrogate.
  const pairs = transfer.pairs.filter(({ surrogate }) => surrogate !== TARGET);
  const cleanLabels = new Map([...looks].map(([id, look]) => [id, look.labels]));
  const target = cleanLabels.get(TARGET)!;
  cleanLabels.delete(TARGET);
  const shortfall = shortfallOf(attacked.labels, target, cleanLabels);
  const standings = standingsOf(
    TARGET,
    samples.filter((each) => each.target === TARGET),
    epsilons,
  );
  const { classNames, labels } = attacked;
  const onlyClass = labels.every((label) => label === labels[0]) ? classNames[labels[0]] : undefined;
  const { dataHash, targetHash, service, box, attackerKnows, defaults, warnings, targetRows } = question.asked;
  const result: AuditResult = {
    carom: VERSION,
    seed: question.seed,
    asked: {
      dataHash,
      targetHash,
      ...(service && { service }),
      classNames: attacked.classNames,
      featureShape: attacked.featureShape,
      norm: question.norm,
      ...(question.units === "ranges" && { units: question.units }),
      epsilons,
      box,
      ...(!sharedInterval(attacked.domain) && { bounds: "columns" as const }),
      points: rowCount(attacked),
      surrogateRows: parts.training.rows,
      ...(targetRows !== undefined && { targetRows }),
      ...(question.attack && { attack: question.attack }),
      ...(question.attackers && { attackers: question.attackers }),
      attackerKnows,
      defaults,
      warnings: [...warnings, ...leftOutSentences(transfer.models).map((sentence) => `${sentence}.`)],
    },
    models: transfer.models,
    ...(question.attackers?.some(({ how }) => how.ensemble !== undefined) && {
      ensembles: [{ id: ENSEMBLE, name: ENSEMBLE }],
    }),
    cells: byOrder,
    pairs,
    ...findingsOf(meanModels([alone]), meanCells([alone]), [TARGET], new Map(), question),
    ...(keys.estimate && { estimate: await readRef(store, keys.estimate) }),
    ...(shortfall && { shortfall }),
    standings,
    answer: answerOf({
      target: transfer.models.find(({ id }) => id === TARGET)!,
      pairs: pairs.filter((pair) => pair.target === TARGET),
      norm: normIn(attacked.domain, { norm: question.norm, units: question.units }),
      ...{ standings, epsilons },
      ...(onlyClass !== undefined && { onlyClass }),
      ...(shortfall && { shortfall }),
    }),
  };
  return { result, samples, examples };
}

/** What an audit is made of: a target, data to train surrogates on, points to attack, and the question. */
export interface AuditInput extends AuditQuestion {
  readonly runtime: Runtime;
  /** A model, or a service, which is asked and stays open. */
  readonly target: Pick<Model, "bytes"> | Service;
  readonly training: Dataset;
  readonly attacked: Dataset;
  onProgress?(progress: Progress): void;
}

/**
 * Audits a model in this process and keeps nothing: trains surrogates, crafts on each and on the target, judges.
 *
 * @example
 * ```ts
 * import { audit, dataset, fit, learnerByName, runtimeFrom, splitHalves, stream, takeRows, tensor } from "@carom/core";
 * import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const random = stream(0, "points");
 * const labels = Array.from({ length: 80 }, (_, i) => i % 2);
 * const x = labels.flatMap((label) => [random.normal() + 3 * label, random.normal()]);
 * const data = dataset({ features: tensor("float32", [80, 2], x), labels });
 * const [training, attacked] = splitHalves(data, random).map((rows) => takeRows(data, rows));
 * const { model: target } = await fit(learnerByName("svm-rbf"), training, { runtime, seed: 0, label: "target" });
 * const { result } = await audit({
 *   runtime,
 *   target,
 *   training,
 *   attacked,
 *   surrogates: [{ learner: "logistic", complexity: "low" }],
 *   norm: "l2",
 *   epsilons: [0, 3],
 *   seed: 0,
 *   asked: { dataHash: "", targetHash: "", box: [-4, 8], attackerKnows: [], defaults: [], warnings: [] },
 * });
 * const errors = result.cells.filter(({ target }) => target === "target").map((cell) => cell.errorUnderAttack.estimate);
 * console.log(errors[0] < 0.2, errors[1] > 0.8); // true true
 * ```
 */
export async function audit(input: AuditInput): Promise<AuditOutput> {
  const plan = startPlan();
  const service = "scores" in input.target ? input.target : undefined;
  const parts: AuditParts = {
    target:
      "scores" in input.target
        ? { service: plan.source(serviceCodec, { service: "in this process" }) }
        : { model: plan.source(modelCodec, { bytes: input.target.bytes }) },
    training: plan.data(input.training),
    attacked: plan.data(input.attacked),
  };
  const keys = planAudit(plan, input, parts);
  const store = memoryStore();
  await execute(plan, keys.wanted, store, inProcess(store, input.runtime, service), (progress) =>
    input.onProgress?.(progress),
  );
  return readAudit(store, keys, input, parts);
}
