// carom study: a grid of surrogates, targets, budgets and repetitions, from a file.

import { InputError } from "@carom/core";
import { type AnyStudy, studyJsonSchema } from "@carom/core/kinds";
import { atScale, restrict, startPlan } from "@carom/core/study";
import type { Command } from "commander";
import { shippedStudies, studyPath } from "../host/shippedStudies.ts";
import { storeFolder } from "../host/store.ts";
import { kindNamed, loadStudy } from "../host/studyFile.ts";
import { withMeasuredTimes } from "../host/times.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print } from "../terminal/print.ts";
import { withClusterOptions } from "../ui/clusterOptions.ts";
import { withDeviceOption } from "../ui/deviceOption.ts";
import { type MlflowOptions, mlflowOf, withMlflowOption } from "../ui/mlflowOption.ts";
import { type CommonOptions, parseWorkers, printJson, withCommonOptions } from "../ui/options.ts";
import { describePlan } from "../ui/planSheet.ts";
import { planStudyFile } from "./planStudyFile.ts";
import { beginRun, type RunOptions, runAsked } from "./runAsked.ts";

interface StudyOptions extends Omit<CommonOptions, "seed">, RunOptions, MlflowOptions {
  readonly seed?: number;
  readonly plan?: boolean;
  readonly schema?: boolean | string;
  readonly list?: boolean;
  readonly scale?: string;
  readonly only?: string[];
}

/** `carom study FILE` or `carom study NAME`. */
export function studyCommand(command: Command): Command {
  command
    .argument("[file]", "a study file, YAML or JSON, or the name of a study that ships with carom")
    .option("--list", "list the studies that ship with carom, and stop")
    .option("--plan", "say what would be done, how long it takes and how much disk it needs, and stop")
    .option(
      "--schema [kind]",
      "print the JSON Schema of study files, for editors: evasion, poisoning, sweep, table or audit",
    )
    .option("--scale <name>", "one of the sizes that the study names")
    .option("--only <names>", "these surrogates and targets only, with commas between", (text) => text.split(","))
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent")
    .action(run);
  withMlflowOption(withDeviceOption(withClusterOptions(command)), "the report and the files of models");
  return withCommonOptions(command, null);
}

async function run(file: string | undefined, options: StudyOptions): Promise<void> {
  if (options.schema) {
    printJson(studyJsonSchema(kindNamed(options.schema === true ? undefined : options.schema)));
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
  if (!options.plan) await beginRun(options, study.name);
  const mlflow = options.plan ? undefined : await mlflowOf(options);
  const plan = startPlan();
  const planned = await planStudyFile(plan, study, options.scale, { ...options, isAsked: options.plan !== true });
  if (options.plan) {
    const measured = await withMeasuredTimes(plan, storeFolder());
    await describePlan(measured, options.workers ?? defaultWorkers(), options.json === true);
    return;
  }
  const { asked, ...about } = planned;
  const beside = about.warnings ? { warnings: about.warnings } : {};
  await runAsked(plan, asked, { ...{ name: study.name, started, options, beside, mlflow }, ...about });
}

/** The study with some of its models, where some are named. */
function restricted(study: AnyStudy, only: readonly string[] | undefined): AnyStudy {
  if (only === undefined) return study;
  if (study.kind !== "sweep" && study.kind !== "table" && study.kind !== "audit") return restrict(study, only);
  throw new InputError("invalid", "option --only", {
    expected: "a study with surrogates and targets",
    got: `a ${study.kind}`,
    remedy: "leave it out",
  });
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
  print(lines.join(""));
}
