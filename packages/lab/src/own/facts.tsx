// What the user's models are, and what is suspicious of them.

import type { ModelFacts } from "./read.ts";
import { facts } from "./state.ts";

export function Facts() {
  return (
    <ul class="facts">
      {facts.value.map((model) => (
        <li key={model.name}>
          <b>{model.name}</b> {inWords(model)}
          {[...(model.noGradients === undefined ? [] : [`No gradients: ${model.noGradients}.`]), ...model.doubts].map(
            (doubt) => (
              <p key={doubt} class="note">
                {doubt}
              </p>
            ),
          )}
        </li>
      ))}
    </ul>
  );
}

function inWords({
  inputShape,
  classes,
  probabilities,
  parameters,
  operators,
  noGradients,
  error,
}: ModelFacts): string {
  const gives = probabilities ? "probabilities" : "scores";
  const parts = [
    `takes rows of ${inputShape.join(" × ")} and gives ${gives} of ${classes} classes`,
    `${parameters.toLocaleString("en")} learned numbers in ${operators} operators, ` +
      `${noGradients === undefined ? "with" : "without"} gradients`,
    ...(error === undefined ? [] : [`${(100 * error).toFixed(1)} % of the rows wrong`]),
  ];
  return `${parts.join("; ")}.`;
}
