// What is audited, as parts of a plan: what the kinds of targets have in common.

import {
  argMax,
  type Dataset,
  denseRows,
  featureCount,
  InputError,
  permutation,
  rowCount,
  type Scorer,
  splitHalves,
  stream,
  subsample,
  takeRows,
} from "@carom/core";
import {
  classPosition,
  describeReading,
  keepRows,
  withSameBounds,
  withSameValues,
  withScaling,
} from "@carom/core/data";
import { describeScaling, isScaled, type TrainingSize } from "@carom/core/learners";
import type { AuditParts, AuditQuestion, Services } from "@carom/core/study";
import { chosenFeatures, type FeaturesOfData, type FeaturesOptions } from "../host/featuresFile.ts";
import type { Ledger } from "../host/http/ledger.ts";
import type { RemoteTarget } from "../host/http/target.ts";
import type { LoadedData } from "../host/loadedData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { asIn } from "../host/sameColumns.ts";
import type { DataFileOptions } from "../ui/dataOptions.ts";
import type { CommonOptions } from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import type { ScalingOptions } from "../ui/scalingOption.ts";
import type { AddressOptions } from "../ui/targetOptions.ts";
import type { UnitsOptions } from "../ui/unitsOption.ts";
import type { GateOptions } from "./auditGate.ts";
import type { RunOptions } from "./runAsked.ts";

export interface AuditOptions
  extends CommonOptions,
    DataFileOptions,
    ScalingOptions,
    UnitsOptions,
    FeaturesOptions,
    AddressOptions,
    RunOptions,
    ModelOptions,
    GateOptions {
  readonly target?: string;
  readonly data?: string;
  readonly train?: string;
  readonly labels: "true" | "target";
  readonly points?: number;
  readonly norm: string;
  readonly epsilon?: number[];
  /** Names of learners. */
  readonly surrogates?: readonly string[];
  /** Names of attackers beside the strongest attack on each surrogate by itself. */
  readonly attackers?: readonly string[];
  /** The attack on each surrogate in place of the strongest. */
  readonly attack?: string;
  readonly surrogateFraction: number;
  /** The class that points of others should end in. */
  readonly targetClass?: string;
  /** What attackers raise. */
  readonly objective?: string;
}

/** What is audited, as parts of a plan, and what the report says of them. */
export interface Subject {
  readonly parts: AuditParts;
  readonly asked: AuditQuestion["asked"];
  /** The attacked points; budgets are measured by them. */
  readonly attacked: Dataset;
  /** What a features file says of them. */
  readonly known?: FeaturesOfData;
  /** How much surrogates learn from. */
  readonly training: TrainingSize;
  /** The target, where it can only be asked, and what is written down of its answers. */
  readonly services?: Services<RemoteTarget>;
  readonly ledger?: Ledger;
}

/** The user's data: `--data`, and `--train` where it was given. */
interface UserData {
  readonly loaded: LoadedData;
  readonly separate: LoadedData | undefined;
  /** Names the files of both. */
  readonly dataHash: string;
  /** What both are known by, as they were read. */
  readonly dataIdentity: string;
}

/** @throws InputError where there are no data */
export async function loadUserData(options: AuditOptions): Promise<UserData> {
  if (options.data === undefined) {
    throw new InputError("missing", "option --data", {
      expected: "labelled data like the target's",
      got: "none",
      remedy: "give a file with --data",
    });
  }
  const first = await readDataFor(options.target, options.data, options);
  const second = options.train === undefined ? undefined : await readDataFor(options.target, options.train, options);
  // Either file may have words that the other lacks.
  const [own, others] = second ? withSameValues(first.dataset, second.dataset) : [first.dataset, undefined];
  const loaded = { ...first, dataset: own };
  const train = second && { ...second, dataset: others! };
  const separate = train && { ...train, dataset: asIn(loaded, train, "--train") };
  const ofBoth = (of: (data: LoadedData) => string) => (separate ? `${of(loaded)} and ${of(separate)}` : of(loaded));
  const known = { dataHash: ofBoth((data) => data.contentHash), dataIdentity: ofBoth((data) => data.identity) };
  // Both files together show what values features take.
  const [dataset, other] = withSameBounds(loaded.dataset, separate?.dataset);
  return { loaded: { ...loaded, dataset }, separate: other && { ...separate!, dataset: other }, ...known };
}

