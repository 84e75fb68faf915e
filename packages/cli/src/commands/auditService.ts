// A target that can only be asked, as parts of a plan.

import { type Dataset, InputError, rowCount } from "@carom/core";
import { wholeInterval } from "@carom/core/data";
import { sizeOfTraining } from "@carom/core/learners";
import {
  attackerKnows,
  chooseAudit,
  datasetCodec,
  hashArtifact,
  hashJson,
  mostQueries,
  type PlanBuilder,
  pointsToSend,
} from "@carom/core/study";
import { FIRST_ROWS } from "../host/http/target.ts";
import type { DataFileOptions } from "../ui/dataOptions.ts";
import type { AddressOptions } from "../ui/targetOptions.ts";
import { choicesOf } from "./auditAttackers.ts";
import {
  type AuditOptions,
  dataDefaults,
  labelledBy,
  loadUserData,
  type Subject,
  splitUserData,
} from "./auditSubject.ts";
import { findService, openCredential } from "./openService.ts";

/** Gets to know the target, asks about a few rows, and divides the data as for a model file. */
export async function serviceSubject(plan: PlanBuilder, target: string, options: AuditOptions): Promise<Subject> {
  const user = await loadUserData(options);
  const found = await findService(target, options, user.loaded.dataset);
  const { name, protocol } = found.connection;
  // How many rows there will be does not depend on the classes, so it is known before anything is asked.
  const divided = await splitUserData(user, options, found.shaped);
  requireBudget(divided, options, name);
  const opened = await found.open(plan, questionHash(divided, options));
  const { service, ledger, ref, hash: targetHash, told } = opened;
  const training = opened.fit(divided.training);
  const attacked = pointsToSend(opened.fit(divided.attacked), options.targetClass);
  const labelled = options.labels === "target" ? await labelledBy(service, training) : training;
  const modelWarnings = await opened.check(attacked);
  return {
    attacked,
    ...(divided.known && { known: divided.known }),
    training: sizeOfTraining(training),
    services: new Map([[ref.key, service]]),
    ledger,
    parts: { target: { service: ref }, training: plan.data(labelled), attacked: plan.data(attacked) },
    asked: {
      dataHash: user.dataHash,
      dataIdentity: user.dataIdentity,
      targetHash,
      service: {
        address: name,
        protocol: protocol.name,
        ...(protocol.model !== undefined && { model: protocol.model }),
        answers: service.answers,
      },
      box: wholeInterval(attacked.domain),
      attackerKnows: attackerKnows(`${rowCount(training)} rows like the target's data`, {
        labels: options.labels,
        service,
      }),
      defaults: [
        ...dataDefaults(user, training),
        told,
        "answers that the target gave before, under the same address and version, are not asked for again",
      ],
      warnings: [
        "If rows of this data were used to train the target, its clean error and its errors under attack are too low.",
        ...modelWarnings.map(({ sentence }) => sentence),
        ...openCredential(found.connection, options),
      ],
    },
  };
}

/** What trains the surrogates and what is attacked. */
type Divided = { readonly training: Dataset; readonly attacked: Dataset };

/**
 * Whether an option decides which rows are sent. How data are read and divided is told by the rows that come of it;
 * of how the target is asked, only the estimate of alignment adds rows.
 */
const decides: Readonly<Record<Exclude<keyof AuditOptions, keyof DataFileOptions | keyof AddressOptions>, boolean>> = {
  seed: true,
  norm: true,
  units: true,
  features: true,
  labels: true,
  device: true,
  epsilon: false,
  target: false,
  data: false,
  train: false,
  points: false,
  surrogates: true,
  attackers: true,
  attack: true,
  surrogateFraction: false,
  targetClass: true,
  objective: true,
  normalize: false,
  attackAt: false,
  scaling: false,
  workers: false,
  broker: false,
  out: false,
  json: false,
  quiet: false,
  failIf: false,
  failWhen: false,
  baseline: false,
};

/** What decides which rows are sent, as a hash: the budget is counted for equal questions together. */
export function questionHash({ training, attacked }: Divided, options: AuditOptions): string {
  const chosen = Object.entries(options).filter(([name]) => decides[name as keyof typeof decides]);
  return hashJson({
    ...Object.fromEntries(chosen),
    ...estimateOf(options),
    training: hashArtifact(datasetCodec.encode(training)),
    attacked: hashArtifact(datasetCodec.encode(attacked)),
    epsilons: chooseAudit(
      { attacked, training: sizeOfTraining(training), isService: true },
      choicesOf(countedBy(options)),
    ).question.epsilons,
  });
}

/**
 * Options that decide how many rows there are: the class that points are sent to may be one that only the service
 * names.
 */
const countedBy = ({ targetClass: _, ...options }: AuditOptions): AuditOptions => options;

/** @throws InputError where the rows that will be asked about are more than --max-queries allows */
function requireBudget({ training, attacked }: Divided, options: AuditOptions, name: string): void {
  const { maxQueries } = options;
  if (maxQueries === undefined) return;
  const points = rowCount(attacked);
  const by = { attacked, training: sizeOfTraining(training), isService: true };
  const { question } = chooseAudit(by, choicesOf(countedBy(options)));
  const kinds = {
    surrogates: question.surrogates.length,
    ...(question.attackers && { attackers: question.attackers }),
    epsilons: question.epsilons.length,
    ...estimateOf(options),
  };
  const once = FIRST_ROWS + (options.labels === "target" ? rowCount(training) : 0);
  const needed = once + mostQueries(points, kinds);
  if (needed <= maxQueries) return;
  const each = mostQueries(1, { ...kinds, estimate: undefined });
  const fixed = once + mostQueries(points, kinds) - mostQueries(points, { ...kinds, estimate: undefined });
  const possible = Math.floor((maxQueries - fixed) / each);
  throw new InputError("invalid", `queries of target ${name}`, {
    expected: `at most ${maxQueries}, as --max-queries says`,
    got: `an audit of ${points} points that needs up to ${needed}`,
    remedy:
      possible > 0
        ? `attack fewer points (--points ${possible}) or with fewer budgets (--epsilon), or allow more queries`
        : "allow more queries",
  });
}

/** The estimate that was asked for. */
export function estimateOf({ estimateAlignment }: AuditOptions): { readonly estimate?: { readonly points: number } } {
  if (estimateAlignment === undefined) return {};
  return { estimate: { points: estimateAlignment === true ? ESTIMATED_POINTS : estimateAlignment } };
}

/** Points of an estimate of alignment, where no number is given. */
const ESTIMATED_POINTS = 20;
