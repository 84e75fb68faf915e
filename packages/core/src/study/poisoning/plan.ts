// A study of poisoning: points crafted on surrogates join what targets learn from, over repetitions, each on other
// splits.

import { poisonCount } from "../../attacks/poisoning/points.ts";
import { requireDisjoint } from "../../data/overlap.ts";
import { learnerByName } from "../../learners/registry.ts";
import { stream } from "../../random.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import { planRepetitions } from "../engine/planRepetitions.ts";
import { type Part, partAt, type Ref } from "../engine/reference.ts";
import { surrogateId, targetId } from "../names.ts";
import { asShare, splitShares } from "../splitShares.ts";
import type { StudyData } from "../studyData.ts";
import { type Resolved, requireDistinct, resolve } from "../studyModels.ts";
import type { Variability } from "../tasks/lossVariability.ts";
import type { Block } from "../tasks/poison.ts";
import { poisonGradient } from "../tasks/poisonGradient.ts";
import { type PoisonMetricsInputs, type PoisonRow, poisonTransfer } from "../tasks/poisonTransfer.ts";
import { poisonVariability } from "../tasks/poisonVariability.ts";
import { split } from "../tasks/split.ts";
import { type CraftQuestion, planCraft, requireClones, requirePoisonable } from "./blocks.ts";
import { planJudge } from "./planJudge.ts";
import type { PoisonTransfer } from "./result.ts";
import type { PoisoningStudy } from "./schema.ts";

/** What one repetition leaves behind. */
export interface PoisoningMatrix {
  readonly transfer: Ref<PoisonTransfer>;
  /** V of each surrogate, where it was asked for; in the first repetition. */
  readonly variability: ReadonlyMap<string, Ref<Variability>>;
  /** Blocks of points by the id of the model that they were crafted on, those of targets apart. */
  readonly blocks: { readonly [role in PoisonRow["role"]]: ReadonlyMap<string, readonly Ref<Block>[]> };
  readonly wanted: readonly Ref<unknown>[];
}

/** Positions of the parts in a split. */
const [SURROGATE, TARGET, VALIDATION, TEST] = [0, 1, 2, 3];

/**
 * Adds the tasks of a study of poisoning to a plan.
 *
 * The parts of a split are disjoint, equal rows together. Points begin alike on all models of a repetition: clones from
 * the surrogates' part. Targets that are surrogates too are also poisoned white-box, in their own training data.
 *
 * @throws InputError for surrogates without poisoning gradient, parts larger than the data, more points than rows.
 */
export function planPoisoning(plan: PlanBuilder, study: PoisoningStudy, data: StudyData): readonly PoisoningMatrix[] {
  const surrogates = study.surrogates.map((choice) => resolve(choice));
  const targets = study.targets.map((choice) => resolve(choice));
  requireDistinct("surrogates", surrogates);
  requireDistinct("targets", targets);
  for (const { learner } of surrogates) requirePoisonable(learnerByName(learner), study.attack, {});
  const sizes = sizesOf(study, data);
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const counts = fractions.map((fraction) => poisonCount(sizes.rows[TARGET], fraction));
  requireClones(counts[counts.length - 1], sizes.rows[SURROGATE]);
  if (data.test) requireDisjoint("data.test", data.test.dataset, "data.train", data.train.dataset);
  const shared: Shared = { plan, study, data, surrogates, targets, fractions, counts, ...sizes };
  return planRepetitions(plan, study.repetitions, (repetition) => planRepetition(shared, repetition));
}

interface Shared {
  readonly plan: PlanBuilder;
  readonly study: PoisoningStudy;
  readonly data: StudyData;
  readonly surrogates: readonly Resolved[];
  readonly targets: readonly Resolved[];
  readonly fractions: readonly number[];
  readonly counts: readonly number[];
  /** Rows and shares of the parts. */
  readonly rows: readonly number[];
  readonly shares: readonly number[];
}

