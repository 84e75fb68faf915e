// A training set of points in the plane to be dragged about, and the boundaries of two learners that follow.

import { useRef, useState } from "preact/hooks";
import { contour } from "../contours.ts";
import { type Chosen, learnerNames } from "../question/learners.ts";
import { asTheyAre, Select } from "../select.tsx";
import { poison, poisoned } from "../state.ts";
import { SaveFigure } from "./saveFigure.tsx";

const SIZE = 420;
/** Networks want more points than these. */
const choices = learnerNames.filter((name) => name !== "mlp");
/** Lines of the two learners. */
const lines = ["surrogate", "target"] as const;
/** How far a button moves a point. */
const STEP = 0.04;
const ways: Readonly<Record<string, readonly [number, number]>> = {
  Left: [-STEP, 0],
  Right: [STEP, 0],
  Up: [0, STEP],
  Down: [0, -STEP],
};
const within = (value: number) => Math.min(1, Math.max(0, value));

export function Poison() {
  const [chosen, setChosen] = useState(0);
  const [isHeld, setHeld] = useState(false);
  const svg = useRef<SVGSVGElement>(null);
  const now = poisoned.value;
  if (!now) return null;
  const points = poison.value.points ?? now.points;
  const change = (part: { readonly x?: number; readonly y?: number; readonly label?: number }) => {
    poison.value = { ...poison.value, points: points.map((each, i) => (i === chosen ? { ...each, ...part } : each)) };
  };
  const { x, y, label } = points[chosen];
  return (
    <section class="poison" aria-label="Poison a training set">
      <h2>Poison a training set</h2>
      <figure class="plane">
        <svg
          ref={svg}
          viewBox={`0 0 ${SIZE} ${SIZE}`}
          role="img"
          aria-label="Points of two classes, and the boundaries of two learners between them"
          onPointerMove={({ currentTarget, clientX, clientY }) => {
            if (!isHeld) return;
            const { left, top, width } = currentTarget.getBoundingClientRect();
            change({ x: within((clientX - left) / width), y: within(1 - (clientY - top) / width) });
          }}
          onPointerUp={() => setHeld(false)}
          onPointerLeave={() => setHeld(false)}
        >
          <rect class="frame" width={SIZE} height={SIZE} />
          {now.learned.map(({ learner, margins }, i) => (
            <path key={`${i} ${learner}`} class={`line ${lines[i]}`} d={boundary(margins)} />
          ))}
          {points.map((point, i) => (
            <circle
              key={i}
              class={`point class${point.label} ${i === chosen ? "chosen" : ""}`}
              cx={SIZE * point.x}
              cy={SIZE * (1 - point.y)}
              r={9}
              onPointerDown={(event) => {
                event.preventDefault();
                setChosen(i);
                setHeld(true);
              }}
            />
          ))}
        </svg>
        <figcaption>
          Drag points about: both learners are fitted again, and of 400 clean points{" "}
          {now.learned.map(({ learner, error }, i) => (
            <span key={lines[i]}>
              {i > 0 && ", "}
              <b class={lines[i]}>{learner}</b> gets {(100 * error).toFixed(1)} % wrong
            </span>
          ))}
          . <SaveFigure name="Poison" figure={() => svg.current!} />
        </figcaption>
      </figure>
      <p class="moving">
        {lines.map((line, i) => (
          <Select
            key={line}
            label={`Learner ${i + 1}`}
            value={poison.value.learners[i]}
            names={asTheyAre<Chosen["learner"]>(choices)}
            choose={(learner) => {
              poison.value = { ...poison.value, learners: poison.value.learners.with(i, learner) };
            }}
          />
        ))}
        <Select
          label="Point"
          value={String(chosen)}
          names={Object.fromEntries(points.map((point, i) => [i, `${i + 1}, ${now.classNames[point.label]} class`]))}
          choose={(name) => setChosen(Number(name))}
        />
        {Object.entries(ways).map(([way, [dx, dy]]) => (
          <button key={way} type="button" onClick={() => change({ x: within(x + dx), y: within(y + dy) })}>
            {way}
          </button>
        ))}
        <button type="button" onClick={() => change({ label: 1 - label })}>
          Change its class
        </button>
        <button
          type="button"
          onClick={() => {
            poison.value = { learners: poison.value.learners };
          }}
        >
          Clean points again
        </button>
      </p>
    </section>
  );
}

/** Where a learner changes its mind. */
function boundary(margins: Float64Array): string {
  const side = Math.sqrt(margins.length);
  const scale = SIZE / (side - 1);
  return contour(margins, side, 0)
    .map((segment) => segment.map(([a, b]) => `${(a * scale).toFixed(1)} ${(SIZE - b * scale).toFixed(1)}`))
    .map(([from, to]) => `M${from}L${to}`)
    .join("");
}
