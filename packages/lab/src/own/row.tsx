// One row of the user's data under attack: as a picture where it is one, else its features that change most.

import { classAt, pixelsAt, placeOf } from "../between.ts";
import { Announce } from "../page/announce.tsx";
import { Image } from "../page/image.tsx";
import { pictureOf } from "../page/picture.ts";
import type { OwnAnswer } from "./attack.ts";
import { showOwn, row as wanted } from "./state.ts";

/** Features that are listed. */
const LISTED = 8;

export function Row({ now, epsilon }: { readonly now: OwnAnswer; readonly epsilon: number }) {
  const setRow = (to: number) => showOwn({ row: to });
  const { answer, featureShape, featureNames, interval, index } = now;
  const n = answer.labels.length;
  const row = Math.min(wanted.value, n - 1);
  const place = placeOf(answer, epsilon);
  const size = answer.budgets[0].points.length / n;
  const clean = answer.budgets[0].points.subarray(row * size, (row + 1) * size);
  const attacked = pixelsAt(place, row, size);
  const change = attacked.map((value, j) => value - clean[j]);
  const truth = answer.classNames[answer.labels[row]];
  const says = (model: "surrogate" | "target") => answer.classNames[classAt(place, model, row)];
  const picture = pictureOf(featureShape);
  const scaled = (pixels: Float32Array, low = interval[0]) =>
    pixels.map((value) => (value - low) / (interval[1] - interval[0]));
  const largest = Array.from(change.keys()).sort((a, b) => Math.abs(change[b]) - Math.abs(change[a]));
  const short = (value: number) => Number(value.toPrecision(4));
  return (
    <div class="row">
      <p>
        <button type="button" disabled={row === 0} onClick={() => setRow(row - 1)}>
          Row before
        </button>{" "}
        <button type="button" disabled={row === n - 1} onClick={() => setRow(row + 1)}>
          Next row
        </button>
      </p>
      <p>
        Row {index[row]} is of class {truth}; {now.surrogate} says {says("surrogate")}
        {now.target !== now.surrogate && `, ${now.target} says ${says("target")}`}.
      </p>
      <Announce
        text={`Row ${index[row]}, ${truth}: ${now.surrogate} says ${says("surrogate")}, ${now.target} ${says("target")}.`}
      />
      {picture ? (
        <div class="digits">
          <figure>
            <Image pixels={scaled(clean)} picture={picture} label={`the row as it is: ${truth}`} />
            <figcaption>as it is: {truth}</figcaption>
          </figure>
          <figure>
            <Image pixels={scaled(change, 0)} picture={picture} isChange label="what the attack changes" />
            <figcaption>the change</figcaption>
          </figure>
          <figure class="large">
            <Image pixels={scaled(attacked)} picture={picture} label={`the attacked row, made from ${truth}`} />
            <figcaption>attacked</figcaption>
          </figure>
        </div>
      ) : (
        <table>
          <caption>The features that change most.</caption>
          <thead>
            <tr>
              <th scope="col">feature</th>
              <th scope="col">as it is</th>
              <th scope="col">attacked</th>
            </tr>
          </thead>
          <tbody>
            {largest.slice(0, LISTED).map((j) => (
              <tr key={j}>
                <th scope="row">{featureNames?.[j] ?? `feature ${j}`}</th>
                <td>{short(clean[j])}</td>
                <td>{short(attacked[j])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
