// What all attackers of an audit together reach at each budget, and what noise of the same size does.

import type { Interval } from "../../stats/sample.ts";
import { reached } from "../goal.ts";
import type { AuditResult } from "../result.ts";

type Found = Pick<AuditResult, "standings" | "asked" | "cells" | "models">;

/**
 * What the strongest of all attackers that were tried reaches on the target, at each budget in the order of the
 * question; with intervals that hold for all of them at once. Empty where nothing was tried.
 */
export function strongestTried({ standings, asked }: Pick<Found, "standings" | "asked">): readonly Interval[] {
  const all = standings.tried ?? standings.ranking;
  if (all.length === 0) return [];
  return asked.epsilons.map((_, i) =>
    all.map(({ errors }) => errors[i]).reduce((most, each) => (each.estimate > most.estimate ? each : most)),
  );
}

/**
 * What random noise of each budget's size reaches on the target, where noise was among the attackers; else empty.
 */
export function noiseErrors({ asked, cells, models }: Pick<Found, "asked" | "cells" | "models">): readonly Interval[] {
  const noise = asked.attackers?.find(({ how }) => how.attack?.name === "noise" && how.ensemble === undefined);
  if (!noise) return [];
  return asked.epsilons.flatMap((epsilon) => {
    const cell = cells.find(
      (each) => each.attacker === noise.name && each.target === models[0].id && each.epsilon === epsilon,
    );
    return cell ? [reached(cell)] : [];
  });
}
