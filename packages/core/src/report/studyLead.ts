// The first screen of a study's report: what it found in sentences, and as a picture.

import { svgText } from "../figures/markup.ts";
import { type StudyAnswer, studyAnswer } from "../figures/studyAnswer.ts";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";
import type { StudyDrawing } from "./studyFigures.ts";
import { unbroken } from "./words.ts";

/** The sentences with the picture beside them. */
export function leadOf(sentences: readonly string[], { title, svg, caption }: Omit<StudyDrawing, "file">): Markup {
  const [first, ...rest] = sentences.map((sentence) => html`<p class="answer">${unbroken(sentence)}</p>`);
  return html`<div class="first">${first}${figure(title, svg, caption)}${rest}</div>`;
}

/** What is said of the picture. */
interface Told {
  /** Who crafted the points, such as " by pgd"; empty where there is nobody else. */
  readonly who: string;
  /** The budget of the answer in words. */
  readonly at: string;
}

/** The picture of a study's answer. */
export function answerOfStudy(study: StudyAnswer, { who, at }: Told, document: Document): StudyDrawing {
  const several = study.repetitions.length > 1;
  const caption =
    `${study.what} against the budget, under points crafted on each surrogate${who}; in colour that which does most at ` +
    `${at}${several ? ", with its 95 % interval over repetitions" : ""}.`;
  return { file: "answer", title: "The answer", caption, svg: svgText(studyAnswer(study, { document })) };
}