/**
 * What trains the surrogates and what is attacked, once rows are as the target has them.
 *
 * The data given are no more: the larger part keeps their memory, as a second copy of it might have no room.
 */
export async function splitUserData(
  { loaded, separate }: UserData,
  options: AuditOptions,
  shaped: (data: Dataset) => Dataset | Promise<Dataset>,
) {
  const data = await shaped(loaded.dataset);
  const other = separate && (await shaped(separate.dataset));
  // All rows that were given are held against the file, whichever are drawn.
  const known = await chosenFeatures(options, data, other);
  // Rows are chosen by number before any is copied.
  const all = (rows: Dataset) => Int32Array.from({ length: rowCount(rows) }, (_, i) => i);
  const [trainingRows, attackedRows] = other
    ? [all(other), all(data)]
    : splitHalves(data, stream(options.seed, "audit", "split"));
  const learned = other ?? data;
  const toLearn = fractionOf(trainingRows, learned.labels, options);
  // Of classes that only the target names more is known later.
  const own = options.targetClass === undefined ? undefined : classPosition(data.classNames, options.targetClass);
  const toAttack = pointsOf(
    attackedRows.filter((row) => data.labels[row] !== own),
    options,
  );
  const [training, attacked] = other
    ? [keepRows(other, toLearn), keepRows(data, toAttack)]
    : divided(data, toLearn, toAttack);
  return { training: withScaling(training, options.scaling), attacked, ...(known && { known }) };
}

/** Two parts of data, the larger one in the memory of all. */
function divided(data: Dataset, a: Int32Array, b: Int32Array): readonly [Dataset, Dataset] {
  if (a.length < b.length) return [takeRows(data, a), keepRows(data, b)];
  const small = takeRows(data, b);
  return [keepRows(data, a), small];
}

/**
 * What the report says of how the data were read and divided, where nobody said how, and of how surrogates see
 * features.
 */
export function dataDefaults({ loaded, separate }: UserData, training: Dataset): string[] {
  return [
    describeReading("--data", loaded.reading),
    separate
      ? describeReading("--train", separate.reading)
      : "a stratified half of --data, equal rows kept together, trains the surrogates; the other half is attacked",
    ...(isScaled(training) ? [`scaling inside the surrogates: ${describeScaling(training)}`] : []),
  ];
}

/** Rows that are asked about at a time, and numbers, so that sparse ones are not all written out at once. */
const [BLOCK, NUMBERS] = [1000, 2 ** 21];

/** The same rows with the labels that the target gives them. */
export async function labelledBy(target: Pick<Scorer, "scores">, data: Dataset): Promise<Dataset> {
  const labels = new Int32Array(rowCount(data));
  const rows = Math.max(1, Math.min(BLOCK, Math.floor(NUMBERS / featureCount(data))));
  for (let from = 0; from < labels.length; from += rows) {
    const to = Math.min(labels.length, from + rows);
    labels.set(argMax(await target.scores(denseRows(data, from, to))), from);
  }
  const none = labels.indexOf(-1);
  if (none >= 0) {
    throw new InputError("invalid", `answer of the target on row ${none}`, {
      expected: "a score for each class",
      got: "NaN",
      remedy: "leave the row out, or train surrogates on true labels (--labels true)",
    });
  }
  return { ...data, labels };
}

/** The share of rows that surrogates learn from, the same of every class. */
export function fractionOf(
  rows: Int32Array,
  labels: Int32Array,
  { surrogateFraction, seed }: Pick<AuditOptions, "surrogateFraction" | "seed">,
): Int32Array {
  if (surrogateFraction === 1) return rows;
  const own = rows.map((row) => labels[row]);
  const places = Int32Array.from({ length: rows.length }, (_, i) => i);
  return subsample(places, own, surrogateFraction, stream(seed, "audit", "fraction")).map((place) => rows[place]);
}

/** A random sample of as many rows as are to be attacked; for one seed, fewer are among more. */
export function pointsOf(rows: Int32Array, { points, seed }: Pick<AuditOptions, "points" | "seed">): Int32Array {
  if (points === undefined || points >= rows.length) return rows;
  const order = permutation(stream(seed, "audit", "points"), rows.length);
  return order
    .slice(0, points)
    .sort()
    .map((place) => rows[place]);
}
