// What an audit asks, as data: who stands in for the target, who attacks, at which budgets.

import type { Attacker } from "../../attacks/attacker.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import type { Norm } from "../../threat/norm.ts";
import type { Part } from "../engine/reference.ts";
import type { TrainedModel } from "../evasion/planFit.ts";
import type { AuditAttacker } from "../namedAttacker.ts";
import type { AuditResult } from "../result.ts";
import type { GivenModel } from "../studyModels.ts";
import type { BudgetUnits } from "../tasks/normChoice.ts";
import type { AuditGate } from "./gate.ts";
import type { SurrogateChoice } from "./surrogateChoice.ts";

/** What is asked, beside what the data are. */
export interface AuditQuestion {
  readonly seed: number;
  readonly surrogates: readonly SurrogateChoice[];
  /** How each surrogate is attacked by itself; by the strongest attack where absent. */
  readonly attack?: Attacker;
  /** Who attacks beside that (`suitable`); nobody where absent. */
  readonly attackers?: readonly AuditAttacker[];
  readonly norm: Norm["name"];
  /** What budgets are measured in; the features' own units where absent. */
  readonly units?: BudgetUnits;
  /** What is known of the features, whose costs budgets are in then. */
  readonly features?: ResolvedFeatures;
  readonly epsilons: readonly number[];
  /**
   * The class that attacked points, none of which is of it, are to end in: its name and its position; any wrong one
   * where absent.
   */
  readonly targetClass?: { readonly name: string; readonly label: number };
  /** What attackers raise; the margin where absent. */
  readonly objective?: string;
  /** What decides the numbers and only the caller knows: hashes, choices, warnings. */
  readonly asked: Pick<
    AuditResult["asked"],
    | "dataHash"
    | "dataIdentity"
    | "targetHash"
    | "service"
    | "targetRows"
    | "featureNames"
    | "box"
    | "attackerKnows"
    | "defaults"
    | "warnings"
  >;
  /** Alignment with a target that gives scores only is estimated at so many points. */
  readonly estimate?: { readonly points: number };
  /** What the outcome has to keep; nothing where absent. It changes no number. */
  readonly gate?: AuditGate;
}

/** The parts of a plan that an audit is about. */
export interface AuditParts {
  readonly target: GivenModel | TrainedModel;
  /** What the attacker has: rows, with true labels or with those that the target gave. */
  readonly training: Part;
  /** The points to attack. */
  readonly attacked: Part;
}
