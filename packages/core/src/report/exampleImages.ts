// Attacked points to look at: before, change, after, and whom they fool.

import { greyImage, largestChange, perturbationImage } from "../figures/pixels.ts";
import type { AuditResult, ExampleImage } from "../study/result.ts";
import { html, type Markup } from "./html.ts";
import { picture } from "./picture.ts";

/** One card per example. */
export function exampleCards(result: AuditResult, examples: readonly ExampleImage[]): Markup {
  return html`<div class="cards">${examples.map((example) => card(result, example))}</div>`;
}

function card({ asked, models }: AuditResult, example: ExampleImage): Markup {
  const { original, attacked, imageShape, label, surrogate, epsilon, verdicts, index } = example;
  const change = attacked.map((value, i) => value - original[i]);
  const target = models[0].id;
  const says = verdicts.find((verdict) => verdict.target === target)?.label;
  const names = (wrong: boolean) => {
    const some = verdicts.filter((verdict) => verdict.wrong === wrong);
    return some.map((verdict, i) => [
      i > 0 && ", ",
      verdict.target === target ? html`<b>${verdict.target}</b>` : verdict.target,
    ]);
  };
  const fooled = verdicts.filter(({ wrong }) => wrong).length;
  const image = (source: string, description: string, caption: string) =>
    picture(source, imageShape, description, caption);
  return html`<article class="card">
<div class="strip">${image(greyImage(original, imageShape, asked.box), `point ${index}, labelled ${label}, before the attack`, label)}
${image(perturbationImage(change, imageShape), `what the attack changed in point ${index}: orange more, blue less`, `change ±${largestChange(change).toPrecision(2)}`)}
${image(greyImage(attacked, imageShape, asked.box), `point ${index} after the attack`, says === undefined ? "attacked" : `taken for ${says}`)}</div>
<p>Point ${index}, crafted on ${surrogate} with ε = ${epsilon}. Misleads ${fooled} of ${verdicts.length}${fooled > 0 && ": "}${names(true)}.${fooled < verdicts.length && html` Still right: ${names(false)}.`}</p>
</article>`;
}
