// Data files and models may give one row different shapes; only the size must agree.

import { type Dataset, featureCount, InputError, rowCount } from "@carom/core";

/** Rows in the shape that the model takes, where sizes agree. @throws InputError where they do not. */
export function withShape(data: Dataset, inputShape: readonly number[], path: string): Dataset {
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  if (size === featureCount(data)) {
    const { features } = data;
    const shaped = "start" in features ? features : { ...features, shape: [rowCount(data), ...inputShape] };
    return { ...data, features: shaped, featureShape: inputShape };
  }
  throw new InputError("invalid", `data for ${path}`, {
    expected: `rows of ${size} features, as the model's input [${inputShape}] has`,
    got: `rows of ${featureCount(data)} (shape [${data.featureShape}])`,
    remedy: "give data of the kind the model was trained on",
  });
}
