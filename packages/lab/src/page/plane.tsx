// The plane of both gradients at the point on the stage: the losses of both models, and the way of the attack.

import { useRef } from "preact/hooks";
import { placeOf } from "../between.ts";
import { contour } from "../contours.ts";
import type { Plane as PlaneOf } from "../question/plane.ts";
import { answered, looked, view } from "../state.ts";
import { SaveFigure } from "./saveFigure.tsx";

const SIZE = 420;
/** Lines of each model beside that of its boundary. */
const LEVELS = 5;

export function Plane() {
  const svg = useRef<SVGSVGElement>(null);
  const [now, answer] = [looked.value, answered.value];
  if (!now || !answer) return null;
  const { plane } = now;
  const place = placeOf(now.drawn ?? answer, view.value.epsilon);
  const x = (across: number) => (SIZE / 2) * (1 + across / plane.reach);
  const y = (up: number) => SIZE - x(up);
  const [from, to] = [place.below, place.above].map(
    ({ epsilon }) => plane.path[(now.drawn ?? answer).budgets.findIndex((each) => each.epsilon === epsilon)],
  );
  const here = from.map((value, i) => value + place.share * (to[i] - value));
  const path = plane.path.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  return (
    <section aria-label="The plane">
      <h2>{plane.up === "gradient" ? "The plane of both gradients" : "The plane of the gradient and the change"}</h2>
      <figure class="plane">
        <svg
          ref={svg}
          viewBox={`0 0 ${SIZE} ${SIZE}`}
          role="img"
          aria-label="Contours of both models' losses around the digit, and the way of the attack"
        >
          <rect class="frame" width={SIZE} height={SIZE} />
          {(["target", "surrogate"] as const).map((model) => (
            <g key={model}>
              <path
                class={`line thin ${model}`}
                d={levelsOf(plane, model)
                  .map((level) => lines(plane, model, level))
                  .join("")}
              />
              <path class={`line ${model}`} d={lines(plane, model, Math.LN2)} />
            </g>
          ))}
          <path class="way" d={path} />
          <circle class="start" cx={x(0)} cy={y(0)} r={5} />
          <circle class="here" cx={x(here[0])} cy={y(here[1])} r={7} />
        </svg>
        <figcaption>
          To the right the <b class="surrogate">surrogate's</b> loss rises fastest; upwards{" "}
          {plane.up === "gradient" ? (
            <>
              what the <b class="target">target's</b> gradient has across that
            </>
          ) : (
            <>
              what the largest change has across that, as the <b class="target">target</b> has no gradient
            </>
          )}
          . Thin lines are equal losses, thick ones where a model changes its mind. The line with the dot is the way of
          the attack as the budget grows, seen from above this plane; the dot is the slider. Bounds of pixels are left
          out of account. <SaveFigure name="Plane" figure={() => svg.current!} />
        </figcaption>
      </figure>
    </section>
  );
}

/** Losses at equal distances between the least and the largest on the grid. */
function levelsOf(plane: PlaneOf, model: "surrogate" | "target"): number[] {
  const [least, most] = [Math.min(...plane[model]), Math.max(...plane[model])];
  return Array.from({ length: LEVELS }, (_, i) => least + ((i + 0.5) * (most - least)) / LEVELS);
}

function lines(plane: PlaneOf, model: "surrogate" | "target", level: number): string {
  const scale = SIZE / (plane.side - 1);
  return contour(plane[model], plane.side, level)
    .map((segment) => segment.map(([a, b]) => `${(a * scale).toFixed(1)} ${(SIZE - b * scale).toFixed(1)}`))
    .map(([p, q]) => `M${p}L${q}`)
    .join("");
}
