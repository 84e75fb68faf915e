// Data files and model files number their classes independently; here they are brought together.

import { type Dataset, InputError, type Model, type OpenModel, withClasses } from "@carom/core";

/**
 * The data with its classes numbered as the model's scores are.
 *
 * A model that names its classes decides by name. Else labels 0 to K-1 are positions in the scores, and other labels
 * are matched in numerical order, which needs as many of them as there are scores.
 *
 * @throws InputError where labels lie outside the model's classes.
 */
export function alignClasses(
  data: Dataset,
  model: Pick<Model, "classNames">,
  { classes }: Pick<OpenModel, "classes">,
): Dataset {
  if (model.classNames?.length === classes) return withClasses(data, model.classNames);
  const positions = Array.from({ length: classes }, (_, k) => String(k));
  if (data.classNames.every((name) => positions.includes(name))) return withClasses(data, positions);
  if (data.classNames.length === classes) return data;
  throw new InputError("invalid", "labels for the model", {
    expected: `labels 0 to ${classes - 1}, or ${classes} different ones, as the model has ${classes} scores`,
    got: `${data.classNames.length} classes: ${data.classNames.slice(0, 12).join(", ")}`,
    remedy: "give data with the classes the model was trained on",
  });
}
