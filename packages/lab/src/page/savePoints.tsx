// Buttons that save the points of one budget, as `carom evade` writes them and as a table.

import type { Answer, AtBudget } from "../question/answer.ts";

interface SavePointsProps {
  readonly answer: Answer;
  readonly at: AtBudget;
  /** The shape of one row, and the rows that points were made of. */
  readonly shape: readonly number[];
  readonly index: Int32Array;
  readonly names?: readonly string[] | undefined;
}

export function SavePoints({ answer, at, shape, index, names }: SavePointsProps) {
  const keep = async (isTable: boolean) => {
    const { pointsAsCsv, pointsAsNpz, save } = await import("../save.ts");
    if (isTable) save("points.csv", pointsAsCsv(answer, at, names));
    else save("points.npz", pointsAsNpz(answer, at, shape, index));
  };
  return (
    <>
      <button type="button" onClick={() => keep(false)}>
        Save points of budget {Number(at.epsilon.toPrecision(3))} (.npz)
      </button>{" "}
      <button type="button" onClick={() => keep(true)}>
        Save them (.csv)
      </button>
    </>
  );
}
