// Every learner against every other, filled as pairs become known.

import { useEffect, useRef } from "preact/hooks";
import { placeOf } from "../between.ts";
import { whileNear } from "../near.ts";
import { type Chosen, matrixOf } from "../question/learners.ts";
import { answered, arePairsKnown, arePairsNear, pairing, pairs, show, view } from "../state.ts";

export function Matrix() {
  const now = answered.value;
  const place = useRef<HTMLElement>(null);
  const isHere = now !== undefined;
  useEffect(() => (isHere ? whileNear(place.current!, arePairsNear) : undefined), [isHere]);
  if (!now) return null;
  const { nearest } = placeOf(now, view.value.epsilon);
  const same = (a: Chosen, b: Chosen) => a.learner === b.learner && a.position === b.position;
  return (
    <section ref={place} class="all-pairs" aria-label="All pairs" aria-busy={!arePairsKnown.value}>
      <h2>Every surrogate on every target</h2>
      <p class="doing">{doing()}</p>
      <div class="scroll">
        <table class="matrix">
          <caption>
            Digits that the target misclassifies at budget {now.budgets[nearest].epsilon}, in percent, and R below; all
            of high complexity. A cell puts its pair on the stage.
          </caption>
          <thead>
            <tr>
              <th scope="col">surrogate</th>
              {matrixOf.targets.map((target) => (
                <th key={target.learner} scope="col">
                  {target.learner}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrixOf.surrogates.map((surrogate) => (
              <tr key={surrogate.learner}>
                <th scope="row">{surrogate.learner}</th>
                {matrixOf.targets.map((target) => {
                  const found = pairs.value.find(
                    (each) => same(each.surrogate, surrogate) && same(each.target, target),
                  );
                  const share = found?.cell.errors[nearest];
                  return (
                    <td key={target.learner} style={share === undefined ? {} : { "--share": share }}>
                      {found && share !== undefined && (
                        <button type="button" onClick={() => show({ surrogate, target })}>
                          {Math.round(100 * share)}
                          <small>
                            {Number.isFinite(found.cell.alignment) ? found.cell.alignment.toFixed(2) : "no R"}
                          </small>
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What is being done about pairs. */
function doing(): string {
  if (pairing.value) return `${pairing.value} …`;
  return arePairsKnown.value ? "All are computed." : "Pairs are computed last, when in sight.";
}
