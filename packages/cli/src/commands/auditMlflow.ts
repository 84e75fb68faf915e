// --mlflow: a finished audit as a run of MLflow, with what was asked as parameters and what was found as metrics.

import { existsSync } from "node:fs";
import { type AuditResult, strongestTried } from "@carom/core/study";
import type { Command } from "commander";
import { type LoggedRun, type MlflowServer, openMlflow } from "../host/mlflow.ts";

export interface MlflowOptions {
  readonly mlflow?: string;
}

/** Adds the option. */
export const withMlflowOption = (command: Command): Command =>
  command.option(
    "--mlflow <address>",
    "log parameters, metrics, the report and the target's file to this MLflow server when all is done",
  );

/** The server, seen to answer before any work is done; undefined where none was named. */
export const mlflowOf = async ({ mlflow }: MlflowOptions): Promise<MlflowServer | undefined> =>
  mlflow === undefined ? undefined : await openMlflow(mlflow);

/** An audit as MLflow has it: shares lie in 0 to 1, budgets are part of the names of metrics. */
export function loggedAudit(result: AuditResult, folder: string, target: string | undefined): LoggedRun {
  const { asked, seed, carom, standings, models, cells } = result;
  const { classNames, featureShape, attackers, attackerKnows: _, defaults: __, warnings: ___, ...facts } = asked;
  const strongest = strongestTried(result);
  const metrics = new Map<string, number>([["clean_error", models[0].cleanError.estimate]]);
  for (const [i, epsilon] of asked.epsilons.entries()) {
    const at = `eps ${epsilon}`;
    const ends = { transfer: strongest[i], white_box: standings.white?.[i] };
    for (const [name, interval] of Object.entries(ends)) {
      if (!interval) continue;
      metrics.set(`${name}/${at}`, interval.estimate);
      metrics.set(`${name}_low/${at}`, interval.low);
      metrics.set(`${name}_high/${at}`, interval.high);
    }
  }
  for (const { surrogate, attacker, target: judge, epsilon, errorUnderAttack } of cells) {
    const by = attacker === undefined ? surrogate : `${surrogate} by ${attacker}`;
    metrics.set(`error/${judge}/${by}/eps ${epsilon}`, errorUnderAttack.estimate);
  }
  const parameters = {
    ...{ carom, seed, ...facts, epsilons: asked.epsilons.join(","), features: featureShape.join("x") },
    ...{ classes: classNames.length, attackers: (attackers ?? []).map(({ name }) => name).join(",") },
    surrogates: models
      .slice(1)
      .map(({ id }) => id)
      .join(","),
  };
  return {
    parameters,
    metrics: Object.fromEntries(metrics),
    folder,
    models: target !== undefined && existsSync(target) ? [target] : [],
  };
}
