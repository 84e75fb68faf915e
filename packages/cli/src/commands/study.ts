// carom study: a grid of surrogates, targets, budgets and repetitions, from a file.

import { join } from "node:path";
import {
  atScale,
  type Dataset,
  datasetArtifact,
  featureCount,
  InputError,
  type Plan,
  type PlanBuilder,
  type PoisoningStudy,
  planStudy,
  readStudy,
  restrict,
  rowCount,
  type Store,
  type Study,
  type StudyData,
  selectColumns,
  startPlan,
  takeColumns,
  takeRows,
  unknownName,
  withBinaryFeatures,
  withClasses,
} from "@carom/core";
import { Command } from "commander";
import { loadDataset } from "../host/data.ts";
import { RUNS, requireFree, runFolder, writeFolder } from "../host/output.ts";
import { defaultWorkers } from "../host/pool.ts";
import { runPlan } from "../host/runPlan.ts";
import { shippedStudies, studyPath } from "../host/shippedStudies.ts";
import { diskStore, storeFolder } from "../host/store.ts";
import { type AnyStudy, loadStudy, schemaOf } from "../host/studyFile.ts";
import { withMeasuredTimes } from "../host/times.ts";
import type { RunFacts } from "../report/manifest.ts";
import { claimLines } from "../ui/claims.ts";
import { type CommonOptions, parseWorkers, printJson, withCommonOptions } from "../ui/options.ts";
import { askPoisoning } from "./studyPoisoning.ts";
import { askSweep } from "./studySweep.ts";

interface StudyOptions extends Omit<CommonOptions, "seed"> {
  readonly seed?: number;
  readonly plan?: boolean;
  readonly schema?: boolean | string;
  readonly list?: boolean;
  readonly scale?: string;
  readonly only?: string[];
  readonly workers?: number;
  readonly out?: string;
}

/** `carom study FILE` or `carom study NAME`. */
export function studyCommand(): Command {
  const command = new Command("study")
    .description("run a grid of surrogates and targets from a study file; what is finished is never computed again")
    .argument("[file]", "a study file, YAML or JSON, or the name of a study that ships with carom")
    .option("--list", "list the studies that ship with carom, and stop")
    .option("--plan", "say what would be done, how long it takes and how much disk it needs, and stop")
    .option("--schema [kind]", "print the JSON Schema of study files, for editors: evasion, poisoning or sweep")
    .option("--scale <name>", "one of the sizes that the study names")
    .option("--only <names>", "these surrogates and targets only, with commas between", (text) => text.split(","))
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  return withCommonOptions(command, null);
}

async function run(file: string | undefined, options: StudyOptions): Promise<void> {
  if (options.schema) {
    printJson(schemaOf(options.schema === true ? "evasion" : options.schema));
    return;
  }
  if (options.list) {
    await listStudies(options.json === true);
    return;
  }
  if (file === undefined) {
    throw new InputError("missing", "study file", {
      expected: "a YAML or JSON file, or the name of a study",
      got: "none",
      remedy: "see carom study --list for names and carom study --schema for what is in a file",
    });
  }
  const started = new Date();
  const loaded = await loadStudy(await studyPath(file));
  const seeded = options.seed === undefined ? loaded : { ...loaded, seed: options.seed };
  const study = restricted(atScale(seeded, options.scale), options.only);
  if (!options.plan) await requireFree(options.out ?? join(RUNS, study.name));
  const plan = startPlan();
  const { data, hashes } = await loadData(plan, study);
  const { wanted, answer } = ask(plan, study, data, hashes);
  const workers = options.workers ?? defaultWorkers();
  if (options.plan) {
    await describePlan(await withMeasuredTimes(plan, storeFolder()), workers, options.json === true);
    return;
  }
  const store = await runPlan(plan, wanted, { workers, quiet: options.quiet === true });
  const folder = options.out ?? runFolder(study.name, [study, hashes], started);
  const { result, files, text } = await answer(store);
  const facts = { started, seconds: (Date.now() - started.getTime()) / 1000 };
  await writeFolder(folder, await files(facts));
  if (options.json) printJson({ folder, ...result });
  else process.stdout.write(`${text}\nReport: ${join(folder, "report.html")}\n`);
}

/** A study that has been planned, whatever its kind: what to compute, and what is then to be said. */
export interface Asked {
  readonly wanted: readonly string[];
  answer(store: Store): Promise<{
    readonly result: object;
    readonly text: string;
    files(facts: RunFacts): Promise<Record<string, string>>;
  }>;
}

function ask(plan: PlanBuilder, study: AnyStudy, data: StudyData, hashes: Record<string, string>): Asked {
  if (study.kind === "poisoning") return askPoisoning(plan, study, data, hashes);
  if (study.kind === "sweep") return askSweep(plan, study, data, hashes);
  return askEvasion(plan, study, data, hashes);
}

/** The study with some of its models, where some are named. */
function restricted(study: AnyStudy, only: readonly string[] | undefined): AnyStudy {
  if (only === undefined) return study;
  if (study.kind !== "sweep") return restrict(study, only);
  throw new InputError("invalid", "option --only", {
    expected: "a study with surrogates and targets",
    got: "a sweep",
    remedy: "leave it out",
  });
}

