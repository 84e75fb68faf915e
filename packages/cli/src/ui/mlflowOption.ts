// --mlflow: what a command found as a run of MLflow.

import type { Command } from "commander";
import { type MlflowServer, openMlflow } from "../host/mlflow.ts";

export interface MlflowOptions {
  readonly mlflow?: string;
}

/** Adds the option. */
export const withMlflowOption = (command: Command, files: string): Command =>
  command.option("--mlflow <address>", `log parameters, metrics, ${files} to this MLflow server when all is done`);

/** The server, seen to answer before any work is done; undefined where none was named. */
export const mlflowOf = async ({ mlflow }: MlflowOptions): Promise<MlflowServer | undefined> =>
  mlflow === undefined ? undefined : await openMlflow(mlflow);
