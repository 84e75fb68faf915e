// Data files and models may give one row different shapes; only the size must agree.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { areImages, uniformDomain, wholeInterval } from "../data/domain.ts";
import { InputError } from "../errors.ts";

/**
 * Rows in the shape that the model takes, where sizes agree. Flat rows that the model takes as images share one
 * interval, as images do.
 *
 * @throws InputError where sizes do not agree.
 */
export function withShape(data: Dataset, inputShape: readonly number[], path: string): Dataset {
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const isOtherLayout =
    inputShape.length === 3 &&
    data.featureShape.length === 3 &&
    `${[...inputShape]}` !== `${[...data.featureShape]}` &&
    `${inputShape.toSorted((a, b) => a - b)}` === `${data.featureShape.toSorted((a, b) => a - b)}`;
  if (size === featureCount(data) && !isOtherLayout) {
    const { features } = data;
    const shaped = "start" in features ? features : { ...features, shape: [rowCount(data), ...inputShape] };
    const isNewImage = areImages(inputShape) && !areImages(data.featureShape);
    const domain = isNewImage ? { ...data.domain, ...oneInterval(data) } : data.domain;
    return { ...data, features: shaped, featureShape: inputShape, domain };
  }
  throw new InputError("invalid", `data for ${path}`, {
    expected: isOtherLayout
      ? `images of shape [${inputShape}]`
      : `rows of ${size} features, as the model's input [${inputShape}] has`,
    got: isOtherLayout ? `[${data.featureShape}]` : `rows of ${featureCount(data)} (shape [${data.featureShape}])`,
    remedy: isOtherLayout
      ? "move the channels to the axis where the model has them"
      : "give data of the kind the model was trained on",
  });
}

function oneInterval({ domain }: Dataset) {
  return uniformDomain(domain.lower.length, ...wholeInterval(domain));
}
