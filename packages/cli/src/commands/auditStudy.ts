// The file of an audit, as the options of `carom audit` that say the same.

import { InputError } from "@carom/core";
import type { AuditStudy } from "@carom/core/study";
import type { AuditOptions } from "./auditSubject.ts";
import type { RunOptions } from "./runAsked.ts";

/** The options that ask what a file does. */
export function optionsOf(study: AuditStudy, { workers, out, quiet, json, device }: RunOptions): AuditOptions {
  const { target, data, features, labels, surrogates, attackers, attack, estimateAlignment, gate } = study;
  const { name, norm, units, epsilons } = attack;
  const { test, train, ...reading } = data ?? {};
  const given = {
    ...reading,
    ...targetOf(target),
    ...{ seed: study.seed, surrogateFraction: study.surrogateFraction, points: study.points },
    ...{ data: test, train, features, units, surrogates, estimateAlignment, ...gate },
    ...{ norm, epsilon: epsilons, attack: name },
    labels: labels === true ? ("true" as const) : labels,
    attackers: typeof attackers === "string" ? [attackers] : attackers,
    ...{ workers, out, quiet, json, device },
  };
  // An option that is absent is one that nobody gave.
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as typeof given as AuditOptions;
}

function targetOf(target: AuditStudy["target"]) {
  if (target === undefined) return {};
  if ("model" in target) {
    const { model, ...reading } = target;
    return { ...reading, target: model };
  }
  const { service, ...asking } = target;
  return { ...asking, target: service };
}

/** @throws InputError where nothing may be asked of the target, which is a service */
export function requireNotAsked({ target, name }: AuditStudy): void {
  if (target === undefined || "model" in target) return;
  throw new InputError("unsupported", "option --plan", {
    expected: "a study that can be planned without asking anybody",
    got: `audit ${name} of a service, which has to be asked how it answers first`,
    remedy: "limit its queries with maxQueries instead: an audit that may need more is refused",
  });
}
