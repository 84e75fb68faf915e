// Who attacks whom, and how a change is measured.

import type { Complexity } from "@carom/core/learners";
import {
  type Chosen,
  learnerNames,
  ofComplexity,
  scales,
  strengthOf,
  type TargetName,
  targetNames,
} from "../question/learners.ts";
import { normLabels } from "../question/question.ts";
import { asTheyAre, Select } from "../select.tsx";
import { show, view } from "../state.ts";

export function Choices() {
  const { surrogate, target, norm, seed, attack, booster, partner } = view.value;
  return (
    <section class="choices" aria-label="Choices">
      <Model
        legend="Surrogate: the attacker has it"
        names={learnerNames}
        value={surrogate}
        choose={(chosen) => show({ surrogate: chosen })}
      />
      <Model
        legend="Target: the attacker wants it"
        names={targetNames}
        value={target}
        choose={(chosen) => show({ target: chosen })}
      />
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
            show({ partner: learner && ofComplexity(learner, (partner && complexityOf(partner)) ?? "high") });
          }}
        />
        {partner && (
          <ComplexityOf label="of complexity" value={partner} choose={(chosen) => show({ partner: chosen })} />
        )}
        <button type="button" onClick={() => show({ seed: (seed + 1) % 1000 })}>
          Draw other training sets
        </button>
      </fieldset>
    </section>
  );
}

const complexities: readonly Complexity[] = ["low", "high"];

/** The complexity that a learner's regularisation is that of in the paper, if any. */
const complexityOf = ({ learner, position }: Chosen) =>
  complexities.find((complexity) => scales[learner][complexity] === position);

interface ComplexityProps<Name extends TargetName> {
  readonly label: string;
  readonly value: Chosen<Name>;
  choose(chosen: Chosen<Name>): void;
}

/** The paper's two complexities of a learner, or what the slider below says. */
function ComplexityOf<Name extends TargetName>({ label, value, choose }: ComplexityProps<Name>) {
  const { words } = scales[value.learner];
  const strength = (complexity: Complexity) => strengthOf(ofComplexity(value.learner, complexity));
  const now = complexityOf(value);
  return (
    <Select<string>
      label={label}
      value={now ?? "other"}
      names={{
        low: `low: ${words} ${strength("low")}`,
        high: `high: ${words} ${strength("high")}`,
        ...(!now && { other: `${words} ${strengthOf(value)}` }),
      }}
      choose={(name) => {
        const complexity = complexities.find((each) => each === name);
        if (complexity) choose(ofComplexity(value.learner, complexity));
      }}
    />
  );
}

interface ModelProps<Name extends TargetName> {
  readonly legend: string;
  readonly names: readonly Name[];
  readonly value: Chosen<Name>;
  choose(chosen: Chosen<Name>): void;
}

function Model<Name extends TargetName>({ legend, names, value, choose }: ModelProps<Name>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <Select
        label="Learner"
        value={value.learner}
        names={asTheyAre(names)}
        choose={(learner) => choose(ofComplexity(learner, complexityOf(value) ?? "high"))}
      />
      <ComplexityOf label="Complexity" value={value} choose={choose} />
    </fieldset>
  );
}
