// carom poison: points that make what learns from them err, written to a file and judged after being read back.

import { type Dataset, rowCount, type Store } from "@carom/core";
import { poisoningAttacks } from "@carom/core/attacks";
import {
  type Block,
  type BlockFacts,
  joinBlocks,
  planCraft,
  type Ref,
  readRef,
  requireClones,
  startPlan,
} from "@carom/core/study";
import type { Command } from "commander";
import { type Draft, writeDraft } from "../host/output.ts";
import { poisonBytes } from "../host/poisonFile.ts";
import { runPlan } from "../host/runPlan.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print, tell } from "../terminal/print.ts";
import { withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { listing, optionsOf } from "../ui/listing.ts";
import { invalid, parsePositive, parseWorkers, printJson, withCommonOptions } from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { withScalingOption } from "../ui/scalingOption.ts";
import { collectSettings } from "../ui/settings.ts";
import { countsOf, type PoisoningAsked, type PoisonOptions, poisoningAsked } from "./poisonAsked.ts";
import { checkOverlap, type PoisonData, readPoisonData } from "./poisonData.ts";
import { type Judged, judge, planVerdicts } from "./poisonJudged.ts";

/** `carom poison LEARNER --train F --validation F --fraction 0.05 --out poison.npz`. */
export function poisonCommand(command: Command): Command {
  command
    .argument("[learner]", "what the points are crafted on; carom fit --list describes learners")
    .option("--train <file>", "what the learner is trained on, and whose rows are cloned; or digits")
    .option("--validation <file>", "labelled data whose loss the points are to raise")
    .option("--test <file>", "labelled data to count errors on; none are counted where absent")
    .option("--points <list>", "how many points, such as 25 or 5,10,25", parsePoints)
    .option("--fraction <list>", "points as a share of what the target learns from then, such as 0.05", parseFractions)
    .option("--out <file>", "the .npz file to write: x, y, start, source (the row of --train), loss")
    .option("--set <name=value>", "an option of the learner, such as C=10; may be repeated", collectSettings)
    .option("--preset <name>", "named options of an experiment, such as mnist89-poisoning/high")
    .option("--attack <name>", Object.keys(poisoningAttacks).join(", "), "gradient")
    .option("--attack-set <name=value>", "an option of the attack; may be repeated", collectSettings)
    .option("--judge <learner>", "the target that learns from the points too; the same learner where absent")
    .option("--judge-set <name=value>", "an option of the target; may be repeated", collectSettings)
    .option("--judge-preset <name>", "named options of the target")
    .option("--target-train <file>", "the target's own training data; that of --train where absent")
    .option("--retune", "let the target choose its regularisation by cross-validation on the poisoned data")
    .option("--allow-overlap", "warn, and go on, where validation or test rows are among training rows")
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--list", "the attacks with their options and defaults")
    .action(run);
  return withExamples(
    withCommonOptions(withDataOptions(withScalingOption(command))),
    "carom poison logistic --train mine.npz --validation more.npz --test test.npz \\",
    "    --fraction 0.05,0.1,0.2 --out poison.npz --judge mlp --target-train theirs.npz",
    "carom poison ridge --set alpha=10 --train mine.npz --validation more.npz --points 25 --out poison.npz",
  );
}

async function run(name: string | undefined, options: PoisonOptions): Promise<void> {
  if (options.list) {
    list(options.json === true);
    return;
  }
  const asked = await poisoningAsked(name, options);
  const { surrogate, settings, judging, out } = asked;
  const data = await readPoisonData(options);
  const own = rowCount(data.targetTrain ?? data.train);
  const counts = countsOf(options, own);
  requireClones(counts[counts.length - 1], rowCount(data.train));
  for (const warning of checkOverlap(data, options.allowOverlap === true)) tell(warning);
  const warnings = dataWarnings(data.train, { learned: true });
  holdWarnings(warnings);

  const workers = options.workers ?? defaultWorkers();
  const plan = startPlan();
  const blocks = planCraft(plan, {
    ...{ attack: options.attack, settings, learner: surrogate.learner.name, options: surrogate.options },
    ...{ counts, seed: options.seed, training: plan.data(data.train), validation: plan.data(data.validation) },
    label: `poisoning ${surrogate.learner.name}`,
  });
  const verdicts = judging && data.test && { data, test: data.test, judging, options };
  // Points are crafted one block after the other: meanwhile the target learns without any.
  const wanted = verdicts ? [...blocks, ...planVerdicts(plan, verdicts, [0])] : blocks;
  const store = await runPlan(plan, wanted, { workers, quiet: options.quiet === true });
  const { draft, ...effort } = await writePoints(store, blocks, out, data.train);
  const judged = verdicts && (await judge(draft.path, verdicts, counts, workers));

  // Not before all is done: a run that is ended can be started again.
  await draft.keep();
  const fractions = counts.map((points) => points / (points + own));
  const found: Found = { counts, fractions, effort, judged, warnings };
  if (options.json) printJson(asJson(asked, data, found, options));
  else printWords(asked, found, options);
}

function list(json: boolean): void {
  const rows = Object.values(poisoningAttacks).map(({ options: schema, create: _, ...row }) => ({
    ...row,
    options: optionsOf(schema),
  }));
  if (json) printJson(rows);
  else print(listing(rows));
}

interface Found {
  readonly counts: readonly number[];
  /** The points as shares of all that is learned from. */
  readonly fractions: readonly number[];
  readonly effort: BlockFacts;
  readonly judged: Judged | undefined;
  readonly warnings: readonly string[];
}

function asJson(
  { surrogate, judging, out }: PoisoningAsked,
  { readings }: PoisonData,
  { counts, fractions, effort, judged, warnings }: Found,
  { attack, seed }: PoisonOptions,
): object {
  return {
    readings,
    ...{ learner: surrogate.learner.name, options: surrogate.options, attack, seed },
    ...{ points: counts, fractions, ...effort, out },
    ...(warnings.length > 0 && { warnings }),
    ...(judged &&
      judging && {
        judged: {
          ...{ learner: judging.learner.name, options: judging.options, cleanError: judged.cleanError },
          budgets: judged.budgets.map((each, i) => ({ points: counts[i], fraction: fractions[i], ...each })),
        },
      }),
  };
}

function printWords(
  { surrogate, judging, out }: PoisoningAsked,
  { counts, fractions, effort: { losses, fits, gradients }, judged }: Found,
  { attack }: PoisonOptions,
): void {
  if (judged && judging) {
    print(`${judging.learner.name} without them: error ${describeRate(judged.cleanError)}\n`);
    for (const [i, { error }] of judged.budgets.entries()) {
      const share = (100 * fractions[i]).toFixed(1);
      print(`${counts[i]} points, ${share} % of the data: error ${describeRate(error)}\n`);
    }
  }
  const loss = Number(losses[losses.length - 1].toPrecision(4));
  print(
    `written: ${out} (${attack} on ${surrogate.learner.name}; validation loss after the last point ${loss}; ` +
      `${fits} fits, ${gradients} gradients)\n`,
  );
}

/** Writes the points of all blocks to the file; says what they took. */
async function writePoints(
  store: Store,
  refs: readonly Ref<Block>[],
  out: string,
  { classNames }: Dataset,
): Promise<BlockFacts & { readonly draft: Draft }> {
  const blocks = await Promise.all(refs.map((ref) => readRef(store, ref)));
  const sum = (name: "fits" | "gradients" | "evaluations") => blocks.reduce((total, each) => total + each[name], 0);
  const losses = blocks.flatMap((each) => each.losses);
  const draft = await writeDraft(out, poisonBytes(joinBlocks(blocks)!, losses, classNames));
  return { draft, losses, fits: sum("fits"), gradients: sum("gradients"), evaluations: sum("evaluations") };
}

function parsePoints(text: string): number[] {
  return text.split(",").map((each) => parsePositive("--points", each));
}

function parseFractions(text: string): number[] {
  const values = text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if (values.every((value) => value > 0 && value < 1)) return values;
  throw invalid("--fraction", "numbers above 0 and below 1", text, "for instance --fraction 0.05");
}
