// An audit: how much of a target falls to points crafted on surrogates, at which budget, and why.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { sharedInterval } from "../data/domain.ts";
import { learnerByName, parseOptions } from "../learners/index.ts";
import type { Complexity } from "../learners/learner.ts";
import type { Model } from "../models/model.ts";
import type { Runtime } from "../models/runtime.ts";
import type { Service } from "../models/service.ts";
import type { Norm } from "../threat/norm.ts";
import { answerOf } from "./answer.ts";
import type { Artifact } from "./artifact.ts";
import { chooseExample } from "./examples.ts";
import { execute, inProcess, memoryStore, type Progress, type Store } from "./execute.ts";
import { findingsOf } from "./findings.ts";
import { leftOutSentences } from "./leftOut.ts";
import { type BudgetUnits, type MatrixKeys, type Participant, planMatrix } from "./matrix.ts";
import { meanCells, meanModels } from "./means.ts";
import { type PlanBuilder, startPlan } from "./plan.ts";
import type { AuditExample, AuditResult, Transfer } from "./result.ts";
import { shortfallOf } from "./shortfall.ts";
import { standingsOf } from "./standing.ts";
import type { Parameters } from "./task.ts";
import { serviceArtifact } from "./tasks/ask.ts";
import { craftedOf, normIn } from "./tasks/craft.ts";
import { datasetArtifact, type PartRef, partInputs, partOf, partParameters } from "./tasks/dataset.ts";
import { modelArtifact } from "./tasks/fit.ts";
import { verdictOf } from "./tasks/judge.ts";
import { type Look, lookOf } from "./tasks/look.ts";
import { estimateOf } from "./tasks/slopes.ts";
import { VERSION } from "./version.ts";

/** A surrogate to train: a learner in one complexity. */
export interface SurrogateChoice {
  readonly learner: string;
  readonly complexity: Complexity;
}

/** What is asked, beside what the data are. */
export interface AuditQuestion {
  readonly seed: number;
  readonly surrogates: readonly SurrogateChoice[];
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
  readonly target: Participant["model"];
  readonly targetLearner?: string;
  /** What the attacker has: rows, with true labels or with those that the target gave. */
  readonly training: PartRef;
  readonly trainingRows: number;
  /** The points to attack. */
  readonly attacked: PartRef;
  readonly points: number;
  readonly features: number;
}

