// Data files and model files number their classes independently; here they are brought together.

import type { Dataset } from "../data/dataset.ts";
import { withClasses } from "../data/labels.ts";
import { InputError } from "../errors.ts";
import type { Model } from "./model.ts";
import type { ModelWarning } from "./modelWarning.ts";
import type { OpenModel } from "./open.ts";

/**
 * The data with its classes numbered as the model's scores are.
 *
 * A model that names its classes decides by name; if it only numbers them from 0, words are matched in alphabetical
 * order. Without names, labels 0 to K-1 are positions in the scores, and other labels are matched in order, which needs
 * as many of them as there are scores.
 *
 * @throws InputError where labels lie outside the model's classes, and where they may count from 0 or from 1.
 */
export function alignClasses(
  data: Dataset,
  model: Pick<Model, "classNames">,
  { classes }: Pick<OpenModel, "classes">,
): Dataset {
  const positions = Array.from({ length: classes }, (_, k) => String(k));
  const named = model.classNames?.length === classes ? model.classNames : undefined;
  const isNumbered = named === undefined || `${named}` === `${positions}`;
  const inOrder = data.classNames.length === classes;
  if (named && !(isNumbered && inOrder && !data.classNames.some(isInteger))) {
    return withClasses(data, named);
  }
  if (data.classNames.every((name) => positions.includes(name))) {
    // Without a 0 they may as well count from 1, as long as none stands for the last class then.
    if (!data.classNames.includes("0")) throw twoReadings(data, classes);
    return withClasses(data, positions);
  }
  if (inOrder) return data;
  throw new InputError("invalid", "labels for the model", {
    expected: `labels 0 to ${classes - 1}, or ${classes} different ones, as the model has ${classes} scores`,
    got: `${data.classNames.length} classes: ${data.classNames.slice(0, 12).join(", ")}`,
    remedy: "give data with the classes the model was trained on, or name the model's classes with --classes",
  });
}

/** Holds that a model numbers classes as another one does. @throws InputError where it does not */
export function requireClassesOf(first: string, aligned: Dataset, other: string, own: Dataset): void {
  if (`${own.classNames}` === `${aligned.classNames}`) return;
  throw new InputError("invalid", `model ${other}`, {
    expected: `the classes of ${first}, in its order: ${aligned.classNames.join(", ")}`,
    got: own.classNames.join(", "),
    remedy: "attack models of the same classes together",
  });
}

const isInteger = (name: string) => /^-?\d+$/.test(name);

/** What is taken for granted of data that `alignClasses` returned: that words are classes in alphabetical order. */
export function assumedOrder({ classNames }: Dataset, model: Pick<Model, "classNames">): ModelWarning[] {
  if (`${model.classNames}` === `${classNames}` || classNames.some(isInteger)) return [];
  const named = classNames.slice(0, 12).join(", ");
  const own = model.classNames
    ? `The model calls its classes ${model.classNames.slice(0, 12).join(", ")}`
    : "The model does not name its classes";
  return [
    {
      check: "classes",
      sentence: `${own}; ${named} are taken for its scores in this order. Say otherwise with --classes.`,
    },
  ];
}

function twoReadings({ classNames }: Dataset, classes: number): InputError {
  const from = (first: number) => Array.from({ length: Math.min(classes, 12) }, (_, k) => first + k).join(",");
  return new InputError("invalid", "labels for the model", {
    expected: `labels that tell whether they count from 0 or from 1, as the model has ${classes} scores without names`,
    got: `${classNames.slice(0, 12).join(", ")}`,
    remedy: `name the model's classes: --classes ${from(0)} or --classes ${from(1)}`,
  });
}
