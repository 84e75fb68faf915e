// What is asked of the user's files: who attacks whom, how changes are measured, how the data are read.

import type { Norm } from "@carom/core";
import { attackNames } from "../question/question.ts";
import { asTheyAre, Select } from "../select.tsx";
import { trainedNames } from "./names.ts";
import { answer, choose, facts, settings, stop } from "./state.ts";
import { fields } from "./words.ts";

const norms: Readonly<Record<Norm["name"], string>> = { l0: "L0", l1: "L1", l2: "L2", linf: "Linf" };

/** The interval in a text such as "0,1"; undefined where it is none. */
function intervalIn(text: string): readonly [number, number] | undefined {
  const [low, high, ...more] = text.split(",").map(Number);
  return text.trim() !== "" && low < high && more.length === 0 ? [low, high] : undefined;
}

export function Asking() {
  const { norm, most, attack, label, box } = settings.value;
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
      <fieldset>
        <legend>Your data</legend>
        <label>
          {fields.label}{" "}
          <input
            type="text"
            placeholder="found by itself"
            value={label ?? ""}
            onChange={({ currentTarget }) => choose({ label: currentTarget.value.trim() || undefined })}
          />
        </label>
        <label>
          {fields.box}{" "}
          <input
            type="text"
            placeholder="what is observed"
            value={box?.join(",") ?? ""}
            onChange={({ currentTarget }) => choose({ box: intervalIn(currentTarget.value) })}
          />
        </label>
        <button type="button" onClick={() => void stop()}>
          Stop and forget the files
        </button>
      </fieldset>
    </div>
  );
}
