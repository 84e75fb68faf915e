// carom audit: how much of a model falls to attacks crafted on surrogates, and why.

import { planOf, studyKinds } from "@carom/core/kinds";
import { type PlanBuilder, startPlan } from "@carom/core/study";
import type { Command } from "commander";
import { withExamples } from "../ui/dataOptions.ts";
import { type MlflowOptions, mlflowOf, withMlflowOption } from "../ui/mlflowOption.ts";
import { askedAudit } from "./auditAsked.ts";
import { gateOf, withGateOptions } from "./auditGate.ts";
import { withAuditOptions } from "./auditOptions.ts";
import type { AuditOptions } from "./auditSubject.ts";
import { beginRun, type PlannedRun, runAsked } from "./runAsked.ts";

/** `carom audit`: the main job. */
export function auditCommand(command: Command): Command {
  command
    .option(
      "--target <file>",
      "the classifier to audit: an ONNX file, an address http://..., or a mapping file .yaml; without it, a " +
        "demonstration on digits",
    )
    .action(run);
  return withExamples(
    withAuditOptions(command, (each) => withMlflowOption(withGateOptions(each), "the report and the files of models")),
    "carom audit",
    "carom audit --target model.onnx --data test.npz --epsilon 0.5,1,2",
    "carom audit --target https://host/v2/models/digits --auth-env TOKEN \\",
    "    --data test.npz --points 50 --max-queries 5000",
  );
}

async function run(options: AuditOptions & MlflowOptions): Promise<void> {
  const started = new Date();
  await beginRun(options, "audit");
  const mlflow = await mlflowOf(options);
  const plan = startPlan();
  const { asked, ...about } = await planAuditOf(plan, options);
  await runAsked(plan, asked, {
    ...{ name: "audit", started, options, mlflow },
    ...about,
  });
}

/** Plans the audit that options ask for. */
export async function planAuditOf(plan: PlanBuilder, options: AuditOptions): Promise<PlannedRun> {
  const { question, data, services, queries } = await askedAudit(plan, options, (epsilons) =>
    gateOf(options, epsilons),
  );
  const { gate: _, ...decisive } = question;
  return {
    ...{ asked: planOf(plan, studyKinds.audit, question, data), question: decisive },
    ...(services && { services }),
    ...(queries && { queries }),
    ...(options.target !== undefined && !services && { brought: { target: options.target } }),
  };
}