function planRepetition(shared: Shared, repetition: number): PoisoningMatrix {
  const { plan, study, surrogates, targets, fractions, counts } = shared;
  const prefix = study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "";
  const seed = stream(study.seed, "poisoning", repetition).integer(2 ** 31);
  const part = partsOf(shared, repetition);
  const [training, own, validation, test] = [SURROGATE, TARGET, VALIDATION, TEST].map(part);
  const names = new Set(surrogates.map(({ name }) => name));
  const twice = targets.filter(({ name }) => names.has(name));
  const craft = ({ learner, options }: Resolved, id: string, parts: Pick<CraftQuestion, "training" | "pool">) =>
    planCraft(plan, {
      ...{ attack: study.attack, settings: {}, learner, options, validation, counts, seed, ...parts },
      label: `${prefix}poisoning ${id}`,
    });
  const crafted = (choices: readonly Resolved[], idOf: (name: string) => string, parts: Parameters<typeof craft>[2]) =>
    new Map(choices.map((choice) => [idOf(choice.name), craft(choice, idOf(choice.name), parts)]));
  const blocks = {
    surrogate: crafted(surrogates, surrogateId, { training }),
    target: crafted(twice, targetId, { training: own, pool: training }),
  };
  const judge = ({ name, learner, options }: Resolved, from: readonly Ref<Block>[], at: typeof counts, what: string) =>
    planJudge(
      plan,
      { learner, options, counts: at, seed, label: targetId(name), retune: study.retune },
      { training: own, test, blocks: from },
      `${prefix}${what}`,
    );
  const clean = new Map<string, ReturnType<typeof judge>>();
  const judged: PoisonMetricsInputs["judged"][number][] = [];
  for (const choice of targets) {
    const target = targetId(choice.name);
    clean.set(target, judge(choice, [], [0], `training ${target}`));
    const white = blocks.target.get(target);
    for (const [id, from] of [...blocks.surrogate, ...(white ? ([[target, white]] as const) : [])]) {
      judged.push({ id: [id, target], judge: judge(choice, from, counts, `${target} with points of ${id}`) });
    }
  }
  const starts = blocks.surrogate.get(surrogateId(surrogates[0].name))!;
  const isWanted = study.metrics.includes("size") || study.metrics.includes("alignment");
  const gradient = ({ learner, options }: Resolved, id: string, training: Part) =>
    plan.add(
      poisonGradient,
      { learner, options, seed },
      { training, validation, blocks: starts },
      `${prefix}gradients of ${id}`,
    );
  const row = (choice: Resolved, role: PoisonRow["role"]): PoisonRow => {
    const id = role === "target" ? targetId(choice.name) : surrogateId(choice.name);
    const { learner, options, complexity } = choice;
    const unpoisoned = clean.get(id);
    const hasGradient = isWanted && names.has(choice.name);
    return {
      ...{ id, role, learner, options },
      ...(complexity && { complexity }),
      blocks: blocks[role].get(id) ?? [],
      ...(hasGradient && { gradient: gradient(choice, id, role === "target" ? own : training) }),
      ...(unpoisoned && { clean: unpoisoned }),
    };
  };
  const models = [
    ...targets.map((choice) => row(choice, "target")),
    ...surrogates.map((choice) => row(choice, "surrogate")),
  ];
  const transfer = plan.add(
    poisonTransfer,
    { fractions, counts, seed, retune: study.retune },
    { test, models, judged },
    `${prefix}metrics`,
  );
  const variability =
    repetition === 0 && study.metrics.includes("variability")
      ? planVariability(shared, { starts, validation, seed })
      : new Map<string, Ref<Variability>>();
  const made = [...blocks.surrogate.values(), ...blocks.target.values()].flat();
  return { transfer, variability, blocks, wanted: [transfer, ...variability.values(), ...made] };
}

/**
 * V of each surrogate, on the validation rows of the first repetition; training sets are drawn among the other rows.
 */
function planVariability(
  { plan, study, data, surrogates, shares }: Shared,
  { starts, validation, seed }: { readonly starts: readonly Ref<Block>[]; readonly validation: Part; seed: number },
): ReadonlyMap<string, Ref<Variability>> {
  const train = data.train.part;
  const rest = restOf(shares);
  const others = [SURROGATE, TARGET, ...(rest > 0 ? [shares.length] : [])];
  const among = others.reduce((sum, i) => sum + (shares[i] ?? rest), 0);
  const sets = Array.from({ length: study.variability.sets }, (_, set): Part => {
    const parameters = { seed: study.seed, repetition: set, fractions: [shares[SURROGATE] / among], parts: others };
    const inputs = { data: train, among: validation.split! };
    return partAt(
      train,
      plan.add(split, parameters, inputs, `training set ${set + 1}`),
      0,
      shares[SURROGATE] * train.rows,
    );
  });
  return new Map(
    surrogates.map(({ name, learner, options }) => {
      const id = surrogateId(name);
      const inputs = { validation, sets, blocks: starts };
      return [id, plan.add(poisonVariability, { learner, options, seed }, inputs, `variability of ${id}`)] as const;
    }),
  );
}

/** The share of the rows that is in no part; 0 where it is a few rows. */
function restOf(shares: readonly number[]): number {
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return rest > 0.01 ? rest : 0;
}

/** The disjoint parts of one repetition. */
function partsOf({ plan, study, data, shares }: Shared, repetition: number): (index: number) => Part {
  const rest = restOf(shares);
  const { seed } = study;
  const train = data.train.part;
  const test = data.test?.part;
  const parameters = { seed, repetition, fractions: [...shares, ...(rest > 0 ? [rest] : [])] };
  const parts = plan.add(split, parameters, { data: train }, "split");
  return (index) => {
    if (index !== TEST || !test) return partAt(train, parts, index, shares[index] * train.rows);
    const keep = Math.min(1, asShare(study.split.test, test.rows));
    const chosen = plan.add(split, { seed, repetition, fractions: [1], keep: [keep] }, { data: test }, "split");
    return partAt(test, chosen, 0, keep * test.rows);
  };
}

/** Rows and shares of the parts; with a test file the last of the shares is left out. */
function sizesOf({ split }: PoisoningStudy, data: StudyData): Pick<Shared, "rows" | "shares"> {
  const n = data.train.part.rows;
  const wanted = [split.surrogate, split.target, split.validation, ...(data.test ? [] : [split.test])];
  const shares = splitShares(split, wanted, n);
  return { rows: shares.map((share) => Math.round(share * n)), shares };
}
