// What is asked of the user's files: who attacks whom, and how changes are measured.

import type { Norm } from "@carom/core";
import { attackNames } from "../question/question.ts";
import { asTheyAre, Select } from "../select.tsx";
import { trainedNames } from "./names.ts";
import { Reading } from "./reading.tsx";
import { answer, choose, facts, settings } from "./state.ts";

const norms: Readonly<Record<Norm["name"], string>> = { l0: "L0", l1: "L1", l2: "L2", linf: "Linf" };

export function Asking() {
  const { norm, most, attack } = settings.value;
  const own = facts.value.map(({ name }) => name).filter((name) => !trainedNames[name]);
  return (
    <div class="choices">
      {own.length > 0 && (
        <fieldset>
          <legend>Your attack</legend>
          {(["surrogate", "target"] as const).map((role) => (
            <Select
              key={role}
              label={role === "surrogate" ? "Attacked" : "Judged by"}
              value={settings.value[role] ?? answer.value?.[role] ?? ""}
              names={role === "surrogate" ? asTheyAre([...own, ...Object.keys(trainedNames)]) : asTheyAre(own)}
              choose={(name) => choose({ [role]: name })}
            />
          ))}
          <Select
            label="Budget in"
            value={norm}
            names={norms}
            choose={(name) => choose({ norm: name, most: undefined })}
          />
          <Select
            label="Attack"
            value={attack}
            names={asTheyAre(attackNames)}
            choose={(name) => choose({ attack: name })}
          />
          <label>
            Largest budget{" "}
            <input
              type="number"
              min="0"
              step="any"
              value={most ?? answer.value?.answer.budgets.at(-1)?.epsilon ?? ""}
              onChange={({ currentTarget }) => {
                const given = Number(currentTarget.value);
                choose({ most: given > 0 ? given : undefined });
              }}
            />
          </label>
        </fieldset>
      )}
      <Reading />
    </div>
  );
}
