// Who is attacked on whom in a transfer matrix, with which points, and what is measured.

import type { Attacker } from "../../attacks/attacker.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { CraftParameters } from "../tasks/craft.ts";
import type { StoredModel } from "../tasks/fit.ts";
import type { MeasuredModel } from "../tasks/modelMetrics.ts";
import type { ServiceIdentity } from "../tasks/queryTarget.ts";

/** A model that takes part, or a service that can only be asked. */
export type Participant = Pick<MeasuredModel, "id" | "role" | "learner" | "complexity"> & {
  /** The models that judge what is crafted on this one; nothing is crafted where absent. */
  readonly judges?: readonly string[];
} & ({ readonly model: Ref<StoredModel> } | { readonly service: Ref<ServiceIdentity> });

/** Points that another attacker crafts, or that are crafted on several models at once. */
export interface FurtherCraft {
  /** The participant that they are crafted on, or what results call several. */
  readonly surrogate: string;
  /** The participants that are attacked at once, where they are several. */
  readonly of?: readonly string[];
  /** Who crafts them; the matrix's own attacker where absent. */
  readonly attacker?: { readonly name: string; readonly how: Attacker };
  /** The rule by which several models are combined, where the attacker says none. */
  readonly ensemble?: string;
  /** The models that judge them. */
  readonly judges: readonly string[];
}

/** Who is attacked on whom, with which points, and which metrics are wanted. */
export interface MatrixQuestion extends CraftParameters {
  readonly participants: readonly Participant[];
  readonly further?: readonly FurtherCraft[];
  readonly attacked: Part;
  /** Where starting points of other classes come from: what the attacker has. */
  readonly pool: Part;
  /** Metrics that cost extra: rho; smoothness on so many points; S under another definition than the primary one. */
  readonly extra?: {
    readonly perturbations?: boolean;
    readonly smoothness?: { readonly points: number };
    readonly size?: SizeDefinition;
  };
  /** Stands in front of what people are told, such as "repetition 2: ". */
  readonly prefix: string;
}

/** What budgets are measured in, as parameters of tasks say it. */
export function unitsIn({ features, units }: Pick<MatrixQuestion, "features" | "units">) {
  return features ? { features } : units === "ranges" ? { units } : {};
}
