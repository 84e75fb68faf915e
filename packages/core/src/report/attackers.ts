// The attackers of a study side by side: what each does to the targets, and what it takes.

import { list, short, withRange } from "../numbers.ts";
import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import type { AttackerGain, AttackerGains } from "../study/evasion/attackerGains.ts";
import { byAttacker } from "../study/evasion/read.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import { budgetOf, nameIn } from "../study/measured.ts";
import type { Section } from "./contents.ts";
import { html, type Markup } from "./html.ts";
import { budgetText } from "./words.ts";

/** A row for each attacker at each budget; nothing where a study has one attacker and no ensembles. */
export function attackerSection(result: StudyResult): Section | false {
  const { attackers = [], ensembles = [], repetitions, study } = result;
  if (attackers.length + ensembles.length === 0) return false;
  const together = repetitions[0].ensembles ?? [];
  const name = nameIn(repetitions[0]);
  const groups = study.attack.epsilons.map((epsilon) => {
    const rows = (attackers.length > 0 ? attackers : [undefined]).map((attacker) => {
      const own = byAttacker(result, attacker?.name);
      const rates = own.transferRates.filter((each) => budgetOf(each) === epsilon);
      const rateOf = (id: string) => rates.find(({ surrogate }) => surrogate === id)?.rate;
      const isTogether = (id: string) => together.some((each) => each.id === id);
      const alone = rates.filter(({ surrogate }) => !isTogether(surrogate));
      const best = alone.reduce((most, each) => (each.rate > most.rate ? each : most));
      const cost = (ids: readonly string[]) => {
        const cells = own.repetitions.flatMap(({ cells }) => cells);
        return mean(
          cells.flatMap((cell) =>
            cell.epsilon === epsilon && ids.includes(cell.surrogate) ? (cell.cost?.gradients ?? []) : [],
          ),
        );
      };
      return html`<tr><th scope="row">${attacker?.name ?? "strongest"}</th><td>${percent(mean(alone.map(({ rate }) => rate)))}</td>
<td>${number(cost(alone.map(({ surrogate }) => surrogate)))}</td><td>${percent(best.rate)}</td><td class="name">${name(best.surrogate)}</td>
${together.map(({ id }) => html`<td>${percent(rateOf(id))}</td><td>${number(cost([id]))}</td>`)}</tr>`;
    });
    const width = 5 + 2 * together.length;
    return html`<tbody><tr><th scope="rowgroup" colspan="${width}" class="group">${budgetText(epsilon, study)}</th></tr>${rows}</tbody>`;
  });
  const rate = study.attack.targetClass === undefined ? "error" : "targeted success";
  const heads = together.map(({ name }) => html`<th scope="col">${name}</th><th scope="col">gradients</th>`);
  const content = html`<p>Mean ${rate} of the targets in percent, over targets and repetitions, under points of single surrogates and of ensembles; gradients
are rows of gradients of surrogates for each point. Matrices above are of each attacker, figures and claims of the first.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Attackers"><table><thead><tr><th scope="col">attacker</th>
<th scope="col">mean over surrogates</th><th scope="col">gradients</th><th scope="col">best surrogate</th><th scope="col" class="name">which</th>${heads}</tr></thead>${groups}</table></div>${result.attackerGains ? gainsTable(result.attackerGains, rate) : ""}`;
  return { id: "attackers", name: "Attackers", title: "Who attacks, and what it takes", content };
}

/** What each attacker gains over one of equal compute, and what alignment explains of it. */
function gainsTable({ gains, explained }: AttackerGains, rate: string): Markup {
  const rows = gains.map(
    ({ attacker, against, epsilon, gradients, gradientsOfOther, gain, p, alignmentGain }) =>
      html`<tr><th scope="row">${attacker}</th><td>${epsilon}</td><td>${number(gradients)}</td><td class="name">${against}</td>
<td>${number(gradientsOfOther)}</td><td class="pair">${withRange(inPoints(gain))}</td><td>${p === undefined ? "–" : short(p)}</td>
<td class="pair">${alignmentGain ? withRange(alignmentGain) : "–"}</td></tr>`,
  );
  const sentences = explained.map(
    ({ epsilon, correlation, rankCorrelation, n }) =>
      html`<p>At ε = ${epsilon}, over ${n} cases of an attacker, a surrogate and a target, gains of alignment and of ${rate} have Pearson's
correlation ${withRange(correlation)}, mean over repetitions: alignment accounts for ${percent(correlation.estimate ** 2)} % of the variance of gains. Of ranks (Spearman) it is
${withRange(rankCorrelation)}.</p>`,
  );
  return html`<h3>At equal compute</h3>
<p>${rate[0].toUpperCase()}${rate.slice(1)} of the targets beyond that under an attacker without boosters that has at least as many gradients, or the most there are; of one
without boosters, beyond the first. Intervals, over repetitions, hold for all rows at once; p is Holm's. Alignment is the share of the largest
first-order increase of the target's loss that the perturbations have.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Gains"><table><thead><tr><th scope="col">attacker</th><th scope="col">ε</th>
<th scope="col">gradients</th><th scope="col" class="name">against</th><th scope="col">gradients</th><th scope="col">gain, points in 100</th><th scope="col">p</th>
<th scope="col">gain in alignment</th></tr></thead><tbody>${rows}</tbody></table></div>${sentences}`;
}

/** What a study of several attackers found: which do more, or less, than those of equal compute, beyond chance. */
export function gainSentences({ attackerGains, study }: StudyResult, epsilon: number): string[] {
  const gains = attackerGains?.gains.filter((each) => each.epsilon === epsilon) ?? [];
  if (gains.length === 0) return [];
  const more = gains.filter(({ gain }) => gain.low > 0).toSorted((a, b) => b.gain.estimate - a.gain.estimate);
  const less = gains.filter(({ gain }) => gain.high < 0).toSorted((a, b) => a.gain.estimate - b.gain.estimate);
  const told = (of: readonly AttackerGain[], what: string) =>
    of.length === 0
      ? []
      : [
          `${list(of.map(({ attacker }) => attacker))} ${of.length === 1 ? "does" : "do"} ${what}, by ` +
            `${list(of.map(({ gain }) => Math.abs(100 * gain.estimate).toFixed(1)))} points in 100`,
        ];
  const rest = gains.length - more.length - less.length;
  const budget = budgetText(epsilon, study);
  if (rest === gains.length) {
    const which = rest === 1 ? `${gains[0].attacker} cannot` : `none of ${rest} attackers can`;
    return [`At ${budget}, ${which} be told from one without boosters at equal compute.`];
  }
  const rival = "than an attacker without boosters at equal compute";
  const parts = [
    ...told(more, `more ${rival}`),
    ...told(less, more.length > 0 ? "less" : `less ${rival}`),
    ...(rest > 0 ? [`of the other ${rest} nothing can be told`] : []),
  ];
  const together = gains.length > 1 ? `; intervals hold for all ${gains.length} at once` : "";
  return [`At ${budget}, ${parts.join("; ")} (over repetitions${together}).`];
}

const inPoints = ({ estimate, low, high }: Interval): Interval => ({
  estimate: 100 * estimate,
  low: 100 * low,
  high: 100 * high,
});

const percent = (share: number | undefined) => (share === undefined ? "–" : (100 * share).toFixed(1));
const number = (value: number | undefined) => (value === undefined ? "–" : short(value));
