// Two sliders that regularise the surrogate and the target more or less, and what that does to S, V, R and transfer.

import { useRef } from "preact/hooks";
import { blend, placeOf } from "../between.ts";
import type { Answer } from "../question/answer.ts";
import { type Role, scales, strengthOf, WEAKEST } from "../question/learners.ts";
import type { Regularised } from "../question/messages.ts";
import { answeredOf, question, regularised, regularising, show, variability, view } from "../state.ts";
import { SaveFigure } from "./saveFigure.tsx";

const roles = ["surrogate", "target"] as const;
const [WIDTH, HEIGHT, TOP, BOTTOM] = [120, 110, 26, 18];
/** How far one press of an arrow key goes. */
const STEP = 0.1;

interface Quantity {
  readonly name: string;
  readonly title: string;
  of(point: Regularised): number | undefined;
}

export function Regularise({ answer }: { readonly answer: Answer }) {
  const { below, above, share } = placeOf(answer, view.value.epsilon);
  const indexOf = (epsilon: number) => answer.budgets.findIndex((each) => each.epsilon === epsilon);
  const [low, high] = [indexOf(below.epsilon), indexOf(above.epsilon)];
  // What is known of the question that is on the page is known of where both sliders are.
  const here =
    answeredOf.value === question.value ? { ...answer, ...atAll(answer), variability: variability.value } : undefined;
  const quantities: readonly Quantity[] = [
    { name: "transfer", title: "target misled", of: ({ errors }) => blend(errors[low], errors[high], share) },
    { name: "S", title: "of target", of: ({ size }) => size },
    { name: "R", title: "of pair", of: ({ alignment }) => alignment },
    { name: "V", title: "of surrogate", of: ({ variability }) => variability },
  ];
  return (
    <section class="regularise" aria-label="Regularise">
      <h2>Regularise more, or less</h2>
      <div class="pairs">
        {roles.map((role) => (
          <Dial key={role} role={role} quantities={quantities} here={here} />
        ))}
      </div>
      <p class="note">
        {!regularising.value && "Move a slider: models of its other positions are then trained. "}
        Models are trained at {WEAKEST + 1} positions of each slider, the dots; between two of them numbers are
        interpolated, and the rest of the page shows the nearer one. Transfer is the share of digits that the target
        gets wrong at the budget above.
      </p>
    </section>
  );
}

const atAll = ({ budgets }: Answer) => ({ errors: budgets.map(({ errors }) => errors.target) });

interface DialProps {
  readonly here: Omit<Regularised, "role" | "position"> | undefined;
  readonly role: Role;
  readonly quantities: readonly Quantity[];
}

function Dial({ role, quantities, here }: DialProps) {
  const svg = useRef<SVGSVGElement>(null);
  const chosen = view.value[role];
  const { words } = scales[chosen.learner];
  const strength = (position: number) => strengthOf({ ...chosen, position });
  const to = view.value.between[role];
  // Where the position was chosen elsewhere, the slider is there.
  const at = to !== undefined && Math.round(to) === chosen.position ? to : chosen.position;
  const found = regularised.value[role];
  const points = Array.from({ length: WEAKEST + 1 }, (_, position) =>
    position === chosen.position && here ? (found[position] ?? { role, position, ...here }) : found[position],
  );
  const [below, above] = [points[Math.floor(at)], points[Math.ceil(at)]];
  const now = (of: Quantity["of"]) => {
    const [from, until] = [below && of(below), above && of(above)];
    return from === undefined || until === undefined ? undefined : blend(from, until, at - Math.floor(at));
  };
  const between = Number.isInteger(at)
    ? strength(at)
    : `between ${strength(Math.floor(at))} and ${strength(Math.ceil(at))}`;
  return (
    <div class="dial" data-role={role}>
      <label class="slider">
        <span>
          <b class={role}>{role}</b>, {chosen.learner}: {words} {between}
        </span>
        <input
          type="range"
          min={0}
          max={WEAKEST}
          step={STEP}
          value={at}
          aria-valuetext={`${words} ${between}`}
          onFocus={() => {
            regularising.value = role;
          }}
          onInput={({ currentTarget }) => {
            const value = Number(currentTarget.value);
            regularising.value = role;
            show({
              [role]: { ...chosen, position: Math.round(value) },
              between: { ...view.value.between, [role]: Number.isInteger(value) ? undefined : value },
            });
          }}
        />
        <small class="ends">
          <span>strongly</span>
          <span>weakly</span>
        </small>
      </label>
      <dl>
        {quantities.map(({ name, title, of }) => {
          const value = now(of);
          return (
            <div key={name}>
              <dt>
                <b>{name}</b>
                <small>{title}</small>
              </dt>
              <dd>{value === undefined ? "…" : Number.isFinite(value) ? value.toPrecision(3) : "none"}</dd>
            </div>
          );
        })}
      </dl>
      <figure>
        <svg
          ref={svg}
          viewBox={`0 0 ${WIDTH * quantities.length} ${HEIGHT}`}
          role="img"
          aria-label={`Transfer, S, R and V over the regularisation of the ${role}`}
        >
          {quantities.map((quantity, i) => (
            <Panel key={quantity.name} left={i * WIDTH} at={at} quantity={quantity} points={points} role={role} />
          ))}
        </svg>
        <figcaption>
          From strong to weak. <SaveFigure name={`regularisation of the ${role}`} figure={() => svg.current!} />
        </figcaption>
      </figure>
    </div>
  );
}

interface PanelProps {
  readonly left: number;
  readonly at: number;
  readonly quantity: Quantity;
  readonly points: readonly (Regularised | undefined)[];
  readonly role: Role;
}

function Panel({ left, at, quantity: { name, of }, points, role }: PanelProps) {
  const known = points.flatMap((point, position) => {
    const value = point && of(point);
    return value !== undefined && Number.isFinite(value) ? [{ position, value }] : [];
  });
  const values = known.map(({ value }) => value);
  const [least, most] = [Math.min(0, ...values), Math.max(1e-9, ...values)];
  const x = (position: number) => left + 10 + (position / WEAKEST) * (WIDTH - 20);
  const y = (value: number) => TOP + (1 - (value - least) / (most - least)) * (HEIGHT - TOP - BOTTOM);
  return (
    <g>
      <text x={left + WIDTH / 2} y={14} text-anchor="middle">
        {name}
        {values.length > 0 && ` ≤ ${Number(most.toPrecision(2))}`}
      </text>
      <line class="grid" x1={x(0)} x2={x(WEAKEST)} y1={y(0)} y2={y(0)} />
      <path
        class={`line ${role}`}
        d={known.map(({ position, value }, i) => `${i ? "L" : "M"}${x(position)} ${y(value).toFixed(1)}`).join("")}
      />
      {known.map(({ position, value }) => (
        <circle key={position} class={`dot ${role}`} cx={x(position)} cy={y(value)} r={3.5} />
      ))}
      <line class="now" x1={x(at)} x2={x(at)} y1={TOP - 4} y2={HEIGHT - BOTTOM + 4} />
    </g>
  );
}
