// carom study: a grid of surrogates, targets, budgets and repetitions, from a file.

import { join } from "node:path";
import {
  type Dataset,
  datasetArtifact,
  InputError,
  type Plan,
  type PlanBuilder,
  planStudy,
  readStudy,
  restrict,
  rowCount,
  type Study,
  type StudyData,
  startPlan,
  studyJsonSchema,
  takeRows,
  withClasses,
} from "@carom/core";
import { Command } from "commander";
import { loadDataset } from "../host/data.ts";
import { RUNS, requireFree, runFolder, writeFolder } from "../host/output.ts";
import { defaultWorkers } from "../host/pool.ts";
import { runPlan } from "../host/runPlan.ts";
import { diskStore, storeFolder } from "../host/store.ts";
import { loadStudy } from "../host/studyFile.ts";
import { type CommonOptions, parseWorkers, printJson, withCommonOptions } from "../ui/options.ts";

interface StudyOptions extends Omit<CommonOptions, "seed"> {
  readonly seed?: number;
  readonly plan?: boolean;
  readonly schema?: boolean;
  readonly scale?: string;
  readonly only?: string[];
  readonly workers?: number;
  readonly out?: string;
}

/** `carom study FILE`. */
export function studyCommand(): Command {
  const command = new Command("study")
    .description("run a grid of surrogates and targets from a study file; what is finished is never computed again")
    .argument("[file]", "a study file, YAML or JSON")
    .option("--plan", "say what would be done, how long it takes and how much disk it needs, and stop")
    .option("--schema", "print the JSON Schema of study files, for editors")
    .option("--scale <name>", "one of the sizes that the study names")
    .option("--only <names>", "these surrogates and targets only, with commas between", (text) => text.split(","))
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  return withCommonOptions(command, null);
}

async function run(file: string | undefined, options: StudyOptions): Promise<void> {
  if (options.schema) {
    printJson(studyJsonSchema());
    return;
  }
  if (file === undefined) {
    throw new InputError("missing", "study file", {
      expected: "a YAML or JSON file",
      got: "none",
      remedy: "see carom study --schema for what is in one",
    });
  }
  const started = new Date();
  const loaded = await loadStudy(file);
  const seeded = options.seed === undefined ? loaded : { ...loaded, seed: options.seed };
  const study = restrict(seeded, options.scale, options.only);
  if (!options.plan) await requireFree(options.out ?? join(RUNS, study.name));
  const plan = startPlan();
  const { data, hashes } = await loadData(plan, study);
  const keys = planStudy(plan, study, data);
  const workers = options.workers ?? defaultWorkers();
  if (options.plan) {
    await describePlan(plan, workers, options.json === true);
    return;
  }
  const wanted = keys.flatMap(({ transfer, curve, variability }) => [
    transfer,
    ...(curve === undefined ? [] : [curve]),
    ...(variability?.values() ?? []),
  ]);
  const store = await runPlan(plan, wanted, { workers, quiet: options.quiet === true });
  const result = await readStudy(store, keys, study, hashes);
  const folder = options.out ?? runFolder(study.name, [study, hashes], started);
  const { studyFiles } = await import("../report/studyFiles.ts");
  const facts = { started, seconds: (Date.now() - started.getTime()) / 1000 };
  await writeFolder(folder, studyFiles(result, facts));
  if (options.json) printJson({ folder, ...result });
  else process.stdout.write(`${rates(result)}\n${claims(result)}\nReport: ${join(folder, "report.html")}\n`);
}

/** Reads the study's data into the plan. Paths stay out of it: data are known by their content. */
async function loadData(plan: PlanBuilder, study: Study): Promise<{ data: StudyData; hashes: Record<string, string> }> {
  const { train, test, classes, ...reading } = study.data;
  const read = async (spec: string, like?: readonly string[]) => {
    const { dataset, contentHash } = await loadDataset(spec, reading);
    const chosen = keepClasses(dataset, classes ?? like);
    const key = plan.source({ data: contentHash, reading, classes: chosen.classNames }, datasetArtifact(chosen));
    return { key, dataset: chosen, contentHash };
  };
  const forTraining = await read(train);
  const forTest = test === undefined ? undefined : await read(test, forTraining.dataset.classNames);
  return {
    data: { train: forTraining, ...(forTest && { test: forTest }) },
    hashes: { train: forTraining.contentHash, ...(forTest && { test: forTest.contentHash }) },
  };
}

/** The rows of the named classes, with classes numbered in that order. */
function keepClasses(data: Dataset, classes: readonly string[] | undefined): Dataset {
  if (!classes) return data;
  const rows = Array.from(data.labels.keys()).filter((i) => classes.includes(data.classNames[data.labels[i]]));
  return withClasses(rows.length === rowCount(data) ? data : takeRows(data, rows), classes);
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
    ([kind, { tasks, finished }]) => `${kind.padEnd(10)}${String(tasks).padStart(6)} tasks, ${finished} finished\n`,
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

/** The paper's claims, a line each; the numbers behind them are in the report. */
function claims({ explanation }: Awaited<ReturnType<typeof readStudy>>): string {
  return explanation.claims.map(({ id, verdict, claim }) => `${id}  ${verdict.padEnd(11)} ${claim}\n`).join("");
}
