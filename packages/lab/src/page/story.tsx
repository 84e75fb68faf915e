// Seven steps through the paper's story, each with the controls set to what it speaks of.

import type { View } from "../address.ts";
import { glide } from "../glide.ts";
import { ofComplexity } from "../question/learners.ts";
import { show, view } from "../state.ts";

interface Step {
  readonly title: string;
  readonly text: string;
  readonly view: Partial<View> & Pick<View, "epsilon">;
}

const logistic = ofComplexity("logistic", "high");
const mlp = ofComplexity("mlp", "high");
const smooth = ofComplexity("mlp", "low");

const steps: readonly Step[] = [
  {
    title: "Nothing is changed yet",
    text:
      "Two models were trained on different digits, and know nothing of each other. With no budget both see what " +
      "you see.",
    view: { surrogate: logistic, target: mlp, norm: "l2", epsilon: 0 },
  },
  {
    title: "The surrogate falls",
    text:
      "The attacker owns the surrogate, follows its gradient, and changes the digit as little as possible. A " +
      "small budget misleads the surrogate, and the target hardly notices.",
    view: { surrogate: logistic, target: mlp, norm: "l2", epsilon: 0.75 },
  },
  {
    title: "The attack jumps",
    text:
      "With a larger budget the target is misled by a change that was made without it. Move the slider and watch " +
      "the curves part and meet.",
    view: { surrogate: logistic, target: mlp, norm: "l2", epsilon: 2.5 },
  },
  {
    title: "S: the size of the target's gradient",
    text:
      "To first order a loss rises by at most S times the budget. A target that is strongly regularised has a " +
      "smaller S: compare the bars with the step before, or regularise it yourself with the slider below.",
    view: { surrogate: logistic, target: smooth, norm: "l2", epsilon: 2.5 },
  },
  {
    title: "R: the alignment of both gradients",
    text:
      "What arrives of that bound is the cosine between the two gradients. A linear surrogate and a linear target " +
      "agree well, though they never saw the same digit.",
    view: { surrogate: logistic, target: ofComplexity("ridge", "low"), norm: "l2", epsilon: 2.5 },
  },
  {
    title: "V: the luck of the surrogate's draw",
    text:
      "A surrogate whose loss changes with its training set leads the attack after its own noise. A weakly " +
      "regularised surrogate has a larger V, and its attacks a harder time.",
    view: { surrogate: mlp, target: smooth, norm: "l2", epsilon: 2.5 },
  },
  {
    title: "Which surrogate would you train?",
    text:
      "The matrix below has every pair. Which rows do well on most targets, and do those have the larger R? Draw " +
      "other training sets to see what stays.",
    view: { surrogate: ofComplexity("svm-linear", "low"), target: mlp, norm: "l2", epsilon: 2 },
  },
];

export function Story() {
  const at = Math.min(view.value.step ?? -1, steps.length - 1);
  const go = (next: number) => {
    const { epsilon, ...others } = steps[next].view;
    show({ ...others, step: next });
    glide(epsilon);
  };
  const step = steps[at];
  return (
    <section class="story" aria-label="The story in seven steps">
      <p aria-live="polite">
        {step ? (
          <>
            <b>
              {at + 1} of {steps.length}. {step.title}.
            </b>{" "}
            {step.text}
          </>
        ) : (
          "The story of the paper, in seven steps: each sets the controls below to what it speaks of."
        )}
      </p>
      <p>
        <button type="button" disabled={at <= 0} onClick={() => go(at - 1)}>
          Back
        </button>{" "}
        <button type="button" disabled={at >= steps.length - 1} onClick={() => go(at + 1)}>
          {step ? "Next" : "Begin"}
        </button>
      </p>
    </section>
  );
}
