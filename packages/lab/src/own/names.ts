// Surrogates that can be trained in the page, by the names that they have among those of files.

import { type LearnerName, learnerNames } from "../question/learners.ts";

/** Names of surrogates that can be trained, among those of files. */
export const trainedNames: Readonly<Record<string, LearnerName>> = Object.fromEntries(
  learnerNames.map((learner) => [`${learner}, trained here`, learner]),
);
/** The one that is trained where no model that was dropped has gradients. */
export const DEFAULT_TRAINED = "svm-rbf, trained here";
