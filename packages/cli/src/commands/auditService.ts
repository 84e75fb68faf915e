// A target that can only be asked, as parts of a plan.

import { type Dataset, denseRows, InputError, rowCount } from "@carom/core";
import { classPosition, spreadRows, wholeInterval } from "@carom/core/data";
import { sizeOfTraining } from "@carom/core/learners";
import { checkAnswers, type ModelWarning } from "@carom/core/models";
import {
  attackerKnows,
  chooseAudit,
  datasetCodec,
  hashArtifact,
  hashJson,
  mostQueries,
  type PlanBuilder,
  serviceCodec,
} from "@carom/core/study";
import { alignClasses } from "../host/classes.ts";
import { rowsToCheck } from "../host/classifier.ts";
import { connect, FIRST_ROWS, openLedgerFor, openTarget, type RemoteTarget } from "../host/http/target.ts";
import { withShape } from "../host/shape.ts";
import { tell } from "../terminal/print.ts";
import type { DataFileOptions } from "../ui/options.ts";
import { type AddressOptions, targetOptions } from "../ui/targetOptions.ts";
import { choicesOf } from "./auditAttackers.ts";
import {
  type AuditOptions,
  dataDefaults,
  labelledBy,
  loadUserData,
  type Subject,
  splitUserData,
} from "./auditSubject.ts";

/** Gets to know the target, asks about a few rows, and divides the data as for a model file. */
export async function serviceSubject(plan: PlanBuilder, target: string, options: AuditOptions): Promise<Subject> {
  const user = await loadUserData(options);
  const { featureNames: names, domain } = user.loaded.dataset;
  const connection = await connect(target, {
    ...targetOptions(options),
    ...(names && { fields: { names, ...(domain.groups && { groups: domain.groups }) } }),
    ...(!options.quiet && { tell }),
  });
  const { name, identity, protocol } = connection;
  const reshaped = (data: Dataset) => withShape(data, connection.inputShape ?? data.featureShape, name);
  const rows = reshaped(user.loaded.dataset);
  // A copy, as the rows themselves are no more once they are divided.
  const spread = denseRows(spreadRows(rows, FIRST_ROWS));
  const first = { ...spread, data: spread.data.slice() };
  // How many rows there will be does not depend on the classes, so it is known before anything is asked.
  const divided = await splitUserData(user, options, reshaped);
  requireBudget(divided, options, name);
  const ledger = openLedgerFor(connection, questionHash(divided, options));
  const service = await openTarget(connection, first, rows.classNames);
  const training = withClassesOf(divided.training, service);
  const attacked = withClassesOf(divided.attacked, service);
  const labelled = options.labels === "target" ? await labelledBy(service, training) : training;
  const { told, ...reading } = service.reading;
  const modelWarnings = await checkService(service, attacked);
  const targetHash = hashJson(identity);
  return {
    attacked,
    training: sizeOfTraining(training),
    service,
    ledger,
    parts: {
      target: { service: plan.source(serviceCodec, { service: { ...identity, reading } }) },
      training: plan.data(labelled),
      attacked: plan.data(attacked),
    },
    asked: {
      dataHash: user.dataHash,
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
        ...openCredential(protocol.url, options),
      ],
    },
  };
}

/** What is suspicious of the service's answers about rows that are attacked, which are asked about anyway. */
async function checkService(service: RemoteTarget, attacked: Dataset): Promise<readonly ModelWarning[]> {
  const rows = rowsToCheck(attacked);
  return checkAnswers(await service.scores(denseRows(rows)), rows.labels, service);
}

/** The data with its classes numbered as the target's scores are. */
function withClassesOf(data: Dataset, { classes, classNames }: RemoteTarget): Dataset {
  const isNamed =
    classNames !== undefined && data.classNames.every((name) => classPosition(classNames, name) !== undefined);
  const aligned = alignClasses(data, { classNames: isNamed ? classNames : undefined }, { classes });
  return classNames ? { ...aligned, classNames } : aligned;
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
  normalize: false,
  attackAt: false,
  scaling: false,
  workers: false,
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
    epsilons: chooseAudit({ attacked, training: sizeOfTraining(training), isService: true }, choicesOf(options))
      .question.epsilons,
  });
}

/** @throws InputError where the rows that will be asked about are more than --max-queries allows */
function requireBudget({ training, attacked }: Divided, options: AuditOptions, name: string): void {
  const { maxQueries } = options;
  if (maxQueries === undefined) return;
  const points = rowCount(attacked);
  const by = { attacked, training: sizeOfTraining(training), isService: true };
  const { question } = chooseAudit(by, choicesOf(options));
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

/** A warning where a credential goes over the network for anyone to read. */
function openCredential({ protocol, hostname }: URL, { header, authEnv }: AuditOptions): string[] {
  const isHere = /^(localhost|127\.|\[::1\])/.test(hostname);
  if (protocol === "https:" || isHere || (header === undefined && authEnv === undefined)) return [];
  return ["The headers with the credential went over a connection without encryption."];
}
