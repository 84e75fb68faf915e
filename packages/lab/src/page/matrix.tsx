// Every learner against every other, filled as pairs become known.

import { placeOf } from "../between.ts";
import { type Chosen, matrixOf } from "../question/learners.ts";
import { answered, pairs, show, view } from "../state.ts";

export function Matrix() {
  const now = answered.value;
  if (!now || pairs.value.length === 0) return null;
  const { nearest } = placeOf(now, view.value.epsilon);
  const same = (a: Chosen, b: Chosen) => a.learner === b.learner && a.position === b.position;
  return (
    <section aria-label="All pairs">
      <h2>Every surrogate on every target</h2>
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
