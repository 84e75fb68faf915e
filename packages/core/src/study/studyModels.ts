// The models that a study names: choices with all of their options, some of them, each under a name of its own.

import { InputError, unknownName } from "../errors.ts";
import { presetOptions } from "../learners/presets.ts";
import { learnerByName } from "../learners/registry.ts";
import { parseOptions } from "../registry.ts";
import type { Ref } from "./engine/reference.ts";
import { isLearner, type LearnerChoice, type ModelChoice } from "./modelChoice.ts";
import { complexityOf, nameOf } from "./names.ts";
import type { Configured, StoredModel } from "./tasks/fit.ts";
import type { ServiceIdentity } from "./tasks/queryTarget.ts";

/** The study at a named size. @throws InputError for a name it does not have. */
export function atScale<S extends { readonly scales: Readonly<Record<string, object>> }>(
  study: S,
  scale: string | undefined,
): S {
  if (scale === undefined) return study;
  const names = Object.keys(study.scales);
  if (!names.includes(scale)) unknownName("scale", scale, names);
  const given = Object.entries(study.scales[scale]).filter(([, value]) => value !== undefined);
  return { ...study, ...Object.fromEntries(given) };
}

/** The study with some of its models. @throws InputError for names it does not have. */
export function restrict<
  S extends { readonly surrogates: readonly ModelChoice[]; readonly targets: readonly ModelChoice[] },
>(study: S, only: readonly string[]): S {
  const { surrogates, targets } = study;
  const names = [...new Set([...surrogates, ...targets].map(nameOf))];
  for (const name of only) if (!names.includes(name)) unknownName("model of --only", name, names);
  const isWanted = (choice: ModelChoice) => only.includes(nameOf(choice));
  const kept = { surrogates: surrogates.filter(isWanted), targets: targets.filter(isWanted) };
  if (kept.surrogates.length > 0 && kept.targets.length > 0) return { ...study, ...kept };
  throw new InputError("invalid", "option --only", {
    expected: "at least one surrogate and one target",
    got: only.join(", "),
    remedy: `choose from ${names.join(", ")}`,
  });
}

/** A learner of a study, with all of its options. */
export interface Resolved extends Configured {
  readonly name: string;
  readonly complexity?: "high" | "low";
  readonly fraction?: number;
}

/** A model of a study that somebody else trained. */
export interface Given {
  readonly name: string;
  readonly learner?: undefined;
}

/** What is there of a model that was given: itself, or whom to ask. */
export type GivenModel = { readonly model: Ref<StoredModel> } | { readonly service: Ref<ServiceIdentity> };

/** A model of a study, with all of its options where it is a learner. */
export const resolveModel = (choice: ModelChoice): Resolved | Given =>
  isLearner(choice) ? resolve(choice) : { name: nameOf(choice) };

/** A choice with all of its options. */
export function resolve(choice: LearnerChoice): Resolved {
  const learner = learnerByName(choice.learner);
  const base = choice.preset
    ? presetOptions(choice.learner, choice.preset)
    : choice.complexity
      ? learner.complexities[choice.complexity]
      : {};
  const options = parseOptions(learner, { ...base, ...choice.options });
  const complexity = complexityOf(choice);
  const { fraction } = choice;
  return {
    name: nameOf(choice),
    learner: choice.learner,
    ...(complexity && { complexity }),
    options,
    ...(fraction !== undefined && { fraction }),
  };
}

/** @throws InputError for two models of one name */
export function requireDistinct(what: string, models: readonly { readonly name: string }[]): void {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new InputError("invalid", what, {
    expected: "models of different names",
    got: `"${twice}" twice`,
    remedy: "give one of them another name",
  });
}
