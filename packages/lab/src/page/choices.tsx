// Who attacks whom, and how a change is measured.

import { type Chosen, complexities, learnerNames, normLabels, type Question } from "../question/question.ts";
import { show, view } from "../state.ts";

export function Choices() {
  const { surrogate, target, norm, seed } = view.value;
  return (
    <section class="choices" aria-label="Choices">
      <Model
        legend="Surrogate: the attacker has it"
        value={surrogate}
        choose={(chosen) => show({ surrogate: chosen })}
      />
      <Model legend="Target: the attacker wants it" value={target} choose={(chosen) => show({ target: chosen })} />
      <fieldset>
        <legend>Attack</legend>
        <label>
          Budget in{" "}
          <select
            value={norm}
            onChange={({ currentTarget }) => show({ norm: currentTarget.value as Question["norm"] })}
          >
            {Object.entries(normLabels).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => show({ seed: (seed + 1) % 1000 })}>
          Draw other training sets
        </button>
      </fieldset>
    </section>
  );
}

interface ModelProps {
  readonly legend: string;
  readonly value: Chosen;
  choose(chosen: Chosen): void;
}

function Model({ legend, value, choose }: ModelProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <label>
        Learner{" "}
        <select
          value={value.learner}
          onChange={({ currentTarget }) => choose({ ...value, learner: currentTarget.value as Chosen["learner"] })}
        >
          {learnerNames.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Complexity{" "}
        <select
          value={value.complexity}
          onChange={({ currentTarget }) =>
            choose({ ...value, complexity: currentTarget.value as Chosen["complexity"] })
          }
        >
          {complexities.map((each) => (
            <option key={each} value={each}>
              {each === "low" ? "low: strongly regularised" : "high: weakly regularised"}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