/** What each point did: one entry per surrogate, target and budget. */
export interface AuditSamples {
  readonly surrogate: string;
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

export interface AuditOutput {
  readonly result: AuditResult;
  readonly samples: readonly AuditSamples[];
  readonly examples: readonly AuditExample[];
}

/** Keys of what an audit leaves behind. */
export interface AuditKeys extends MatrixKeys {
  /** The estimate of alignment, where it was asked for. */
  readonly slopes?: string;
}

/** Directions at each point of an estimate, beside those of the surrogates' gradients. */
const RANDOM_DIRECTIONS = 16;

/** The most rows that an audit asks a service about: clean points, crafted ones, and those of an estimate. */
export function mostQueries(
  points: number,
  { surrogates, epsilons, estimate }: { surrogates: number; epsilons: number; estimate?: AuditQuestion["estimate"] },
): number {
  const atEstimate = 2 * (surrogates + RANDOM_DIRECTIONS) * Math.min(points, estimate?.points ?? 0);
  return points * (1 + surrogates * epsilons) + atEstimate;
}

/** The id that the target has in cells and pairs. */
export const TARGET = "target";

/** Adds the tasks of an audit to a plan: all models craft, and all judge. */
export function planAudit(plan: PlanBuilder, question: AuditQuestion, parts: AuditParts): AuditKeys {
  const { surrogates, norm, epsilons, seed } = question;
  const isService = "service" in parts.target;
  const ids = [TARGET, ...surrogates.map(surrogateId)];
  const target: Participant = {
    id: TARGET,
    role: "target",
    ...(parts.targetLearner && { learner: parts.targetLearner }),
    model: parts.target,
    // Nothing can be crafted on what gives no gradients, so there is nothing to judge either.
    ...(!isService && { judges: ids }),
  };
  const others = surrogates.map((choice): Participant => {
    const learner = learnerByName(choice.learner);
    return {
      id: surrogateId(choice),
      role: "surrogate",
      ...choice,
      affine: learner.capabilities.affine,
      model: {
        learner: choice.learner,
        options: parseOptions(learner, learner.complexities[choice.complexity]) as Parameters,
        training: parts.training,
        rows: parts.trainingRows,
        label: surrogateId(choice),
      },
      judges: ids,
    };
  });
  const keys = planMatrix(plan, {
    participants: [target, ...others],
    attacked: parts.attacked,
    points: parts.points,
    features: parts.features,
    pool: parts.training,
    norm,
    units: question.units,
    epsilons,
    seed,
    prefix: "",
  });
  return "service" in parts.target && question.estimate
    ? withEstimate(plan, keys, parts.target.service, question, parts)
    : keys;
}

/** Adds the estimate of alignment. */
function withEstimate(
  plan: PlanBuilder,
  keys: MatrixKeys,
  service: string,
  { seed, asked, estimate, units }: AuditQuestion,
  { attacked, points, features }: AuditParts,
): AuditKeys {
  const surrogates = [...keys.crafts.keys()];
  const [low, high] = units === "ranges" ? [0, 1] : asked.box;
  const parameters = {
    ...partParameters("attacked", attacked),
    surrogates,
    points: Math.min(points, estimate!.points),
    random: RANDOM_DIRECTIONS,
    // Long beside the rounding of scores, short beside the budgets of an audit: 1/20 of range sqrt(D) / 28.
    step: ((high - low) * Math.sqrt(features)) / 560,
    ...(units === "ranges" && { units }),
    seed,
  };
  const looks = surrogates.map((id) => [`look:${id}`, keys.looks.get(id)!]);
  const inputs = { ...partInputs("attacked", attacked), service, ...Object.fromEntries(looks) };
  const slopes = plan.add("slopes", parameters, inputs, { label: "estimate of alignment", seconds: points / 5 });
  return { ...keys, slopes, wanted: [...keys.wanted, slopes] };
}

function surrogateId({ learner, complexity }: SurrogateChoice): string {
  return `${learner}_${complexity === "high" ? "H" : "L"}`;
}

/** Reads the outcome of an audit whose plan has been executed. */
export async function readAudit(
  store: Store,
  keys: AuditKeys,
  question: AuditQuestion,
  parts: AuditParts,
): Promise<AuditOutput> {
  const read = async (key: string): Promise<Artifact> => {
    const artifact = await store.read(key);
    if (!artifact) throw new Error(`artifact ${key} is gone from the store`);
    return artifact;
  };
  const inputs: Record<string, Artifact> = {};
  for (const [name, key] of Object.entries(partInputs("attacked", parts.attacked))) inputs[name] = await read(key);
  const attacked = partOf("attacked", partParameters("attacked", parts.attacked), inputs);
  const transfer = (await read(keys.transfer)).json as unknown as Transfer;
  // Surrogates first, in their order; the target, the white-box reference, last.
  const order = [...keys.crafts.keys()].filter((id) => id !== TARGET);
  if (keys.crafts.has(TARGET)) order.push(TARGET);
  const { epsilons } = question;
  const samples: AuditSamples[] = [];
  const examples: AuditExample[] = [];
  // What is kept is copied, as an artifact's arrays are one block of memory: points and gradients would stay with labels.
  const looks = new Map<string, Pick<Look, "labels" | "losses">>();
  for (const [id, key] of keys.looks) {
    const { labels, losses } = lookOf(await read(key));
    looks.set(id, { labels: labels.slice(), losses: losses?.slice() });
  }
  for (const id of order) {
    const { craft, judge, judged } = keys.crafts.get(id)!;
    const results = craftedOf(await read(craft), epsilons.length);
    const verdicts = await read(judge);
    const own: AuditSamples[] = [];
    for (const [i, epsilon] of epsilons.entries()) {
      const size = results[i]?.size.slice();
      for (const target of judged) {
        const verdict = verdictOf(verdicts, target, i);
        if (!verdict) continue;
        const clean = looks.get(target)!;
        own.push({
          surrogate: id,
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
    if (results.length > 0) examples.push(...chooseExample(id, results, own, attacked, epsilons, shown));
  }
  const byOrder = [...transfer.cells].sort((a, b) => order.indexOf(a.surrogate) - order.indexOf(b.surrogate));
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
      surrogateRows: parts.trainingRows,
      ...(targetRows !== undefined && { targetRows }),
      attackerKnows,
      defaults,
      warnings: [...warnings, ...leftOutSentences(transfer.models).map((sentence) => `${sentence}.`)],
    },
    models: transfer.models,
    cells: byOrder,
    pairs,
    ...findingsOf(meanModels([transfer]), meanCells([transfer]), [TARGET], new Map(), question),
    ...(keys.slopes !== undefined && { estimate: estimateOf(await read(keys.slopes)) }),
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

export interface AuditInput extends AuditQuestion {
  readonly runtime: Runtime;
  /** A model, or a service, which is asked and stays open. */
  readonly target: Pick<Model, "bytes"> | Service;
  readonly training: Dataset;
  readonly attacked: Dataset;
  onProgress?(progress: Progress): void;
}

/** Audits a model in this process and keeps nothing: trains surrogates, crafts on each and on the target, judges. */
export async function audit(input: AuditInput): Promise<AuditOutput> {
  const plan = startPlan();
  const service = "scores" in input.target ? input.target : undefined;
  const parts: AuditParts = {
    target: service
      ? { service: plan.source(serviceArtifact("in this process")) }
      : { key: plan.source(modelArtifact(input.target as Pick<Model, "bytes">, {})) },
    training: { data: plan.source(datasetArtifact(input.training)) },
    trainingRows: rowCount(input.training),
    attacked: { data: plan.source(datasetArtifact(input.attacked)) },
    points: rowCount(input.attacked),
    features: featureCount(input.attacked),
  };
  const keys = planAudit(plan, input, parts);
  const store = memoryStore();
  await execute(plan, keys.wanted, store, inProcess(store, input.runtime, service), (progress) =>
    input.onProgress?.(progress),
  );
  return readAudit(store, keys, input, parts);
}
