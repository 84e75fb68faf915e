// carom audit: how much of a model falls to attacks crafted on surrogates, and why.

import {
  featureCount,
  InputError,
  learnerByName,
  norms,
  parseOptions,
  rowCount,
  stratifiedSplit,
  stream,
  takeRows,
} from "@carom/core";
import { describeBounds, wholeInterval, withScaling } from "@carom/core/data";
import { ask, studyKinds } from "@carom/core/kinds";
import { sizeOfTraining } from "@carom/core/learners";
import { attackerKnows, chooseAudit, modelCodec, normIn, type PlanBuilder, startPlan } from "@carom/core/study";
import { Command } from "commander";
import { checkOn, openClassifier } from "../host/classifier.ts";
import { loadDigits } from "../host/digits.ts";
import { isAddress } from "../host/http/address.ts";
import { isMapping } from "../host/http/target.ts";
import { requireRoomForAudit } from "../host/room.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import { withDeviceOption } from "../ui/deviceOption.ts";
import { inputNotes } from "../ui/inputNotes.ts";
import { withInputOptions } from "../ui/modelOptions.ts";
import {
  dataOptionNames,
  invalid,
  parseEpsilons,
  parseFraction,
  parsePositive,
  parseWorkers,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { withScalingOption } from "../ui/scalingOption.ts";
import { refuseAddressOptions, withAddressOptions } from "../ui/targetOptions.ts";
import { withUnitsOption } from "../ui/unitsOption.ts";
import { choicesOf, parseAttackers } from "./auditAttackers.ts";
import { gateOf, withGateOptions } from "./auditGate.ts";
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
import { requireFolder, runAsked } from "./runAsked.ts";

/** `carom audit`: the main job. */
export function auditCommand(): Command {
  const command = new Command("audit")
    .description("train surrogates, attack them, judge the attacks on a target, explain, report")
    .option(
      "--target <file>",
      "the classifier to audit: an ONNX file, an address http://..., or a mapping file .yaml; without it, a demonstration on digits",
    )
    .option("--data <file>", "labelled data like the target's; attacked")
    .option("--train <file>", "labelled data that the surrogates learn from; half of --data where absent")
    .option(
      "--labels <source>",
      "surrogates learn true labels, or those of the target: true, target",
      parseLabels,
      "true",
    )
    .option("--points <count>", "attack a random sample of so many points", (text) => parsePositive("--points", text))
    .option("--norm <name>", `how perturbations are measured: ${Object.keys(norms).join(", ")}`, "l2")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option(
      "--surrogates <list>",
      "learners that stand in for the target, such as svm-linear,mlp; all that fit where absent",
      parseNames,
    )
    .option(
      "--attack <name>",
      "how each surrogate is attacked, in place of the strongest attack there is; see carom evade --list",
    )
    .option(
      "--attackers <list>",
      "who attacks beside that: attacks, boosters and rules of ensembles with plus signs between, such as ensemble,vmi,ni+vmi; all or none",
      parseAttackers,
    )
    .option("--surrogate-fraction <share>", "train surrogates on this share of their rows", parseFraction, 1)
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  withDeviceOption(command);
  withGateOptions(command);
  return withExamples(
    withAddressOptions(
      withCommonOptions(withDataOptions(withUnitsOption(withScalingOption(withInputOptions(command))))),
    ),
    "carom audit",
    "carom audit --target model.onnx --data test.npz --epsilon 0.5,1,2",
    "carom audit --target https://host/v2/models/digits --auth-env TOKEN \\",
    "    --data test.npz --points 50 --max-queries 5000",
  );
}

async function run(options: AuditOptions): Promise<void> {
  const started = new Date();
  await requireFolder(options, "audit");
  const plan = startPlan();
  const subject = await subjectOf(plan, options);
  const { parts, asked, attacked, training, service, ledger } = subject;
  const isService = service !== undefined;
  const { question, told, leftOut } = chooseAudit({ attacked, training, isService }, choicesOf(options));
  const { epsilons } = question;
  const gate = await gateOf(options, epsilons);
  requireRoomForAudit(rowCount(attacked), featureCount(attacked), epsilons.length);
  const threat = { domain: attacked.domain, norm: normIn(attacked.domain, question) };
  const attack = { threat, units: options.units, epsilons: options.epsilon };
  const defaults = [
    ...asked.defaults,
    ...told.budgets,
    ...(options.box ? [] : [describeBounds(attacked.domain)]),
    ...told.models,
  ];
  const warnings = [
    ...asked.warnings,
    ...leftOut,
    ...dataWarnings(withScaling(attacked, options.scaling), { learned: true, attack }),
  ];
  const whole = { ...question, asked: { ...asked, defaults, warnings }, ...estimateOf(options) };
  const data = { ...parts, ...(options.target !== undefined && { name: options.target }) };
  const sent =
    ledger && (() => ({ sent: ledger.sent, answersFromBefore: ledger.known, most: options.maxQueries ?? "any" }));
  await runAsked(plan, ask(plan, studyKinds.audit, { ...whole, ...(gate && { gate }) }, data), {
    ...{ name: "audit", started, question: whole, options },
    ...(service && { service }),
    ...(sent && { queries: sent }),
  });
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
  const [own, training, attacked] = parts.map((rows) => takeRows(dataset, rows));
  const all = Int32Array.from({ length: rowCount(training) }, (_, i) => i);
  const kept = takeRows(training, fractionOf(all, training.labels, options));
  const learner = learnerByName("mlp");
  return {
    attacked,
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
  const { training, attacked } = await splitUserData(user, options, classifier.fit);
  const labelled = options.labels === "target" ? await labelledBy(opened, training) : training;
  const doubts = await checkOn(classifier, attacked);
  await opened.close();
  return {
    attacked,
    training: sizeOfTraining(training),
    parts: {
      target: { model: plan.source(modelCodec, { bytes: model.bytes }) },
      training: plan.data(labelled),
      attacked: plan.data(attacked),
    },
    asked: {
      dataHash: user.dataHash,
      targetHash,
      box: wholeInterval(attacked.domain),
      attackerKnows: attackerKnows(`${rowCount(training)} rows like the target's data`, options),
      defaults: [...dataDefaults(user, training), ...inputNotes(model, options.attackAt)],
      warnings: [
        "If rows of this data were used to train the target, its clean error and its errors under attack are too low.",
        ...doubts.map(({ sentence }) => sentence),
      ],
    },
  };
}

function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size === names.length) return names;
  throw invalid(
    "--surrogates",
    "names of learners, each once, with commas between",
    text,
    "for instance svm-linear,mlp",
  );
}

function parseLabels(text: string): "true" | "target" {
  if (text === "true" || text === "target") return text;
  throw invalid("--labels", "true or target", text, "leave it out for true labels");
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
