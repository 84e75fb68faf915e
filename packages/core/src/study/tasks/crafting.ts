// What tasks that craft evasion points have in common: who attacks which rows of which models, under which threat.

import { type Attacker, type BuiltAttacker, buildAttacker } from "../../attacks/attacker.ts";
import type { AttackedModel } from "../../attacks/evasion/affine.ts";
import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { withModels } from "../../models/pool.ts";
import type { Runtime } from "../../models/runtime.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Direction, ThreatModel } from "../../threat/threat.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref, Values } from "../engine/reference.ts";
import { modelOf, type StoredModel } from "./fit.ts";
import { type NormChoice, threatIn } from "./normChoice.ts";

/** Who attacks which points, under which threat; budgets apart. */
export interface CraftingParameters extends NormChoice {
  readonly seed: number;
  readonly direction?: Direction;
  /** The distance between admissible values, counted from 0. */
  readonly grid?: number;
  /** The class that points should end in; where absent, any other than their own. */
  readonly target?: number;
  /**
   * Who attacks; where absent the strongest attack there is, on binary features under L1 flips of one after another.
   */
  readonly attacker?: Attacker;
  /** The shape of one point where the models take it in another, as images that they take as flat rows. */
  readonly shape?: readonly number[];
  /** The number of the first row, where those attacked are some of more: random streams are named by it. */
  readonly from?: number;
}

export interface CraftingInputs {
  readonly model?: Ref<StoredModel>;
  /** In place of one, several that are attacked at once. */
  readonly models?: readonly Ref<StoredModel>[];
  readonly attacked: Part;
  /** Where starts of other classes come from; there are none where absent. */
  readonly pool?: Part;
  /** 1 for each feature that may change; all may where absent. */
  readonly changeable?: Ref<Uint8Array>;
}

/** How flags of features are kept. */
export const flagsCodec: Codec<Uint8Array> = {
  name: "flags",
  encode: (flags) => ({ json: null, arrays: { flags: tensor("uint8", [flags.length], flags) } }),
  decode: ({ arrays }) => inMemory(arrays.flags).data as Uint8Array,
};

/** An attacker and the models that it attacks, opened. */
interface ReadyAttacker extends Omit<BuiltAttacker, "secondStart"> {
  readonly models: readonly AttackedModel[];
  readonly attacked: Dataset;
  readonly pool?: Dataset;
  readonly threat: ThreatModel;
  readonly target?: number;
  readonly shape?: readonly number[];
  readonly first: number;
}

/** What `use` makes of opened models and the attacker; where it needs gradients and a model has none, the reason. */
export async function withCrafting<T>(
  { direction, grid, target, attacker, shape, from = 0, ...choice }: CraftingParameters,
  { attacked, pool, changeable, model, models: stored = [model!] }: Values<CraftingInputs>,
  runtime: Runtime,
  use: (ready: ReadyAttacker) => Promise<T>,
): Promise<T | { readonly noGradients: string }> {
  const models = stored.map(modelOf);
  const threat: ThreatModel = {
    ...threatIn(attacked.domain, choice, direction),
    ...(changeable && { changeable }),
    ...(grid !== undefined && { grid }),
  };
  const about = { threat, shape: shape ?? attacked.featureShape, models: models.length };
  const { secondStart, ...built } = buildAttacker(attacker ?? {}, about);
  // Who names no attack has always had the second start, flips included; without one they are clean rows to look at.
  const usesPool = secondStart || built.fromOrigin || !attacker;
  return withModels(runtime, models, async (opened) => {
    const reason = opened.find(({ differentiable }) => !differentiable)?.notDifferentiable;
    if (reason !== undefined && built.entry?.capabilities.gradients !== false) return { noGradients: reason };
    requireSameClasses(opened);
    return use({
      ...built,
      models: opened.map((each, i) => ({
        model: models[i],
        opened: each.differentiable ?? { ...each, inputGradient: neverAsked },
      })),
      ...{ attacked, threat, first: from },
      ...(pool && usesPool && { pool }),
      ...(target !== undefined && { target }),
      ...(shape && { shape }),
    });
  });
}

/** Searches by scores are not given gradients. */
function neverAsked(): Promise<never> {
  return Promise.reject(new Error("internal: gradient"));
}

function requireSameClasses(models: readonly { readonly classes: number }[]): void {
  const counts = [...new Set(models.map(({ classes }) => classes))];
  if (counts.length === 1) return;
  throw new InputError("invalid", "models of an ensemble", {
    expected: "scores of the same classes",
    got: `${counts.join(" and ")} classes`,
    remedy: "attack models of the same classes together",
  });
}
