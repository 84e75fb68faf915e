// Who attacks whom, and how a change is measured.

import { type Chosen, complexities, learnerNames, normLabels } from "../question/question.ts";
import { show, view } from "../state.ts";

export function Choices() {
  const { surrogate, target, norm, seed, attack, booster, partner } = view.value;
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
        <Select label="Budget in" value={norm} names={normLabels} choose={(name) => show({ norm: name })} />
        <Select
          label="By"
          value={attack}
          names={{ strongest: "the strongest", pgd: "PGD", apgd: "APGD", fgm: "one step (FGM)" }}
          choose={(name) => show({ attack: name })}
        />
        <Select
          label="Booster"
          value={booster}
          names={{ none: "none", ni: "NI", vmi: "VMI", emi: "EMI" }}
          choose={(name) => show({ booster: name })}
        />
        <Select<string>
          label="Together with"
          value={partner?.learner ?? "none"}
          names={{ none: "no other", ...Object.fromEntries(learnerNames.map((name) => [name, name])) }}
          choose={(name) => {
            const learner = learnerNames.find((each) => each === name);
            show({ partner: learner && { learner, complexity: "high" } });
          }}
        />
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

interface SelectProps<Name extends string> {
  readonly label: string;
  readonly value: Name;
  /** What may be chosen, with the words for it. */
  readonly names: Readonly<Record<Name, string>>;
  choose(name: Name): void;
}

function Select<Name extends string>({ label, value, names, choose }: SelectProps<Name>) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value as Name)}>
        {Object.entries<string>(names).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
