// Data as a model takes it: its classes, the order of its columns, the shape of its rows.

import type { Dataset } from "../data/dataset.ts";
import { matchColumns } from "../data/matchColumns.ts";
import { valueColumn } from "../data/oneHot.ts";
import { columnNames } from "../data/sideBySide.ts";
import type { TakenColumn } from "../data/table/options.ts";
import { alignClasses } from "./alignClasses.ts";
import type { InputPart } from "./inputNodes.ts";
import { kindsOf } from "./inputs.ts";
import type { Model } from "./model.ts";
import type { OpenModel } from "./open.ts";
import { withShape } from "./withShape.ts";

/**
 * Data with the columns that a model takes by name, in its order; as they are where it names none.
 *
 * @param name what messages call the model
 * @throws InputError where columns are missing
 */
export function columnsFor(data: Dataset, model: Model, name: string): Dataset {
  return matchColumns(data, namesOf(model), "the data", name);
}

/**
 * Data whose columns are in a model's order with the model's classes, its rows in the shape that it takes, and with
 * what an attack may do with each feature.
 *
 * @param name what messages call the model
 * @throws InputError for data that does not fit
 */
export function rowsFor(data: Dataset, opened: OpenModel, name: string): Dataset {
  return withKinds(withShape(alignClasses(data, opened.model, opened), opened.inputShape, name), opened.model);
}

/** The names of the features of a row: those that the file lists, or those of its inputs where there are several. */
function namesOf({ featureNames, parts }: Model): readonly string[] | undefined {
  if (featureNames || !parts || !haveNames(parts)) return featureNames;
  return parts.flatMap(({ name, shape, words }) =>
    words ? words.map((word) => valueColumn(name, word)) : columnNames(name, shape),
  );
}

/** Whether names of inputs are names of columns: one input of numbers may be called anything. */
const haveNames = (parts: readonly InputPart[]) => parts.length > 1 || parts[0].words !== undefined;

/** The columns of a table that a model takes by name: its inputs where each takes one, else the features it lists. */
export function takenColumns({ featureNames, parts }: Model): readonly TakenColumn[] | undefined {
  if (featureNames) {
    const names = featureNames.map((name) => ({ name: name.split("=")[0], isText: name.includes("=") }));
    return names.filter(({ name }, i) => names.findIndex((each) => each.name === name) === i);
  }
  const areColumns =
    parts && haveNames(parts) && parts.every(({ words, shape }) => words || shape.every((size) => size === 1));
  return areColumns ? parts.map(({ name, words }) => ({ name, isText: words !== undefined })) : undefined;
}

/** The data with what an attack may do with each feature, where the model's inputs say so and the data do not. */
function withKinds(data: Dataset, { parts }: Model): Dataset {
  const own = data.domain.kinds;
  if (!parts || (own && !data.domain.groups)) return data;
  const kinds = kindsOf(parts).map((kind, j) => (own?.[j] === "fixed" ? "fixed" : kind));
  return kinds.every((kind) => kind === "real") ? data : { ...data, domain: { ...data.domain, kinds } };
}
