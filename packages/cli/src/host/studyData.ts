// The data of a study: files read, classes kept or joined, features chosen, and all of it put into the plan.

import { type Dataset, featureCount } from "@carom/core";
import {
  againstRest,
  type DataReading,
  type DataTask,
  keepClasses,
  selectColumns,
  takeColumns,
  withBinaryFeatures,
  withClasses,
  withSameBounds,
  withScaling,
} from "@carom/core/data";
import type { SingleStudy } from "@carom/core/kinds";
import type { PlanBuilder, PoisoningStudy, Study, StudyData } from "@carom/core/study";
import { loadDataset } from "./data.ts";
import { featuresOf, writtenAt } from "./featuresFile.ts";
import type { LoadedData } from "./loadedData.ts";
import { asIn } from "./sameColumns.ts";

type AnyData = PoisoningStudy["data"] & Partial<Study["data"]>;

/** The rows of a study. */
export interface StudyRows {
  readonly train: Dataset;
  readonly test?: Dataset | undefined;
}

/**
 * What models that are given make of the rows: the form and the classes that they take, themselves, what is suspicious.
 */
export interface RowsOfModels extends StudyRows, Pick<StudyData, "models"> {
  readonly warnings: readonly string[];
}

/**
 * Reads the study's data into the plan, in the form that `suited` gives them. Paths stay out of it: data are known by
 * their content.
 */
export async function loadStudyData(
  plan: PlanBuilder,
  study: SingleStudy,
  suited: (rows: StudyRows) => Promise<RowsOfModels> = async (rows) => ({ ...rows, warnings: [] }),
  taken?: DataTask["taken"],
): Promise<{ data: StudyData; readings: ReadonlyMap<string, DataReading>; warnings: readonly string[] }> {
  const { train, test, classes, positive, binary, select, scaling, ...reading }: AnyData = study.data;
  const readings = new Map<string, DataReading>();
  const read = async (
    spec: string,
    like?: { readonly loaded: LoadedData; readonly classNames: readonly string[]; readonly columns?: Int32Array },
  ) => {
    const loaded = await loadDataset(spec, { ...reading, ...(taken && { taken }) });
    readings.set(spec, loaded.reading);
    const { contentHash } = loaded;
    const given = like ? asIn(like.loaded, loaded, "data.test") : loaded.dataset;
    const all = binary ? withBinaryFeatures(given) : given;
    const kept = classes ? keepClasses(all, classes) : like ? withClasses(all, like.classNames) : all;
    const labelled = positive === undefined ? kept : againstRest(kept, positive);
    const columns = like
      ? like.columns
      : select !== undefined && select < featureCount(kept)
        ? selectColumns(labelled, select)
        : undefined;
    const chosen = columns ? takeColumns(labelled, columns) : labelled;
    const dataset = withScaling(chosen, scaling);
    return { dataset, loaded, contentHash, classNames: kept.classNames, ...(columns && { columns }) };
  };
  const forTraining = await read(train);
  const forTest = test === undefined ? undefined : await read(test, forTraining);
  const [first, second] = withSameBounds(forTraining.dataset, forTest?.dataset);
  const { train: own, test: other, models, warnings } = await suited({ train: first, test: second });
  const source = (dataset: Dataset, hash: string) => ({ part: plan.data(dataset), dataset, hash });
  const schema = "features" in study ? study.features : undefined;
  // Rows of both files are held against it; scales are those of the rows learned from.
  const known = schema && typeof schema === "object" ? featuresOf(writtenAt(schema), own, other) : undefined;
  return {
    readings,
    warnings: [...warnings, ...(known?.warnings ?? [])],
    data: {
      ...(known && { features: known.features }),
      ...(models && { models }),
      train: source(own, forTraining.contentHash),
      ...(other && forTest && { test: source(other, forTest.contentHash) }),
    },
  };
}
