// What to do next after a study: rules on what it found, each with its reason. None claims more than was measured.

import { percent } from "../numbers.ts";
import type { Claim } from "../study/claim.ts";
import type { Found } from "../study/evidence.ts";
import { budgetOf } from "../study/measured.ts";
import { compare, SIGNIFICANT, signsOf, smallestPossibleP } from "../study/paper/signs.ts";
import type { SweepStudyResult } from "../study/sweep/plan.ts";
import type { Finding } from "../transfer/finding.ts";
import type { NextStep } from "./nextSteps.ts";
import { ratesAt } from "./studySummary.ts";

/** What rules look at. */
export interface StudyFacts extends Pick<Found, "repetitions" | "transferRates"> {
  /** The budget that the answer is about, and in words. */
  readonly budget: number;
  readonly budgetText: string;
  readonly claims: readonly Claim[];
  /** What limits the attacks on each target at that budget; none where nothing was found out. */
  readonly targetFindings: readonly Pick<Finding, "target" | "factor">[];
  /** Whether the study names who attacks; true where its kind has one attack only. */
  readonly hasAttackers: boolean;
  /** The largest share of points of a cell that broke a rule of a table; absent where there are none. */
  readonly broken?: number;
}

/** Of the points: more that broke a rule and were put back waste an attack. */
const WASTED = 0.25;
/** Rates this near to 0 or 1 tell surrogates apart no more. */
const NEAR = 0.02;

type Rule = (facts: StudyFacts) => NextStep | false | undefined;

/** In the order in which they are told. */
const rules: readonly Rule[] = [
  ({ targetFindings, budgetText }) => {
    const masked = targetFindings.filter(({ factor }) => factor === "masking").map(({ target }) => target);
    return (
      masked.length > 0 && {
        advice: "Do not rely on the white-box numbers of these targets; add attackers that need no gradients.",
        because: `at ${budgetText} points of surrogates mislead ${masked.join(", ")} more often than its own white-box attack does`,
      }
    );
  },
  ({ repetitions, claims }) => {
    const open = claims.filter(({ verdict }) => verdict === "not shown").length;
    return smallestPossibleP(repetitions.length) >= SIGNIFICANT && fewRepetitions(repetitions.length, open);
  },
  (facts) => {
    const [best, second] = ratesAt(facts, facts.budget).toSorted((a, b) => b.rate - a.rate);
    const repetitions = best.rates.length;
    if (!second || repetitions < 2) return undefined;
    const { agreeing, p } = signsOf(best.rates.map((rate, i) => compare(rate, second.rates[i])));
    return (
      (p === undefined || p >= SIGNIFICANT) &&
      agreeing < repetitions && {
        advice: `Do not prefer ${best.name} to ${second.name} on this alone.`,
        because: `it did more in ${agreeing} of ${repetitions} repetitions, ${percent(best.rate)} against ${percent(second.rate)} %`,
      }
    );
  },
  ({ broken = 0 }) =>
    broken > WASTED && {
      advice: "Prefer attackers that keep the rules of the table, capgd and caa, to those that broke them.",
      because: `up to ${percent(broken)} % of the points of an attacker broke a rule and were put back, where they mislead nobody`,
    },
  ({ targetFindings, budgetText }) => {
    const limited = targetFindings.filter(({ factor }) => factor === "alignment").length;
    return (
      2 * limited > targetFindings.length && {
        advice: "Add surrogates that are nearer to the targets: other learners, more rows, labels of the target.",
        because: `at ${budgetText} low alignment of gradients limits most surrogates on ${limited} of ${targetFindings.length} targets`,
      }
    );
  },
  ({ targetFindings, budgetText }) => {
    const arrived = targetFindings.filter(({ factor }) => factor === "none").length;
    return (
      2 * arrived > targetFindings.length && {
        advice: "Look for what lowers the white-box errors; keeping these models secret protects little.",
        because: `at ${budgetText} nearly all of the white-box attack arrives on ${arrived} of ${targetFindings.length} targets`,
      }
    );
  },
  ({ hasAttackers }) =>
    !hasAttackers && {
      advice: "Let other attackers try, by name under `attackers`.",
      because: "only the strongest attack on each surrogate by itself was tried",
    },
  ({ transferRates, repetitions }) => {
    const budgets = [...new Set(transferRates.map(budgetOf))].sort((a, b) => a - b);
    const at = (budget: number) => transferRates.filter((each) => budgetOf(each) === budget).map(({ rate }) => rate);
    const [first, last] = [at(budgets[0]), at(budgets[budgets.length - 1])];
    const clean = repetitions[0].models.flatMap(({ cleanError, cleanTargeted }) =>
      cleanError ? [(cleanTargeted ?? cleanError).estimate] : [],
    );
    if (Math.min(...first) >= 1 - NEAR) {
      return { advice: "Add smaller budgets.", because: `at ${budgets[0]} every surrogate misleads nearly always` };
    }
    return (
      Math.max(...last) <= Math.max(...clean) + NEAR && {
        advice: "Add larger budgets.",
        because: `at ${budgets[budgets.length - 1]} no surrogate does more than no attack at all`,
      }
    );
  },
];

/** More repetitions, as so few cannot show anything beyond chance; `open` claims stand in the means alone. */
function fewRepetitions(repetitions: number, open = 0): NextStep {
  const least = Number(smallestPossibleP(repetitions).toPrecision(2));
  const claims = open > 0 ? `, and ${open} of the paper's claims stand in the means alone` : "";
  return {
    advice: `Repeat it more often: repetitions: ${repetitionsFor(SIGNIFICANT)} at least.`,
    because: `no sign test over ${times(repetitions)} can fall below p = ${least}${claims}`,
  };
}

const times = (repetitions: number) => (repetitions === 1 ? "1 repetition" : `${repetitions} repetitions`);

/** The fewest repetitions over which a sign test can fall below p. */
function repetitionsFor(p: number): number {
  let repetitions = 1;
  while (smallestPossibleP(repetitions) >= p) repetitions++;
  return repetitions;
}

/** What to do after a sweep, whose knee is at one of its values. */
export function sweepSteps({ mean: { models, asked, knee }, repetitions }: SweptFacts): readonly NextStep[] {
  const values = models.map(({ value }) => value).sort((a, b) => a - b);
  const at = knee?.at.value;
  const isEnd = at === values[0] || at === values[values.length - 1];
  const steps: (NextStep | false)[] = [
    knee !== undefined &&
      isEnd && {
        advice: `Add values of ${asked.option} beyond ${at}.`,
        because: "the best of those that were tried is the last of them, so that better ones may follow",
      },
    knee !== undefined &&
      !isEnd && {
        advice: `Train with ${asked.option} ${at}, and audit that model.`,
        because: `there S has come down to ${percent(knee.at.size! / knee.from.size!)} % of its largest at the least clean error`,
      },
    smallestPossibleP(repetitions.length) >= SIGNIFICANT && fewRepetitions(repetitions.length),
    asked.sets < 2 && {
      advice: "Measure V too: sets: 10.",
      because: "it is a variance over training sets, and there is one",
    },
  ];
  return steps.filter((step) => step !== false);
}

type SweptFacts = Pick<SweepStudyResult, "mean" | "repetitions">;

/** At most five steps, the weightiest first. */
export const studySteps = (facts: StudyFacts): readonly NextStep[] =>
  rules.flatMap((rule) => rule(facts) || []).slice(0, 5);
