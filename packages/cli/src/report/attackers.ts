// The attackers of a study side by side: what each does to the targets, and what it takes.

import { budgetOf, byAttacker, mean, type StudyResult } from "@carom/core";
import { short } from "@carom/core/figures";
import { nameIn } from "./answer.ts";
import { html, type Markup } from "./html.ts";

/** A row for each attacker at each budget; nothing where a study has one attacker and no ensembles. */
export function attackerSection(result: StudyResult): Markup | false {
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
    return html`<tbody><tr><th scope="rowgroup" colspan="${width}" class="group">ε = ${epsilon}</th></tr>${rows}</tbody>`;
  });
  const heads = together.map(({ name }) => html`<th scope="col">${name}</th><th scope="col">gradients</th>`);
  return html`<section><h2>Who attacks, and what it takes</h2>
<p>Mean error of the targets in percent, over targets and repetitions, under points of single surrogates and of ensembles; gradients
are rows of gradients of surrogates for each point. Matrices above are of each attacker, figures and claims of the first.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Attackers"><table><thead><tr><th scope="col">attacker</th>
<th scope="col">mean over surrogates</th><th scope="col">gradients</th><th scope="col">best surrogate</th><th scope="col" class="name">which</th>${heads}</tr></thead>${groups}</table></div></section>`;
}

const percent = (share: number | undefined) => (share === undefined ? "–" : (100 * share).toFixed(1));
const number = (value: number | undefined) => (value === undefined ? "–" : short(value));
