// What an audit is asked about which target, as the options say: its question, and the parts of its plan.

import { InputError, learnerByName, parseOptions, rowCount, stratifiedSplit, stream, takeRows } from "@carom/core";
import { describeBounds, wholeInterval, withScaling } from "@carom/core/data";
import type { AuditSubject } from "@carom/core/kinds";
import { sizeOfTraining } from "@carom/core/learners";
import {
  type AuditGate,
  type AuditQuestion,
  attackerKnows,
  chooseAudit,
  type PlanBuilder,
  pointsToSend,
  type Services,
  threatIn,
} from "@carom/core/study";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { loadDigits } from "../host/digits.ts";
import { chosenFeatures } from "../host/featuresFile.ts";
import { isAddress } from "../host/http/address.ts";
import { isMapping, type RemoteTarget } from "../host/http/target.ts";
import { dataOptionNames } from "../ui/dataOptions.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import { inputNotes } from "../ui/inputNotes.ts";
import { refuseAddressOptions } from "../ui/targetOptions.ts";
import { choicesOf } from "./auditAttackers.ts";
import { estimateOf, serviceSubject } from "./auditService.ts";
import {
  type AuditOptions,
  dataDefaults,
  fractionOf,
  labelledBy,
  loadUserData,
  type Subject,
  splitUserData,
} from "./auditSubject.ts";
import type { Run } from "./runAsked.ts";

/** An audit that can be planned. */
export interface AskedAudit {
  readonly question: AuditQuestion;
  readonly data: AuditSubject;
  readonly classNames: readonly string[];
  /** The target, where it can only be asked. */
  readonly services?: Services<RemoteTarget>;
  /** Rows that were sent to it so far. */
  readonly queries?: NonNullable<Run["queries"]>;
}

/**
 * What the options ask. Rules of a gate are read as soon as the budgets are known, before any row is counted.
 *
 * @throws InputError for options that cannot be followed
 */
export async function askedAudit(
  plan: PlanBuilder,
  options: AuditOptions,
  gateAt: (epsilons: readonly number[]) => Promise<AuditGate | undefined> = async () => undefined,
): Promise<AskedAudit> {
  const subject = await subjectOf(plan, options);
  const { parts, asked, attacked, known, training, services, ledger } = subject;
  const isService = services !== undefined;
  const choices = choicesOf(options, known?.features);
  const { question, told, leftOut } = chooseAudit({ attacked, training, isService }, choices);
  const { epsilons } = question;
  const gate = await gateAt(epsilons);
  const threat = threatIn(attacked.domain, question, undefined);
  const attack = { threat, units: known ? "features" : options.units, epsilons: options.epsilon };
  const defaults = [
    ...asked.defaults,
    ...told.budgets,
    ...(options.box || known ? [] : [describeBounds(attacked.domain)]),
    ...told.models,
  ];
  const warnings = [
    ...asked.warnings,
    ...(known?.warnings ?? []),
    ...leftOut,
    ...dataWarnings(withScaling(attacked, options.scaling), { learned: true, attack }),
  ];
  const names = attacked.featureNames;
  const sent =
    ledger && (() => ({ sent: ledger.sent, answersFromBefore: ledger.known, most: options.maxQueries ?? "any" }));
  return {
    question: {
      ...question,
      asked: { ...asked, ...(names && { featureNames: names }), defaults, warnings },
      ...estimateOf(options),
      ...(gate && { gate }),
    },
    classNames: attacked.classNames,
    data: { ...parts, ...(options.target !== undefined && { name: options.target }) },
    ...(services && { services }),
    ...(sent && { queries: sent }),
  };
}

/** The target and the data that the options name. */
function subjectOf(plan: PlanBuilder, options: AuditOptions): Promise<Subject> {
  const { target } = options;
  if (target !== undefined && (isAddress(target) || isMapping(target))) {
    if (options.normalize) throw fileOnly("--normalize");
    if (options.attackAt) throw fileOnly("--attack-at");
    return serviceSubject(plan, target, options);
  }
  refuseAddressOptions(options, target !== undefined);
  return target === undefined ? demonstration(plan, options) : ownModel(plan, target, options);
}

/** The demonstration: the digits 8 and 9 in three parts, for the target, for the surrogates, to attack. */
async function demonstration(plan: PlanBuilder, options: AuditOptions): Promise<Subject> {
  const forTarget = {
    data: "--data",
    train: "--train",
    points: "--points",
    normalize: "--normalize",
    inputShape: "--input-shape",
    attackAt: "--attack-at",
    ...dataOptionNames,
  } as const;
  for (const [key, name] of Object.entries(forTarget)) {
    if (options[key as keyof typeof forTarget] !== undefined) throw missingTarget(name);
  }
  if (options.labels === "target") throw missingTarget("--labels");
  const { dataset, contentHash } = await loadDigits();
  const parts = stratifiedSplit(dataset, [0.36, 0.36, 0.28], stream(options.seed, "audit", "split"));
  const [own, training, rest] = parts.map((rows) => takeRows(dataset, rows));
  const attacked = pointsToSend(rest, options.targetClass);
  const all = Int32Array.from({ length: rowCount(training) }, (_, i) => i);
  const kept = takeRows(training, fractionOf(all, training.labels, options));
  const learner = learnerByName("mlp");
  const known = await chosenFeatures(options, dataset);
  return {
    attacked,
    ...(known && { known }),
    training: sizeOfTraining(kept),
    parts: {
      target: {
        learner: learner.name,
        options: parseOptions(learner, {}),
        training: plan.data(own),
        label: "target",
      },
      training: plan.data(kept),
      attacked: plan.data(attacked),
    },
    asked: {
      dataHash: contentHash,
      targetHash: "trained here",
      targetRows: rowCount(own),
      box: [0, 1],
      attackerKnows: attackerKnows(`${rowCount(kept)} rows that the target never saw`, options),
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
  const user = await loadUserData(options);
  const classifier = await openClassifier(path, options, user.loaded.dataset);
  const { model, opened, contentHash: targetHash } = classifier;
  const { training, attacked: all, known } = await splitUserData(user, options, classifier.fit);
  const attacked = pointsToSend(all, options.targetClass);
  const labelled = options.labels === "target" ? await labelledBy(opened, training) : training;
  const modelWarnings = await checkOn(classifier, attacked);
  await opened.close();
  return {
    attacked,
    ...(known && { known }),
    training: sizeOfTraining(training),
    parts: {
      target: { model: plan.model(model) },
      training: plan.data(labelled),
      attacked: plan.data(attacked),
    },
    asked: {
      dataHash: user.dataHash,
      dataIdentity: user.dataIdentity,
      targetHash,
      box: wholeInterval(attacked.domain),
      attackerKnows: attackerKnows(`${rowCount(training)} rows like the target's data`, options),
      defaults: [
        ...dataDefaults(user, training),
        ...inputNotes(model, { attackAt: options.attackAt, gradients: opened.differentiable !== undefined }),
      ],
      warnings: [
        "If rows of this data were used to train the target, its clean error and its errors under attack are too low.",
        ...modelWarnings.map(({ sentence }) => sentence),
      ],
    },
  };
}

function fileOnly(option: string): InputError {
  return new InputError("unsupported", `option ${option}`, {
    expected: "a target that is a model file",
    got: "a target behind an address",
    remedy: `leave out ${option}, and give data as the service takes them`,
  });
}

function missingTarget(option: string): InputError {
  return new InputError("missing", "option --target", {
    expected: `an ONNX model beside ${option}`,
    got: "none",
    remedy: "give a model with --target, or no option at all for the demonstration",
  });
}
