// An attack whose gradients are estimated by boosters, composed in the order of their stages.

import { assert } from "../../errors.ts";
import type { Attack } from "../attack.ts";
import { overrideContext } from "../override.ts";
import { type ChosenBooster, type Estimate, stages } from "./booster.ts";

/**
 * The attack under estimates b_n(... b_1(gradient)), where boosters of an earlier stage are nearer to the model, and
 * among those of one stage the one named first. Each run of the attack begins with nothing remembered.
 */
export function withBoosters(attack: Attack, boosters: readonly ChosenBooster[]): Attack {
  if (boosters.length === 0) return attack;
  const ordered = stages.flatMap((stage) => boosters.filter(({ booster }) => booster.stage === stage));
  return (context) => {
    const estimate = ordered.reduce<Estimate>(
      (inner, { booster, options }) => booster.wrap(inner, options, context),
      context.gradient,
    );
    const scales = ordered.flatMap(({ booster, options }) => booster.scaleSteps?.(options, context) ?? []);
    return attack(
      overrideContext(context, {
        gradient(points, indices, step) {
          assert(step, "boosters are for attacks that say which step a gradient is for");
          return estimate(points, indices, step);
        },
        ...(scales.length > 0 && {
          scaleSteps(directions, velocity, indices) {
            for (const scale of scales) scale(directions, velocity, indices);
          },
        }),
      }),
    );
  };
}
