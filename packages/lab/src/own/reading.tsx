// The fields that say how the user's files are read: what is needed often, and behind it what is needed seldom.

import { Select } from "../select.tsx";
import { dataFields, fields, modelFields } from "./fields.ts";
import type { Written } from "./options.ts";
import { facts, faults, heeded, settings, stop, write } from "./state.ts";

/** Fields that stand there at once. */
const often: readonly string[] = ["label", "box"] satisfies (keyof Written)[];

export function Reading() {
  const { written } = settings.value;
  const data = optionsOf(dataFields).filter((option) => heeded.value.some((each) => each === option));
  const seldom = [...data.filter((option) => !often.includes(option)), ...optionsOf(modelFields)];
  const isNamed = seldom.some(
    (option) => written[option] !== undefined || faults.value.some((fault) => fault.includes(fields[option].label)),
  );
  const isDoubted = facts.value.some(({ doubts }) =>
    seldom.some((option) => doubts.some((doubt) => doubt.includes(fields[option].label))),
  );
  return (
    <fieldset>
      <legend>Your files</legend>
      {data
        .filter((option) => often.includes(option))
        .map((option) => (
          <Field key={option} option={option} />
        ))}
      <details open={isNamed || isDoubted}>
        <summary>More on how files are read</summary>
        <div class="fields">
          {seldom.map((option) => (
            <Field key={option} option={option} />
          ))}
        </div>
      </details>
      <button type="button" onClick={() => void stop()}>
        Stop and forget the files
      </button>
    </fieldset>
  );
}

/** Names of fields, as the keys that they are. */
const optionsOf = <Name extends keyof Written>(of: Readonly<Record<Name, unknown>>) => Object.keys(of) as Name[];

function Field({ option }: { readonly option: keyof Written }) {
  const { label, empty, choices } = fields[option];
  const value = settings.value.written[option] ?? "";
  if (choices) {
    return (
      <Select<string>
        label={label}
        value={value}
        names={{ "": empty, ...choices }}
        choose={(choice) => write(option, choice)}
      />
    );
  }
  return (
    <label>
      {label}{" "}
      <input
        type="text"
        placeholder={empty}
        value={value}
        onChange={({ currentTarget }) => write(option, currentTarget.value)}
      />
    </label>
  );
}
