// carom compare: whether one version of a model is misled more often than another, on the same points by the same
// attackers.

import { InputError } from "@carom/core";
import { comparison, finishedComparison, planOf, studyKinds } from "@carom/core/kinds";
import { type ComparisonGate, type PlanBuilder, parseGateRule, requireSameClasses, startPlan } from "@carom/core/study";
import type { Command } from "commander";
import { isRun, readVersion } from "../host/earlierAudit.ts";
import { runPlan } from "../host/runPlan.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { withExamples } from "../ui/dataOptions.ts";
import { type MlflowOptions, mlflowOf, withMlflowOption } from "../ui/mlflowOption.ts";
import { type AskedAudit, askedAudit } from "./auditAsked.ts";
import { type GateOptions, withRuleOptions } from "./auditGate.ts";
import { withAuditOptions } from "./auditOptions.ts";
import type { AuditOptions } from "./auditSubject.ts";
import { beginRun, runAsked } from "./runAsked.ts";

type CompareOptions = Omit<AuditOptions, "target" | "baseline"> & MlflowOptions;

/** `carom compare`: two versions of a model. */
export function compareCommand(command: Command): Command {
  command
    .argument(
      "<A>",
      "the version before: an ONNX file, an address or a mapping file; or the folder of a finished audit",
    )
    .argument("<B>", "the version after, given in the same way")
    .action(run);
  return withExamples(
    withAuditOptions(command, (to) =>
      withMlflowOption(withRuleOptions(to, "such as 'increase > 0.05 at 1'"), "the report and the files of models"),
    ),
    "carom compare old.onnx new.onnx --data test.npz --epsilon 0.5,1",
    "carom compare carom-runs/before carom-runs/after --fail-if 'increase > 0.05'",
  );
}

async function run(A: string, B: string, options: CompareOptions, command: Command): Promise<void> {
  const runs = await Promise.all([isRun(A), isRun(B)]);
  if (runs[0] !== runs[1]) {
    throw new InputError("invalid", "versions to compare", {
      expected: "two models, or two folders of finished audits",
      got: `${runs[0] ? "the folder of an audit and a model" : "a model and the folder of an audit"}`,
      remedy: "audit the model with the same options first, and name both folders",
    });
  }
  // Audits that are finished need no workers.
  await beginRun({ ...options, ...(runs[0] && { workers: 0 }) }, "compare");
  await (runs[0] ? compareRuns(A, B, options, command) : compareModels(A, B, options));
}

/** Audits both in one plan, so that surrogates and their points are computed once. */
async function compareModels(A: string, B: string, options: CompareOptions): Promise<void> {
  const started = new Date();
  const mlflow = await mlflowOf(options);
  const plan = startPlan();
  let gate: ComparisonGate | undefined;
  const asked = (target: string) =>
    askedAudit(plan, { ...options, target }, async (epsilons) => {
      gate = gateOf(options, epsilons);
      return undefined;
    });
  const [first, second] = [await asked(A), await asked(B)];
  requireSameClasses({ name: A, ...first }, { name: B, ...second });
  for (const version of [first, second]) await askService(plan, version, options);
  const question = { first: first.question, second: second.question };
  await runAsked(
    plan,
    planOf(plan, comparison, { ...question, ...(gate && { gate }) }, { first: first.data, second: second.data }),
    {
      ...{ name: "compare", started, question: { ...question, names: [A, B] }, options, mlflow },
      brought: { ...(!first.services && { "A/target": A }), ...(!second.services && { "B/target": B }) },
    },
  );
}

/**
 * Asks a service all that will be asked of it: afterwards its answers are in the store, and the other version's turn
 * comes.
 */
async function askService(plan: PlanBuilder, { services, question, data }: AskedAudit, options: CompareOptions) {
  if (!services) return;
  const { wanted } = planOf(plan, studyKinds.audit, question, data);
  const { device, broker, quiet = false, workers = defaultWorkers() } = options;
  await runPlan(plan, wanted, { workers, quiet, device, broker, services });
  for (const service of services.values()) await service.close();
}

/** Compares audits that are finished: what they asked decides everything. */
async function compareRuns(A: string, B: string, options: CompareOptions, command: Command): Promise<void> {
  const started = new Date();
  const given = command.options.find(
    (option) =>
      command.getOptionValueSource(option.attributeName()) === "cli" && !ofEveryRun.includes(option.attributeName()),
  );
  if (given) {
    throw new InputError("unsupported", `option ${given.long}`, {
      expected: "two models to audit",
      got: "two audits that are finished",
      remedy: `leave out ${given.long}`,
    });
  }
  const [first, second] = [await readVersion(A), await readVersion(B)];
  const gate = gateOf(options, first.result.asked.epsilons);
  const mlflow = await mlflowOf(options);
  const plan = startPlan();
  await runAsked(plan, planOf(plan, finishedComparison, gate ? { gate } : {}, { first, second }), {
    ...{ name: "compare", started, options, mlflow },
    question: { first: first.result, second: second.result, names: [A, B] },
  });
}

/** Options that mean something for audits that are finished, too. */
const ofEveryRun = ["failIf", "failWhen", "mlflow", "out", "json", "quiet"];

/** The rules, which can only be about the increase. @throws InputError for others */
function gateOf({ failIf = [], failWhen }: GateOptions, epsilons: readonly number[]): ComparisonGate | undefined {
  const rules = failIf.map((text) => parseGateRule(text, epsilons));
  const other = rules.find(({ quantity }) => quantity !== "increase");
  if (other) {
    throw new InputError("unsupported", `rule "${other.text}" of --fail-if`, {
      expected: "a rule on the increase from A to B",
      got: other.quantity,
      remedy: "hold a single version to it by carom audit --fail-if",
    });
  }
  if (rules.length > 0) return { rules, bound: failWhen ?? "sure" };
  if (failWhen === undefined) return undefined;
  throw new InputError("missing", "option --fail-if", {
    expected: "a rule beside --fail-when",
    got: "none",
    remedy: "for instance --fail-if 'increase > 0.05'",
  });
}
