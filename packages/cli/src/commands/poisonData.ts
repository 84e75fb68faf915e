// The data of `carom poison`: what is learned from, what decides which points are crafted, and what errors are counted
// on, in one numbering of classes.

import { type Dataset, InputError, rowCount } from "@carom/core";
import { type DataReading, sharedRows, withClasses, withScaling } from "@carom/core/data";
import { asIn } from "../host/sameColumns.ts";
import type { DataFileOptions } from "../ui/dataOptions.ts";
import { required } from "../ui/options.ts";
import { readData } from "../ui/readData.ts";
import type { ScalingOptions } from "../ui/scalingOption.ts";

export interface PoisonDataOptions extends DataFileOptions, ScalingOptions {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly targetTrain?: string;
  readonly allowOverlap?: boolean;
}

export interface PoisonData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test?: Dataset;
  readonly targetTrain?: Dataset;
  readonly readings: Readonly<Record<string, DataReading>>;
}

/** Reads the data; classes are numbered and features bounded as in the training data. */
export async function readPoisonData(options: PoisonDataOptions): Promise<PoisonData> {
  const file = required("poison", options.train, "option --train", "what the learner is trained on");
  const first = await readData(file, options);
  const train = withScaling(first.dataset, options.scaling);
  const readings: Record<string, DataReading> = { train: first.reading };
  const read = async (flag: string, spec: string) => {
    const loaded = await readData(spec, options);
    readings[flag] = loaded.reading;
    const dataset = asIn(first, loaded, `--${flag}`);
    return withScaling({ ...withClasses(dataset, train.classNames), domain: train.domain }, options.scaling);
  };
  const validation = await read(
    "validation",
    required("poison", options.validation, "option --validation", "data whose loss is to rise"),
  );
  const test = options.test === undefined ? undefined : await read("test", options.test);
  const own = options.targetTrain === undefined ? undefined : await read("target-train", options.targetTrain);
  return { train, validation, readings, ...(test && { test }), ...(own && { targetTrain: own }) };
}

/** What of the data is among what is learned from. @throws InputError where that is not allowed. */
export function checkOverlap({ train, validation, test, targetTrain }: PoisonData, allowed: boolean): string[] {
  const pairs = [
    ["validation", validation, "the training data", train],
    ["test", test, "the training data", train],
    ["test", test, "the validation data", validation],
    ["test", test, "the target's training data", targetTrain],
  ] as const;
  return pairs.flatMap(([name, data, otherName, other]) => {
    const shared = data && other ? sharedRows(data, other) : 0;
    if (shared === 0) return [];
    if (allowed) return [`${shared} of ${rowCount(data!)} ${name} rows are among ${otherName}`];
    throw new InputError("invalid", `${name} data`, {
      expected: `rows that are not among ${otherName}`,
      got: `${shared} of ${rowCount(data!)} that are`,
      remedy: "give other rows, or say --allow-overlap",
    });
  });
}
