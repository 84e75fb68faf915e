// What `carom judge` counted, as a run of MLflow.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Interval, type Rate, VERSION } from "@carom/core";
import { withEnds } from "@carom/core/report";
import type { LoggedFile, LoggedRun } from "../host/mlflow.ts";

interface Judged {
  readonly points: number;
  readonly classes: number;
  readonly cleanError: Rate;
  readonly errorUnderAttack: Rate;
  readonly success?: Rate;
  readonly netIncrease: Interval;
  readonly unmoved: number;
  /** How far points are from their rows, by the name of the norm. */
  readonly size: Readonly<Record<string, { readonly mean: number; readonly largest: number }>>;
}

/** Parameters, metrics, and as files what was counted and the model. */
export function loggedJudgement(target: string, asked: object, judged: Judged): LoggedRun {
  const { points, classes, cleanError, errorUnderAttack, success, netIncrease, unmoved, size } = judged;
  const changes = Object.entries(size).flatMap(([norm, { mean, largest }]) => [
    [`mean_change/${norm}`, mean],
    [`largest_change/${norm}`, largest],
  ]);
  return {
    name: "judge",
    parameters: { carom: VERSION, ...asked, points, classes },
    metrics: {
      ...withEnds("clean_error", cleanError),
      ...withEnds("error_under_attack", errorUnderAttack),
      ...(success && withEnds("success", success)),
      ...withEnds("net_increase", netIncrease),
      ...{ unmoved, ...Object.fromEntries(changes) },
    },
    files: filesOf(target, { ...asked, ...judged }),
  };
}

async function* filesOf(target: string, judged: object): AsyncGenerator<LoggedFile> {
  yield ["judged.json", new TextEncoder().encode(`${JSON.stringify(judged, undefined, 2)}\n`)];
  yield [`models/${basename(target)}`, await readFile(target)];
}
