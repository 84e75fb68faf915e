// What to do next: rules on what an audit found, each with its reason. None claims more than was measured.

import { tellingEpsilon } from "../figures/auditLookup.ts";
import { percent } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import { noiseErrors, strongestTried } from "../study/audit/strongest.ts";
import type { AuditResult } from "../study/result.ts";
import type { LimitingFactor } from "../transfer/finding.ts";
import type { Section } from "./contents.ts";
import { html } from "./html.ts";

/** Something to do, and what in the findings speaks for it. */
export interface NextStep {
  readonly advice: string;
  readonly because: string;
}

/** Intervals wider than this tell too little. */
const WIDE = 0.25;
/** Of what the white-box attack reaches: transfer is nearly as strong from here on, and weak up to there. */
const NEARLY = 0.8;
const FAR = 0.5;

/** The findings that rules look at, at the budget where models differ most visibly. */
interface Facts {
  readonly result: AuditResult;
  readonly epsilon: number;
  readonly strongest?: Interval | undefined;
  readonly white?: Interval | undefined;
  readonly factor?: LimitingFactor | undefined;
}

/** The step where the rule holds, else something false. */
type Rule = (facts: Facts) => NextStep | false | undefined;

/** In the order in which they are told. */
const rules: readonly Rule[] = [
  ({ result: { standings } }) =>
    standings.masked && {
      advice: "Do not rely on the white-box numbers; add attackers that need no gradients of this model.",
      because:
        `points crafted on ${standings.masked.surrogate} mislead it more often ` +
        `(${percent(standings.masked.error)} %) than its own white-box attack does ` +
        `(${percent(standings.masked.white)} %), so its gradients are masked`,
    },
  ({ result: { asked }, epsilon, strongest }) =>
    strongest &&
    strongest.high - strongest.low > WIDE && {
      advice: "Attack more points.",
      because:
        `at ε = ${epsilon} the interval reaches from ${percent(strongest.low)} to ${percent(strongest.high)} %, ` +
        `with ${asked.points} points; four times as many about halve it`,
    },
  ({ result: { standings }, epsilon, strongest, white }) =>
    !standings.masked &&
    strongest &&
    white &&
    strongest.low > NEARLY * white.estimate && {
      advice: "Look for what lowers the white-box error; keeping the model secret protected little here.",
      because:
        `at ε = ${epsilon} attackers without the model reach ${percent(strongest.estimate)} %, those with it ` +
        `${percent(white.estimate)} %`,
    },
  ({ result: { standings }, epsilon, strongest, white }) =>
    !standings.masked &&
    strongest &&
    white &&
    strongest.high < FAR * white.estimate && {
      advice: "Keep the model and its gradients where attackers cannot have them.",
      because:
        `at ε = ${epsilon} the white-box attack reaches ${percent(white.estimate)} %, the strongest without the ` +
        `model ${percent(strongest.estimate)} %`,
    },
  ({ factor, epsilon }) =>
    factor === "alignment" && {
      advice:
        "Try surrogates nearer to the target before calling it safe: --labels target, more rows for them, other " +
        "learners.",
      because: `at ε = ${epsilon} low alignment of gradients limits most surrogates, and an attacker may have better ones`,
    },
  ({ result: { standings } }) =>
    !standings.tried && {
      advice: "Let other attackers try: --attackers all.",
      because: "only the strongest attack on each surrogate by itself was tried",
    },
  ({ result }) =>
    noiseErrors(result).length === 0 && {
      advice: "Measure what noise of the same size does: --attackers noise, beside the others.",
      because: "an error that noise causes too is no work of an attacker",
    },
  ({ strongest, epsilon }) =>
    strongest &&
    strongest.high < 1 && {
      advice:
        "Hold later versions to this in a build: --fail-if 'transfer > " +
        `${(Math.ceil(100 * strongest.high) / 100).toFixed(2)} at ${epsilon}'.`,
      because: `${percent(strongest.high)} % is the upper end of what was measured here`,
    },
];

/** Steps as a section of a report. */
export function stepsSection(steps: readonly NextStep[]): Section {
  const content =
    steps.length === 0
      ? html`<p>Nothing follows from what was found here.</p>`
      : html`<ol>${steps.map(({ advice, because }) => html`<li><b>${advice}</b> Because ${because}.</li>`)}</ol>`;
  return { id: "next", name: "Next", title: "What to do next", content };
}

/** At most five steps, the weightiest first. */
export function nextSteps(result: AuditResult): readonly NextStep[] {
  const epsilon = tellingEpsilon(result);
  const i = result.asked.epsilons.indexOf(epsilon);
  const facts: Facts = {
    result,
    epsilon,
    strongest: strongestTried(result)[i],
    white: result.standings.white?.[i],
    factor: result.targetFindings?.find((each) => each.epsilon === epsilon)?.factor,
  };
  return rules.flatMap((rule) => rule(facts) || []).slice(0, 5);
}
