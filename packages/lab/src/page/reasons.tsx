// The three reasons as bars, the rise of the target's loss, and which reason limits the attack.

import { placeOf, valueAt } from "../between.ts";
import type { Answer } from "../question/answer.ts";

const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : "none");

interface ReasonsProps {
  readonly answer: Answer;
  /** The budget that is looked at. */
  readonly epsilon: number;
  /** Which reason limits the attack, at each computed budget; undefined while that is not known. */
  readonly sentences: readonly string[] | undefined;
  /** V; undefined while it is not known, "untold" where nothing can tell. */
  readonly variability: number | undefined | "untold";
  /** What the points are, such as digits. */
  readonly points: string;
}

export function Reasons({ answer, epsilon, sentences, variability: V, points }: ReasonsProps) {
  const place = placeOf(answer, epsilon);
  const rise = {
    bound: valueAt(place, (at) => at.rise.bound),
    predicted: valueAt(place, (at) => at.rise.predicted),
    observed: valueAt(place, (at) => at.rise.observed),
  };
  const rises = answer.budgets.flatMap(({ rise: { bound, observed } }) => [bound, observed]);
  const most = Math.max(...rises.filter(Number.isFinite), 1e-9);
  return (
    <section class="reasons" aria-label={`Why, of the ${points}`}>
      <h2>Why</h2>
      <p class="answer">{sentences?.[place.nearest] ?? "Looking for what limits it …"}</p>
      <dl>
        <Bar
          name="S"
          title="Size of the target's input gradient"
          says="by how much its loss can rise for each unit of the budget"
          value={answer.size}
          share={answer.size / (1 + answer.size)}
        />
        <Bar
          name="R"
          title="Alignment of both gradients"
          says="the cosine between the surrogate's and the target's: 1 is the same direction"
          value={answer.alignment}
          share={Math.max(0, answer.alignment)}
        />
        {V !== "untold" && (
          <Bar
            name="V"
            title="Variability of the surrogate's loss"
            says="over other training sets: what is large here is luck of the draw"
            value={V}
            share={V === undefined ? 0 : Math.sqrt(V) / (1 + Math.sqrt(V))}
          />
        )}
      </dl>
      <h3>Rise of the target's loss, mean of the {points}</h3>
      <dl>
        <Bar name="S × budget" title="The most, to first order" value={rise.bound} share={rise.bound / most} />
        <Bar
          name="predicted"
          title="Of this change, to first order"
          value={rise.predicted}
          share={rise.predicted / most}
        />
        <Bar name="observed" title="What it was" value={rise.observed} share={rise.observed / most} />
      </dl>
    </section>
  );
}

interface BarProps {
  readonly name: string;
  readonly title: string;
  readonly says?: string;
  readonly value: number | undefined;
  /** How much of the bar is filled, 0 to 1. */
  readonly share: number;
}

function Bar({ name, title, says, value, share }: BarProps) {
  return (
    <div class="bar">
      <dt>
        <b>{name}</b> {title}
        {says && <small>: {says}</small>}
      </dt>
      <dd>
        <span class="track">
          <span style={{ width: `${100 * Math.min(1, Math.max(0, share || 0))}%` }} />
        </span>
        <output>{value === undefined ? "…" : short(value)}</output>
      </dd>
    </div>
  );
}
