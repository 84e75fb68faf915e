// All digits that are attacked; each can be put on the stage.

import { classAt, pixelsAt, placeOf } from "../between.ts";
import { PIXELS } from "../pixels.ts";
import type { Answer } from "../question/answer.ts";
import { show, view } from "../state.ts";
import { Image } from "./image.tsx";
import { SavePoints } from "./savePoints.tsx";

export function Gallery({ answer }: { readonly answer: Answer }) {
  const { epsilon, digit } = view.value;
  const place = placeOf(answer, epsilon);
  const truth = (i: number) => answer.labels[i];
  const fates = [...answer.labels.keys()].map((i) => {
    const fools = (model: "surrogate" | "target") => classAt(place, model, i) !== truth(i);
    return fools("target") ? "both" : fools("surrogate") ? "surrogate" : "none";
  });
  const count = (fate: string) => fates.filter((each) => each === fate).length;
  return (
    <section aria-label="All digits">
      <h2>
        {count("both")} of {fates.length} mislead the target
      </h2>
      <p class="key">
        <span>
          <i class="both" /> target misled ({count("both")})
        </span>
        <span>
          <i class="surrogate" /> surrogate alone ({count("surrogate")})
        </span>
        <span>
          <i class="none" /> neither ({count("none")})
        </span>
      </p>
      <div class="gallery">
        {fates.map((fate, i) => (
          <button
            key={i}
            type="button"
            class={fate}
            aria-pressed={i === digit}
            aria-label={`digit ${i + 1}, ${answer.classNames[truth(i)]}: ${inWords[fate]}`}
            onClick={() => show({ digit: i, drawn: undefined })}
          >
            <Image pixels={pixelsAt(place, i, PIXELS ** 2)} />
          </button>
        ))}
      </div>
      <p>
        <SavePoints
          answer={answer}
          at={answer.budgets[place.nearest]}
          shape={[1, PIXELS, PIXELS]}
          index={Int32Array.from(answer.labels.keys())}
        />
      </p>
    </section>
  );
}

const inWords: Readonly<Record<string, string>> = {
  both: "misleads the target",
  surrogate: "misleads the surrogate alone",
  none: "misleads neither",
};
