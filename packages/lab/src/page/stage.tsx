// The digit under attack, the slider of its budget, and what both models say.

import { classAt, howKnown, pixelsAt, placeOf } from "../between.ts";
import { PIXELS } from "../pixels.ts";
import type { Answer } from "../question/answer.ts";
import { nameOf } from "../question/learners.ts";
import { budgetsOf, normLabels } from "../question/question.ts";
import { show, view } from "../state.ts";
import { Announce } from "./announce.tsx";
import { Image } from "./image.tsx";

export function Stage({ answer }: { readonly answer: Answer }) {
  const { epsilon, digit: wanted, norm, surrogate, target } = view.value;
  const digit = Math.min(wanted, answer.labels.length - 1);
  const place = placeOf(answer, epsilon);
  const size = PIXELS ** 2;
  const clean = answer.budgets[0].points.subarray(digit * size, (digit + 1) * size);
  const attacked = pixelsAt(place, digit, size);
  const change = attacked.map((value, i) => value - clean[i]);
  const truth = answer.classNames[answer.labels[digit]];
  const budgets = budgetsOf[norm];
  const most = budgets.at(-1)!;
  const budget = epsilon.toFixed(norm === "l2" ? 2 : 3);
  const seenBy = (model: "surrogate" | "target") => answer.classNames[classAt(place, model, digit)];
  const says = { surrogate: seenBy("surrogate"), target: seenBy("target") };
  return (
    <section class="stage" aria-label="The digit under attack">
      <div class="digits">
        <figure>
          <Image pixels={clean} label={`the digit as it is: ${truth}`} />
          <figcaption>as it is: {truth}</figcaption>
        </figure>
        <figure>
          <Image pixels={change} isChange label="what the attack changes" />
          <figcaption>the change</figcaption>
        </figure>
        <figure class="large">
          <Image pixels={attacked} label={`the attacked digit, made from ${truth}`} />
          <figcaption>attacked</figcaption>
        </figure>
      </div>
      <label class="slider">
        <span>
          Budget {budget} <small>({normLabels[norm]} length of the change)</small>
        </span>
        <input
          type="range"
          min={0}
          max={most}
          step={most / 200}
          value={epsilon}
          aria-valuetext={`${budget}, ${howKnown(place)}`}
          onInput={({ currentTarget }) => show({ epsilon: Number(currentTarget.value) })}
        />
      </label>
      <div class="verdicts">
        <Verdict who="surrogate" name={nameOf(surrogate)} says={says.surrogate} truth={truth} />
        <Verdict who="target" name={nameOf(target)} says={says.target} truth={truth} />
      </div>
      <Announce
        text={`At budget ${budget} the surrogate sees ${says.surrogate}, the target ${says.target}, of a ${truth}.`}
      />
      <p class="note">
        Budget {budget}: {howKnown(place)}. Points are computed at {budgets.length} budgets, {budgets[1]} apart; between
        two of them pictures and scores are interpolated.
      </p>
    </section>
  );
}

interface VerdictProps {
  readonly who: "surrogate" | "target";
  readonly name: string;
  readonly says: string;
  readonly truth: string;
}

function Verdict({ who, name, says, truth }: VerdictProps) {
  const isWrong = says !== truth;
  return (
    <p class={`verdict ${isWrong ? "wrong" : "right"}`} data-model={who}>
      <span>
        the {who}, {name}
      </span>
      <b>
        sees {says}: {isWrong ? "misled" : "right"}
      </b>
    </p>
  );
}
