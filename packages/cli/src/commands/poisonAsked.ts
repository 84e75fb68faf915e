// What `carom poison` is asked: what the points are crafted on, how many of them, and who learns from them.

import { type AnyLearner, InputError, learnerByName, learners, parseOptions } from "@carom/core";
import { poisonCount } from "@carom/core/attacks";
import { presetOptions } from "@carom/core/learners";
import { requirePoisonable } from "@carom/core/study";
import { requireFree } from "../host/outputPlace.ts";
import { type CommonOptions, invalid, required } from "../ui/options.ts";
import type { PoisonDataOptions } from "./poisonData.ts";

export type Settings = Readonly<Record<string, unknown>>;

export interface PoisonOptions extends CommonOptions, PoisonDataOptions {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly points?: number[];
  readonly fraction?: number[];
  readonly out?: string;
  readonly set?: Settings;
  readonly preset?: string;
  readonly attack: string;
  readonly attackSet?: Settings;
  readonly judge?: string;
  readonly judgeSet?: Settings;
  readonly judgePreset?: string;
  readonly targetTrain?: string;
  readonly retune?: boolean;
  readonly allowOverlap?: boolean;
  readonly workers?: number;
  readonly list?: boolean;
}

/** Poisoning of a learner, with all that options name read and held against each other. */
export interface PoisoningAsked {
  readonly surrogate: LearnerAsked;
  readonly settings: Settings;
  /** Who learns from the points too; absent where nothing is to be judged. */
  readonly judging: LearnerAsked | undefined;
  readonly out: string;
}

/** A learner with all its options. */
export interface LearnerAsked {
  readonly learner: AnyLearner;
  readonly options: Settings;
}

/** Checks what options name, but for their files. @throws InputError for what is missing, or does not fit the rest */
export async function poisoningAsked(name: string | undefined, options: PoisonOptions): Promise<PoisoningAsked> {
  const able = Object.values(learners).filter(({ retrain }) => retrain);
  const learner = learnerByName(
    required("poison", name, "learner", `one of ${able.map((each) => each.name).join(", ")}`),
  );
  const settings = options.attackSet ?? {};
  requirePoisonable(learner, options.attack, settings);
  const surrogate = { learner, options: choose(learner, options.preset, options.set) };
  const judging = choiceOfTarget(surrogate, options);
  const out = required("poison", options.out, "option --out", "a .npz file to write");
  if (!/\.npz$/i.test(out))
    throw invalid("--out", "a file name that ends in .npz", out, "for instance --out poison.npz");
  await requireFree(out, "file");
  return { surrogate, settings, judging, out };
}

/** All options of a learner: those of a preset, then single ones. */
function choose(learner: AnyLearner, preset: string | undefined, settings: Settings = {}): Record<string, unknown> {
  return parseOptions(learner, { ...(preset === undefined ? {} : presetOptions(learner.name, preset)), ...settings });
}

function choiceOfTarget(surrogate: LearnerAsked, options: PoisonOptions): LearnerAsked | undefined {
  const { judge: name, judgePreset, judgeSet, targetTrain, test, retune } = options;
  if (test === undefined) {
    const asked = {
      "--judge": name,
      "--judge-set": judgeSet,
      "--judge-preset": judgePreset,
      "--target-train": targetTrain,
      "--retune": retune,
    };
    const [option] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
    if (option === undefined) return undefined;
    throw new InputError("missing", "option --test", {
      expected: `labelled data to count errors on, because ${option} is given`,
      got: "none",
      remedy: "name it with --test",
    });
  }
  const learner = name === undefined ? surrogate.learner : learnerByName(name);
  const isOwn = learner === surrogate.learner && judgePreset === undefined && judgeSet === undefined;
  return isOwn ? surrogate : { learner, options: choose(learner, judgePreset, judgeSet) };
}

/** How many points join so many rows, in ascending order. @throws InputError unless they are named in one way */
export function countsOf({ points, fraction }: PoisonOptions, rows: number): number[] {
  if ((points === undefined) === (fraction === undefined)) {
    throw new InputError(points ? "invalid" : "missing", "option --points or --fraction", {
      expected: "one of the two",
      got: points ? "both" : "none",
      remedy: "for instance --fraction 0.05",
    });
  }
  const counts = points ?? fraction!.map((share) => poisonCount(rows, share));
  return [...new Set(counts)].sort((a, b) => a - b);
}
