// Audits from a program: how much of a target falls to points crafted on surrogates, at which budget, and why.

import { describeBounds } from "../../data/bounds.ts";
import type { Dataset } from "../../data/dataset.ts";
import { wholeInterval } from "../../data/domain.ts";
import { sizeOfTraining } from "../../learners/trainingSize.ts";
import type { Model } from "../../models/model.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Service } from "../../models/service.ts";
import { execute, type Progress } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore } from "../engine/store.ts";
import { modelCodec } from "../tasks/fit.ts";
import { serviceCodec } from "../tasks/queryTarget.ts";
import { type AuditChoices, chooseAudit } from "./choices.ts";
import { planAudit } from "./plan.ts";
import { pointsToSend } from "./pointsToSend.ts";
import type { AuditParts, AuditQuestion } from "./question.ts";
import { type AuditOutput, readAudit } from "./read.ts";

/** What an audit is made of: a target, data to train surrogates on, points to attack, and what is asked. */
export interface AuditInput extends AuditChoices, Pick<AuditQuestion, "estimate" | "gate"> {
  readonly runtime: Runtime;
  /** A model, or a service, which is asked and stays open. */
  readonly target: Pick<Model, "bytes"> | Service;
  readonly training: Dataset;
  /** Those of the class that is named in `targetClass` are left out. */
  readonly attacked: Dataset;
  /** What the result is to say of where all this comes from; the hashes of what is given, where absent. */
  readonly asked?: Partial<AuditQuestion["asked"]>;
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
 * const { model: target } = await fit(learnerByName("svm-rbf"), training, { runtime, seed: 0, stream: "target" });
 * const { result } = await audit({
 *   runtime,
 *   target,
 *   training,
 *   attacked,
 *   surrogates: [{ learner: "logistic", complexity: "low" }],
 *   norm: "l2",
 *   epsilons: [0, 3],
 *   seed: 0,
 * });
 * const errors = result.cells.filter(({ target }) => target === "target").map((cell) =>
 * cell.errorUnderAttack.estimate); console.log(errors[0] < 0.2, errors[1] > 0.8); // true true
 * ```
 */
export async function audit(input: AuditInput): Promise<AuditOutput> {
  const plan = startPlan();
  const { training, runtime } = input;
  const attacked = pointsToSend(input.attacked, input.targetClass);
  const service = "scores" in input.target ? input.target : undefined;
  const target =
    "scores" in input.target
      ? { service: plan.source(serviceCodec, { service: "in this process" }) }
      : { model: plan.source(modelCodec, { bytes: input.target.bytes }) };
  const parts: AuditParts = { target, training: plan.data(training), attacked: plan.data(attacked) };
  const targetHash = (target.service ?? target.model).key;
  const question = questionOf(
    { ...input, attacked },
    {
      dataHash: `${parts.attacked.data.key} and ${parts.training.data.key}`,
      targetHash,
    },
  );
  const keys = planAudit(plan, question, parts);
  const store = memoryStore();
  const services = new Map(service && [[targetHash, service]]);
  await execute(plan, keys.wanted, store, inProcess(store, runtime, services), (progress) =>
    input.onProgress?.(progress),
  );
  return readAudit(store, keys, question, parts);
}

/** What is asked, with what is chosen where nobody says it. */
function questionOf(
  { training, attacked, target, asked = {}, estimate, gate, ...input }: AuditInput,
  hashes: Pick<AuditQuestion["asked"], "dataHash" | "targetHash">,
): AuditQuestion {
  const isService = "scores" in target;
  const { question, told, leftOut } = chooseAudit({ attacked, training: sizeOfTraining(training), isService }, input);
  const { defaults = [], warnings = [], ...known } = asked;
  return {
    ...question,
    asked: {
      ...hashes,
      ...(attacked.featureNames && { featureNames: attacked.featureNames }),
      box: wholeInterval(attacked.domain),
      attackerKnows: [],
      ...known,
      defaults: [...defaults, ...told.budgets, describeBounds(attacked.domain), ...told.models],
      warnings: [...warnings, ...leftOut],
    },
    ...(estimate && { estimate }),
    ...(gate && { gate }),
  };
}
