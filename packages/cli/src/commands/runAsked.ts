// Runs what was asked: computes what the store lacks, writes the files of the run, and tells the answer.

import { readFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { Answer, Asked, RunFacts, Told } from "@carom/core/kinds";
import type { Service } from "@carom/core/models";
import type { PlanBuilder, Services } from "@carom/core/study";
import { hashOfQuestion, holdsFinished, isFinished } from "../host/finished.ts";
import { keepingResults } from "../host/keepingResults.ts";
import { filesOf, type LoggedFile, type MlflowServer } from "../host/mlflow.ts";
import { writeFolder } from "../host/output.ts";
import { RUNS, runFolder } from "../host/outputPlace.ts";
import { factsOf } from "../host/runFacts.ts";
import { runPlan } from "../host/runPlan.ts";
import { defaultWorkers, startAhead } from "../host/workerProcess.ts";
import { print } from "../terminal/print.ts";
import { outputWidth, wrap } from "../terminal/wrap.ts";
import type { ClusterOptions } from "../ui/clusterOptions.ts";
import type { DeviceOptions } from "../ui/deviceOption.ts";
import { printJson } from "../ui/options.ts";

/** Exit status of a run whose result is not as it has to be. */
const NOT_KEPT = 3;

/** What every run can be told. */
export interface RunOptions extends DeviceOptions, ClusterOptions {
  readonly workers?: number;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What is run, and what is said of it beside its answer. */
export interface Run {
  /** Begins the name of its folder. */
  readonly name: string;
  readonly started: Date;
  /** What decides the answer, beside the artifacts that are wanted. */
  readonly question: unknown;
  readonly options: RunOptions;
  /** What is suspicious of the data: manifests and reports have it. */
  readonly warnings?: readonly string[];
  /** What a JSON document has beside the result. */
  readonly beside?: object;
  /** What people are to look at, a word and a name in the folder; the report where absent. */
  readonly shown?: readonly [what: string, name: string];
  /** Models that can only be asked. */
  readonly services?: Services<Service & { close(): Promise<void> }>;
  /** Where the run is logged too. */
  readonly mlflow?: MlflowServer | undefined;
  /** Files of models that were brought, by the names that results have for them: what is logged of those models. */
  readonly brought?: Readonly<Record<string, string>>;
  /** Rows that were sent to them; counted when all has been computed. */
  queries?(): { readonly sent: number } & NonNullable<RunFacts["queries"]>;
}

/** A study that has been planned, and what its run is to know of it. */
export interface PlannedRun extends Pick<Run, "question" | "warnings" | "services" | "queries" | "brought"> {
  readonly asked: Asked;
}

/**
 * Refuses a folder before any work is done. Workers load while data are read, unless a finished run is there: what it
 * wanted is most likely in the store.
 */
export async function beginRun(options: RunOptions, name: string): Promise<void> {
  if (!(await holdsFinished(options.out ?? join(RUNS, name)))) startAhead(options);
}

/** Does all that remains of a command whose study is planned. */
export async function runAsked(plan: PlanBuilder, { wanted, answer }: Asked, run: Run): Promise<void> {
  const { name, started, options, warnings = [], beside, shown = ["Report", "report.html"], services } = run;
  const { device, broker, quiet = false, workers = defaultWorkers() } = options;
  const hash = hashOfQuestion(run.question, wanted, device);
  const folder = options.out ?? runFolder(name, hash, started);
  const finished = await isFinished(folder, hash);
  const store = await runPlan(plan, wanted, { workers, quiet, device, broker, services });
  const { result, told, isKept, tracked, models, queries } = await keepingResults(async () => {
    const found = await answer(store);
    const queries = run.queries?.();
    const facts = { ...factsOf(hash, started, store), ...(queries && { queries }), warnings };
    if (!finished) await writeFolder(folder, await found.files(facts, await emptyDocument()));
    return { ...found, queries };
  });
  // Until here something that was lost could be asked for again.
  for (const service of services?.values() ?? []) await service.close();
  const logged = await run.mlflow?.log({ name: basename(folder), ...tracked, files: logging(folder, models(), run) });
  if (!isKept) process.exitCode = NOT_KEPT;
  if (options.json) {
    printJson({ folder, ...(logged && { mlflow: logged }), ...beside, ...result });
    return;
  }
  const [what, file] = shown;
  const asked = queries ? `Queries: ${queries.sent} rows sent to the target.\n` : "";
  print(
    `${bodyOf(told)}\n${asked}${what}: ${join(folder, file)}\n` +
      `${logged ? `MLflow: ${logged}\n` : ""}${(told.closing ?? []).map(closing).join("")}`,
  );
}

function bodyOf({ lines = "", paragraphs = [] }: Told): string {
  return paragraphs.length === 0 ? lines : `${lines}${wrap(paragraphs.join("\n\n"), outputWidth())}\n`;
}

const closing = (line: string) => `\n${wrap(line, outputWidth())}\n`;

/** The files of a run's folder, and below `models` those of its models. */
async function* logging(
  folder: string,
  models: ReturnType<Answer["models"]>,
  { brought = {} }: Pick<Run, "brought">,
): AsyncGenerator<LoggedFile> {
  yield* filesOf(folder);
  for (const [name, file] of Object.entries(brought))
    yield [posix.join("models", posix.dirname(name), basename(file)), await readFile(file)];
  for await (const [name, onnx] of models) if (!(name in brought)) yield [`models/${name}.onnx`, onnx];
}

/** What figures are drawn on. It takes a while to load. */
async function emptyDocument(): Promise<Document> {
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}
