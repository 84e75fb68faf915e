// Errors of both models over the budget.

import { useRef } from "preact/hooks";
import type { Answer, AtBudget } from "../question/answer.ts";
import { SaveFigure } from "./saveFigure.tsx";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [480, 300, 54, 34, 12];

interface CurvesProps {
  readonly answer: Answer;
  /** The budget that is looked at. */
  readonly epsilon: number;
  /** Errors of the target at each budget where it is attacked itself. */
  readonly whiteBox: readonly number[] | undefined;
  /** What the points are, such as digits. */
  readonly points: string;
}

export function Curves({ answer, epsilon: now, whiteBox: own, points }: CurvesProps) {
  const { budgets } = answer;
  const most = budgets.at(-1)!.epsilon;
  const x = (epsilon: number) => LEFT + (epsilon / most) * (WIDTH - LEFT - 10);
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - BOTTOM - TOP);
  const line = (of: (at: AtBudget, i: number) => number) =>
    budgets.map((at, i) => `${i ? "L" : "M"}${x(at.epsilon).toFixed(1)} ${y(of(at, i)).toFixed(1)}`).join("");
  const svg = useRef<SVGSVGElement>(null);
  return (
    <figure class="curves">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="Errors of the surrogate and the target over the budget"
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line class="grid" x1={LEFT} x2={WIDTH - 10} y1={y(share)} y2={y(share)} />
            <text x={LEFT - 8} y={y(share) + 4} text-anchor="end">
              {100 * share} %
            </text>
          </g>
        ))}
        {[0, 0.5, 1].map((share) => (
          <text
            key={share}
            x={share === 1 ? WIDTH : x(share * most)}
            y={HEIGHT - 12}
            text-anchor={share === 1 ? "end" : "middle"}
          >
            {Number((share * most).toPrecision(3))}
          </text>
        ))}
        <path class="line surrogate" d={line((at) => at.errors.surrogate)} />
        {own && <path class="line white" d={line((_, i) => own[i])} />}
        <path class="line target" d={line((at) => at.errors.target)} />
        <line class="now" x1={x(now)} x2={x(now)} y1={TOP} y2={HEIGHT - BOTTOM} />
      </svg>
      <figcaption>
        {points} misclassified, over the budget: <b class="target">target</b>, <b class="surrogate">surrogate</b>
        {own && (
          <>
            , <b class="white">target when it is attacked itself</b>
          </>
        )}
        . The upright line is the slider. <SaveFigure name="Curves" figure={() => svg.current!} />
      </figcaption>
    </figure>
  );
}
