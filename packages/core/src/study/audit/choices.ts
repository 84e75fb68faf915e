// An audit from arguments: what is not said is chosen by the data, and told.

import type { Attacker } from "../../attacks/attacker.ts";
import { objectiveByName } from "../../attacks/objective.ts";
import type { Dataset } from "../../data/dataset.ts";
import { classNamed } from "../../data/labels.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import type { TrainingSize } from "../../learners/trainingSize.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import type { BudgetUnits } from "../tasks/normChoice.ts";
import { type AttackerNames, attackersFor, requireSuited, standInOf } from "./attackers.ts";
import { budgetUnitsOf, defaultBudgets } from "./budgets.ts";
import type { AuditQuestion } from "./question.ts";
import { type AskedSurrogate, surrogatesFor } from "./surrogates.ts";

/** What an audit may be told. */
export interface AuditChoices {
  readonly seed: number;
  /** How perturbations are measured. */
  readonly norm: Norm["name"];
  /**
   * What budgets are in; units of ranges where neither they nor budgets are given and features have bounds of their
   * own.
   */
  readonly units?: BudgetUnits;
  /** What is known of features, in whose units of cost budgets are then. */
  readonly features?: ResolvedFeatures;
  /** By the ranges of features where absent, or 0.25 to 2 units of cost. */
  readonly epsilons?: readonly number[];
  /** What stands in for the target; every learner that fits where absent. */
  readonly surrogates?: readonly AskedSurrogate[];
  /** How each surrogate is attacked by itself; by the strongest attack there is where absent. */
  readonly attack?: Attacker;
  /** Who attacks beside that; `defaultAttackers` where absent, nobody where the target is a service. */
  readonly attackers?: AttackerNames;
  /**
   * The class that points of others are to end in; any wrong one where absent. Its own are not to be among those
   * attacked.
   */
  readonly targetClass?: string;
  /** What all attackers raise; the margin where absent. */
  readonly objective?: string;
}

/** Budgets in units of cost, each the spread of a column, where nobody gave any. */
const COSTS = [0.25, 0.5, 1, 2] as const;

/** What an audit is about, as far as choices depend on it. */
export interface ChoosingBy {
  readonly attacked: Dataset;
  readonly training: TrainingSize;
  /** Whether the target can only be asked. */
  readonly isService: boolean;
}

/** What was chosen, and what is to be said of it. */
export interface ChosenAudit {
  readonly question: Omit<AuditQuestion, "asked" | "estimate" | "gate">;
  /** How budgets were chosen; how surrogates and attackers were: a sentence for each choice that nobody made. */
  readonly told: { readonly budgets: readonly string[]; readonly models: readonly string[] };
  /** Why attackers that were named are left out. */
  readonly leftOut: readonly string[];
}

/**
 * The question of an audit.
 *
 * @throws InputError for a learner or an attacker that does not exist or does not suit the data
 */
export function chooseAudit({ attacked, training, isService }: ChoosingBy, choices: AuditChoices): ChosenAudit {
  const { seed, norm, attack, features } = choices;
  const objective = choices.objective === undefined ? undefined : objectiveByName(choices.objective);
  const targetClass = choices.targetClass === undefined ? undefined : aimedAt(choices.targetClass, attacked);
  const inRanges = !features && budgetUnitsOf(attacked.domain, choices) === "ranges";
  const units = features ? { features } : inRanges ? ({ units: "ranges" } as const) : {};
  const inCosts = features && !norms[norm].counts;
  const byDefault = choices.epsilons
    ? undefined
    : inCosts
      ? { epsilons: COSTS, told: `budgets ${COSTS.join(", ")}` }
      : defaultBudgets(attacked, norm, inRanges ? "ranges" : "features");
  const epsilons = choices.epsilons ?? byDefault!.epsilons;
  const { choices: surrogates, told } = surrogatesFor({ attacked, training }, choices.surrogates);
  if (attack) requireSuited(attack, attacked, { norm, ...units });
  const who = attackersFor(
    attacked,
    surrogates.map(standInOf),
    { norm, ...units },
    { names: choices.attackers, isService, loss: objective?.gradient },
  );
  return {
    question: {
      seed,
      norm,
      ...units,
      ...(who.attackers.length > 0 && { attackers: who.attackers }),
      ...(attack && { attack }),
      ...(targetClass && { targetClass }),
      ...(objective && { objective: objective.name }),
      epsilons,
      surrogates,
    },
    told: {
      budgets: [
        ...(byDefault ? [byDefault.told] : []),
        ...(inCosts
          ? ["budgets are in units of cost: the scale of each column in the features file, else its robust spread"]
          : []),
        ...(inRanges && !choices.units
          ? ["budgets are of features in units of their ranges, as each has bounds of its own; range in them is 1"]
          : []),
      ],
      models: [...told, ...who.told],
    },
    leftOut: who.leftOut,
  };
}

/** The class by its position. */
function aimedAt(name: string, { classNames }: Dataset): NonNullable<AuditQuestion["targetClass"]> {
  const label = classNamed(classNames, name, "target class");
  return { name: classNames[label], label };
}
