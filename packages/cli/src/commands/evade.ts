// carom evade: points that a model gets wrong, written to a file and judged after being read back.

import { objectives } from "@carom/core/attacks";
import type { Command } from "commander";
import { checkOn } from "../host/classifier.ts";
import { withFeaturesOption } from "../host/featuresFile.ts";
import { type JudgedFile, judgeSaved } from "../host/judgeSaved.ts";
import { withThreatOptions } from "../host/threat.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print } from "../terminal/print.ts";
import { withAttackerOptions } from "../ui/attackerOptions.ts";
import { attackTable, boosterTable, ensembleTable } from "../ui/attackTable.ts";
import { withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { withDeviceOption } from "../ui/deviceOption.ts";
import { listing } from "../ui/listing.ts";
import { withModelOptions } from "../ui/modelOptions.ts";
import { parseEpsilons, parseShare, parseWorkers, printJson, withCommonOptions } from "../ui/options.ts";
import { withUnitsOption } from "../ui/unitsOption.ts";
import { type EvadeOptions, type EvasionAsked, evasionAsked } from "./evadeAsked.ts";
import { craftBudgets, craftSmallest, type Evaded } from "./evadeCraft.ts";
import { type Judged, tellEvasion } from "./evadeFound.ts";
import type { LoadedModel } from "./evadeModels.ts";
import { craftSparse } from "./evadeSparse.ts";

/** `carom evade --model M --data F --norm l2 --epsilon 0.5,1,2 --out adv.npz`. */
export function evadeCommand(command: Command): Command {
  command
    .option("--model <files...>", "the ONNX classifier to attack; of several, the mean of their margins is raised")
    .option("--data <file>", "labelled data; every row is attacked")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option("--min-epsilon", "in place of --epsilon: search the smallest budget at which each point is wrong")
    .option("--out <file>", "the file to write: .npz with x, y, epsilon and index, the row of --data; or .svmlight")
    .option("--class <name>", "attack rows of this class only")
    .option("--target-class <name>", "the class that rows of others should end in; any wrong one where absent")
    .option(
      "--objective <name>",
      `what the attack raises: ${Object.keys(objectives).join(", ")} (the first where absent)`,
    )
    .option("--false-alarms <share>", "with --class: also judge at this rate of other rows taken for it", parseShare)
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--list", "attacks, boosters and rules of ensembles with their options and defaults")
    .action(run);
  withAttackerOptions(command);
  withDeviceOption(command);
  return withExamples(
    withCommonOptions(
      withDataOptions(withThreatOptions(withUnitsOption(withFeaturesOption(withModelOptions(command))))),
    ),
    "carom evade --model mlp.onnx --data digits --epsilon 0.5,1,2 --out adv.npz",
    "carom evade --model m.onnx --data apps.npz --norm l1 --add-only --class 1 \\",
    "    --epsilon 5,10,30 --false-alarms 0.005 --out adv.npz",
    "carom evade --model a.onnx b.onnx --data digits --min-epsilon --out adv.npz",
    "carom evade --model a.onnx b.onnx --data digits --epsilon 1 \\",
    "    --boosters ni,vmi --ensemble meanDirection --out adv.npz",
  );
}

async function run(options: EvadeOptions): Promise<void> {
  if (options.list) {
    list(options.json === true);
    return;
  }
  const asked = await evasionAsked(options);
  const crafted = await craft(asked, options);
  const judged: Judged[] = [];
  for (const model of asked.models) {
    const warnings = await checkOn(model, asked.data);
    judged.push({ ...(await judge(asked, model, crafted, options)), warnings });
    await model.opened.close();
  }
  // Not before all is done: a run that is ended can be started again.
  await crafted.draft.keep();
  tellEvasion(asked, crafted, judged, options);
}

function list(json: boolean): void {
  const tables = { attack: attackTable(), booster: boosterTable(), ensemble: ensembleTable() };
  if (json) printJson(Object.entries(tables).flatMap(([kind, rows]) => rows.map((row) => ({ kind, ...row }))));
  else {
    print(`Attacks\n\n${listing(tables.attack)}\nBoosters\n\n${listing(tables.booster)}\n`);
    print(`Rules of ensembles\n\n${listing(tables.ensemble)}`);
  }
}

async function craft(asked: EvasionAsked, { workers, quiet = false, device }: EvadeOptions): Promise<Evaded> {
  const { place, question, epsilons, runtime, models, threat } = asked;
  const running = { workers: workers ?? defaultWorkers(), quiet, device };
  if (!epsilons) return craftSmallest(place, question, running);
  const { attacked: data, target } = asked.rows;
  const sparse = { runtime, models, data, threat, ...(target !== undefined && { target }) };
  const flipped = asked.flips ? await craftSparse(place, sparse, epsilons, quiet) : undefined;
  return flipped ?? craftBudgets(place, question, epsilons, running);
}

function judge(
  { rows: { attacked, target, positive }, threat, epsilons, data }: EvasionAsked,
  { opened }: LoadedModel,
  { draft }: Evaded,
  { falseAlarms }: EvadeOptions,
): Promise<JudgedFile> {
  const detects = falseAlarms !== undefined && positive !== undefined;
  return judgeSaved(draft.path, opened, attacked, threat.norm, epsilons ?? [Number.POSITIVE_INFINITY], {
    ...(target !== undefined && { target }),
    ...(detects && { detection: { positive, others: data, falseAlarmRate: falseAlarms } }),
  });
}
