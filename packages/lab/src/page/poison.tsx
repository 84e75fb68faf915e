// A training set of points in the plane to be dragged about, and the boundaries of two learners that follow.

import { useRef, useState } from "preact/hooks";
import type { View } from "../address.ts";
import { contour } from "../contours.ts";
import { type Chosen, learnerNames } from "../question/learners.ts";
import type { TrainingPoint } from "../question/poison.ts";
import { asTheyAre, Select } from "../select.tsx";
import { poisoned, show, view } from "../state.ts";
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
/** A place in the square, in thousandths. */
const within = (value: number) => Math.round(1000 * Math.min(1, Math.max(0, value))) / 1000;

export function Poison() {
  const [isHeld, setHeld] = useState(false);
  const svg = useRef<SVGSVGElement>(null);
  const now = poisoned.value;
  if (!now) return null;
  const { poison: asked } = view.value;
  const points = asked.points ?? [...now.points];
  const chosen = Math.min(asked.chosen, points.length - 1);
  const ask = (part: Partial<View["poison"]>) => show({ poison: { ...asked, ...part } });
  const setChosen = (i: number) => ask({ chosen: i });
  const change = (part: Partial<TrainingPoint>) =>
    ask({ points: points.map((each, i) => (i === chosen ? { ...each, ...part } : each)) });
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
            value={asked.learners[i]}
            names={asTheyAre<Chosen["learner"]>(choices)}
            choose={(learner) =>
              ask({ learners: i === 0 ? [learner, asked.learners[1]] : [asked.learners[0], learner] })
            }
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
        <button type="button" onClick={() => ask({ points: undefined })}>
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
