// What was found of the user's own files: what they are, how the attack fares, and why.

import { howKnown, placeOf } from "../between.ts";
import { Announce } from "../page/announce.tsx";
import { Curves } from "../page/curves.tsx";
import { Reasons } from "../page/reasons.tsx";
import { SavePoints } from "../page/savePoints.tsx";
import { Asking } from "./asking.tsx";
import type { OwnAnswer } from "./attack.ts";
import { Facts } from "./facts.tsx";
import { Row } from "./row.tsx";
import { answer, closeReport, doing, facts, faults, opened, reading, share, showOwn } from "./state.ts";

export function Own() {
  const [now, run] = [answer.value, opened.value];
  return (
    <div class="own">
      <p class="doing">{doing.value ? `${doing.value} …` : "all computed"}</p>
      <Announce text={doing.value || "Everything about your files is computed."} />
      {faults.value.map((fault) => (
        <p key={fault} role="alert">
          {fault}
        </p>
      ))}
      {reading.value && <p class="note">{reading.value}</p>}
      {facts.value.length > 0 && <Facts />}
      {facts.value.length > 0 && !reading.value && (
        <p>Labelled data are missing: drop a .npz or .csv file or a folder of images, too.</p>
      )}
      {reading.value && facts.value.length === 0 && !doing.value && <p>A model is missing: drop an .onnx file, too.</p>}
      {(reading.value || facts.value.length > 0 || faults.value.length > 0) && <Asking />}
      {now && <Found now={now} />}
      {run && <run.Opened report={run.report} onClose={closeReport} />}
    </div>
  );
}

function Found({ now }: { readonly now: OwnAnswer }) {
  const { answer: found, surrogate, target } = now;
  const most = found.budgets.at(-1)!.epsilon;
  const epsilon = share.value * most;
  const place = placeOf(found, epsilon);
  const { nearest } = place;
  const at = found.budgets[nearest];
  const isComputed = howKnown(place) === "computed";
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  const keep = async () => {
    const { save, seenAsNpz } = await import("../save.ts");
    save("seen.npz", seenAsNpz(now));
  };
  return (
    <section class="found" aria-label="Your attack">
      <h3>
        {surrogate} attacks {target === surrogate ? "itself" : target}
      </h3>
      <label class="slider">
        <span>
          Budget {Number(epsilon.toPrecision(3))}{" "}
          <small>
            ({now.measure}; {howKnown(place)})
          </small>
        </span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.005}
          value={share.value}
          aria-valuetext={`${Number(epsilon.toPrecision(3))}, ${howKnown(place)}`}
          onInput={({ currentTarget }) => showOwn({ share: Number(currentTarget.value) })}
        />
      </label>
      <p>
        At budget {Number(at.epsilon.toPrecision(3))},{" "}
        {isComputed ? "which is computed" : "the nearest that is computed"}, {surrogate} gets{" "}
        {percent(at.errors.surrogate)} wrong ({percent(found.budgets[0].errors.surrogate)} without an attack)
        {target !== surrogate &&
          `, ${target} ${percent(at.errors.target)} (${percent(found.budgets[0].errors.target)} without)`}
        : {now.index.length} of {now.rows} rows were attacked
        {now.index.length < now.rows ? ", at equal distances over the file" : ""}.
      </p>
      <div class="pairs">
        <Row now={now} epsilon={epsilon} />
        <Curves answer={found} epsilon={epsilon} whiteBox={now.whiteBox} points="Rows" />
        <Reasons answer={found} epsilon={epsilon} sentences={now.sentences} variability="untold" points="rows" />
      </div>
      <p class="saving">
        <SavePoints answer={found} at={at} shape={now.featureShape} index={now.index} names={now.featureNames} />{" "}
        <button type="button" onClick={keep}>
          Save scores and gradients (.npz)
        </button>
      </p>
    </section>
  );
}