function askEvasion(plan: PlanBuilder, study: Study, data: StudyData, hashes: Record<string, string>): Asked {
  const keys = planStudy(plan, study, data);
  const wanted = keys.flatMap(({ transfer, curve, variability }) => [
    transfer,
    ...(curve === undefined ? [] : [curve]),
    ...(variability?.values() ?? []),
  ]);
  return {
    wanted,
    async answer(store) {
      const result = await readStudy(store, keys, study, hashes);
      const files = async (facts: RunFacts) => (await import("../report/studyFiles.ts")).studyFiles(result, facts);
      return { result, text: `${rates(result)}\n${claimLines(result.explanation.claims)}`, files };
    },
  };
}

type AnyData = PoisoningStudy["data"] & Partial<Study["data"]>;

/** Reads the study's data into the plan. Paths stay out of it: data are known by their content. */
async function loadData(
  plan: PlanBuilder,
  study: AnyStudy,
): Promise<{ data: StudyData; hashes: Record<string, string> }> {
  const { train, test, classes, positive, binary, select, ...reading }: AnyData = study.data;
  const shape = { ...reading, ...(binary && { binary }), ...(select !== undefined && { select }) };
  const read = async (
    spec: string,
    like?: { readonly classNames: readonly string[]; readonly columns?: Int32Array },
  ) => {
    const { dataset, contentHash } = await loadDataset(spec, reading);
    const kept = keepClasses(binary ? withBinaryFeatures(dataset) : dataset, classes ?? like?.classNames);
    const labelled = againstRest(kept, positive);
    const columns = like
      ? like.columns
      : select !== undefined && select < featureCount(kept)
        ? selectColumns(labelled, select)
        : undefined;
    const chosen = columns ? takeColumns(labelled, columns) : labelled;
    const identity = {
      data: contentHash,
      reading: shape,
      classes: chosen.classNames,
      columns: columns && [...columns],
    };
    const key = plan.source(identity, datasetArtifact(chosen));
    return { key, dataset: chosen, contentHash, classNames: kept.classNames, ...(columns && { columns }) };
  };
  const forTraining = await read(train);
  const forTest = test === undefined ? undefined : await read(test, forTraining);
  return {
    data: { train: forTraining, ...(forTest && { test: forTest }) },
    hashes: { train: forTraining.contentHash, ...(forTest && { test: forTest.contentHash }) },
  };
}

/** Two classes: the named one, numbered 1, and all others together. */
function againstRest(data: Dataset, positive: string | undefined): Dataset {
  if (positive === undefined) return data;
  const own = data.classNames.indexOf(positive);
  if (own < 0) unknownName("class", positive, data.classNames);
  const labels = data.labels.map((label) => (label === own ? 1 : 0));
  return { ...data, labels, classNames: [`not ${positive}`, positive] };
}

/** The rows of the named classes, with classes numbered in that order. */
function keepClasses(data: Dataset, classes: readonly string[] | undefined): Dataset {
  if (!classes) return data;
  const rows = Array.from(data.labels.keys()).filter((i) => classes.includes(data.classNames[data.labels[i]]));
  return withClasses(rows.length === rowCount(data) ? data : takeRows(data, rows), classes);
}

async function listStudies(json: boolean): Promise<void> {
  const studies = await shippedStudies();
  if (json) {
    printJson(studies);
    return;
  }
  const lines = studies.map(({ name, title, scales, data }) => {
    const sizes = scales.length > 0 ? `scales ${scales.join(", ")}; ` : "";
    return `${name}: ${title} (${sizes}${data.length > 0 ? `reads ${data.join(", ")}` : "data included"})\n`;
  });
  process.stdout.write(lines.join(""));
}

async function describePlan(plan: Plan, workers: number, json: boolean): Promise<void> {
  const store = diskStore(storeFolder());
  const kinds = new Map<string, { tasks: number; finished: number; seconds: number }>();
  let bytes = 0;
  for (const { kind, key, seconds, bytes: size } of plan.tasks) {
    const row = kinds.get(kind) ?? { tasks: 0, finished: 0, seconds: 0 };
    kinds.set(kind, row);
    row.tasks++;
    if (await store.has(key)) row.finished++;
    else {
      row.seconds += seconds;
      bytes += size;
    }
  }
  const seconds = [...kinds.values()].reduce((sum, row) => sum + row.seconds, 0) / workers;
  if (json) {
    printJson({ kinds: Object.fromEntries(kinds), workers, seconds, bytes });
    return;
  }
  const lines = [...kinds].map(
    ([kind, { tasks, finished }]) => `${kind.padEnd(15)}${String(tasks).padStart(6)} tasks, ${finished} finished\n`,
  );
  process.stdout.write(
    `${lines.join("")}about ${duration(seconds)} with ${workers} workers, ${(bytes / 2 ** 20).toFixed(0)} MB in the store\n`,
  );
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** The transfer rates as a table: a row per surrogate, a column per budget. */
function rates({ study, transferRates }: Awaited<ReturnType<typeof readStudy>>): string {
  const names = [...new Set(transferRates.map(({ surrogate }) => surrogate))];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const { epsilons } = study.attack;
  const header = `${"transfer rate".padEnd(width)}${epsilons.map((epsilon) => String(epsilon).padStart(8)).join("")}`;
  const rows = names.map((name) => {
    const row = epsilons.map((epsilon) =>
      transferRates.find((each) => each.surrogate === name && each.epsilon === epsilon),
    );
    return `${name.padEnd(width)}${row.map((each) => (each ? each.rate.toFixed(3) : "").padStart(8)).join("")}`;
  });
  return `${[header, ...rows].join("\n")}\n`;
}
