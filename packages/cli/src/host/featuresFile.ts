// Features files: what the columns of a table are, may become, and have to satisfy.

import { InputError } from "@carom/core";
import { type Dataset, rowCount } from "@carom/core/data";
import {
  type Broken,
  checkRows,
  type FeatureSchema,
  featureJsonSchema,
  featureSchema,
  type Place,
  type ResolvedFeatures,
  resolveFeatures,
  wayOnly,
} from "@carom/core/features";
import type { Command } from "commander";
import { readDocument } from "./document.ts";

export interface FeaturesOptions {
  /** A features file, or what was read in one. */
  readonly features?: string | FeatureSchema;
}

/** Options that say in another way what a features file says. */
const others = ["mask", "addOnly", "removeOnly", "kind", "round", "units"] as const;

/** Adds --features. */
export function withFeaturesOption(command: Command): Command {
  return command.option(
    "--features <file>",
    "what columns are, cost, may become and have to satisfy, a .yaml file; budgets are then in units of cost",
  );
}

/**
 * What the features file that options name says of a table; undefined where they name none.
 *
 * @throws InputError for options that say it in another way
 */
export async function chosenFeatures(
  options: FeaturesOptions & { readonly [other in (typeof others)[number]]?: unknown },
  data: Dataset,
  more?: Dataset,
): Promise<FeaturesOfData | undefined> {
  if (options.features === undefined) return undefined;
  const other = others.find((name) => options[name] !== undefined);
  if (other !== undefined) {
    const name = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new InputError("invalid", `option ${name}`, {
      expected: "none beside --features, which says it of each column",
      got: "both",
      remedy: "leave one of them out",
    });
  }
  const { features } = options;
  return featuresOf(typeof features === "string" ? await readFeatures(features) : writtenAt(features), data, more);
}

/** A features file as it was read. */
interface WrittenFeatures {
  readonly schema: FeatureSchema;
  readonly place: Place;
}

/** The schema in a features file. @throws InputError for what is none, with its file, line and column */
export async function readFeatures(path: string): Promise<WrittenFeatures> {
  const document = await readDocument("features file", path);
  const schema = document.checked<FeatureSchema>(featureSchema, featureJsonSchema(), "see the README for an example");
  return { schema, place: document.place };
}

/** A schema for the columns of a table, whose rows were held against it. */
export interface FeaturesOfData {
  readonly features: ResolvedFeatures;
  /** What is told of rows that do not satisfy it. */
  readonly warnings: readonly string[];
}

/** Resolves a schema for a table. @throws InputError for what does not fit its rows, or further ones, with its place */
export function featuresOf({ schema, place }: WrittenFeatures, data: Dataset, more?: Dataset): FeaturesOfData {
  const features = resolveFeatures(schema, data, place);
  const warnings = [data, ...(more ? [more] : [])].flatMap((rows) =>
    checkRows(features, rows, place).map((broken) => sentence(broken, rowCount(rows))),
  );
  return { features, warnings };
}

/** Where schemas stand that were read: objects of their own, as they are passed on. */
const places = new WeakMap<FeatureSchema, Place>();

/** A schema with where it stands, if it was read from a file. */
export function writtenAt(schema: FeatureSchema): WrittenFeatures {
  return { schema, place: places.get(schema) ?? wayOnly };
}

/** Remembers where a schema stands. */
export function rememberPlace({ schema, place }: WrittenFeatures): FeatureSchema {
  places.set(schema, place);
  return schema;
}

function sentence({ relation, rows }: Broken, of: number): string {
  return (
    `${rows} of ${of} rows do not satisfy "${relation}" as they are; no point made from them counts unless it ` +
    "does."
  );
}
