// Who attacks whom, and how a change is measured.

import { type Chosen, learnerNames, ofComplexity } from "../question/learners.ts";
import { normLabels } from "../question/question.ts";
import { asTheyAre, Select } from "../select.tsx";
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
          names={{ none: "no other", ...asTheyAre(learnerNames) }}
          choose={(name) => {
            const learner = learnerNames.find((each) => each === name);
            show({ partner: learner && ofComplexity(learner, "high") });
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
      <Select
        label="Learner"
        value={value.learner}
        names={asTheyAre(learnerNames)}
        choose={(learner) => choose(ofComplexity(learner, "high"))}
      />
    </fieldset>
  );
}
