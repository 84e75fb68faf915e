// References to artifacts, typed by what they hold, and what a task is given: plain values with references in them.

import { type Dataset, takeRows } from "../../data/dataset.ts";
import type { Json, Parameters } from "./artifact.ts";
import type { Codec } from "./codec.ts";

/** An artifact that a task makes or that is given from outside, known by its key alone. */
export interface Ref<T> {
  readonly key: string;
  readonly codec: Codec<T>;
  /** The learner whose model it is about, and how many rows it is about, where known: estimates depend on it, alone. */
  readonly learner?: string;
  readonly rows?: number;
  /** Of a model whose scores are affine, in how many features they have a slope at most, where known. */
  readonly weighed?: number;
}

/** The rows of each part of a split. */
export type Split = readonly Int32Array[];

/** Rows of a dataset: all of them, or those of one part of a split. */
export interface Part {
  readonly data: Ref<Dataset>;
  readonly split?: Ref<Split>;
  readonly part?: number;
  /**
   * How many rows it has, about, how many features, and of sparse rows how many numbers each stores in the mean, absent
   * where they are dense: estimates depend on it, and nothing else.
   */
  readonly rows: number;
  readonly features: number;
  readonly perRow?: number;
}

/** What a task sees in place of what it is given: values in place of references, rows in place of parts. */
export type Values<A> =
  A extends Ref<infer T>
    ? T
    : A extends Part
      ? Dataset
      : A extends object
        ? { readonly [Name in keyof A]: Values<A[Name]> }
        : A;

/** A part of a split. */
export function partAt(whole: Part, split: Ref<Split>, part: number, rows: number): Part {
  return { ...whole, split, part, rows: Math.round(rows) };
}

/** A reference as a task is sent to a worker. */
interface SentRef {
  readonly key: string;
  /** Name of the codec. */
  readonly holds: string;
}

/** What a task is given, as plain data. */
export function sent(given: unknown): Json | undefined {
  if (isRef(given)) return { key: given.key, holds: given.codec.name };
  if (Array.isArray(given)) return given.map((each) => sent(each) ?? null);
  if (given === null || typeof given !== "object") return given as Json | undefined;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, sent(value)]));
}

/** The values of what `sent` made; `read` decodes an artifact. */
export async function valuesOf(given: unknown, read: (ref: SentRef) => Promise<unknown>): Promise<unknown> {
  if (given === null || typeof given !== "object") return given;
  if (isSentRef(given)) return read(given);
  if (Array.isArray(given)) return Promise.all(given.map((each) => valuesOf(each, read)));
  const values = await Promise.all(
    Object.entries(given).map(async ([name, value]) => [name, await valuesOf(value, read)] as const),
  );
  const found = Object.fromEntries(values);
  if (!("data" in given && isSentRef(given.data))) return found;
  const { data, split, part } = found as { readonly data: Dataset; readonly split?: Split; readonly part: number };
  return split ? takeRows(data, split[part]) : data;
}

/**
 * What the key of a task is made of: plain parameters, and keys of artifacts under names.
 *
 * A reference has the name of its field, in a list of things with ids `field:id`; a part has `name`, `name:split`, and
 * its position among the parameters. A thing of which nothing plain is left but its id becomes that id. Of a list of
 * references, which `lists` must name, `lists[field]:0` and so on are names, and its length is a parameter.
 */
export function keyDocument(
  parameters: object,
  inputs: object,
  lists: Readonly<Record<string, string>> = {},
): { readonly parameters: Parameters; readonly inputs: Record<string, string> } {
  const keys: Record<string, string> = {};
  const places: Record<string, Json | undefined> = {};
  /** Notes the references under a name; returns what plain data remain. */
  const plain = (value: unknown, field: string, path: string): Json | undefined => {
    if (isRef(value)) {
      keys[field + path] = value.key;
      return undefined;
    }
    if (isPart(value)) {
      keys[field + path] = value.data.key;
      if (value.split) keys[`${field}${path}:split`] = value.split.key;
      places[`${field}${path}:part`] = value.part;
      return undefined;
    }
    if (Array.isArray(value)) {
      const one = lists[field];
      if (one === undefined) return value.map((each) => plain(each, field, path) ?? null);
      for (const [i, each] of value.entries()) plain(each, one, `${path}:${i}`);
      return value.length;
    }
    if (value === null || typeof value !== "object") return value as Json | undefined;
    const within = "id" in value ? `${path}:${[value.id].flat().join(":")}` : path;
    const rest = Object.entries(value).flatMap(([name, each]) => {
      const left = plain(each, name, within);
      return left === undefined ? [] : [[name, left] as const];
    });
    return rest.length === 1 && rest[0][0] === "id" ? rest[0][1] : Object.fromEntries(rest);
  };
  const rest = Object.entries(inputs).map(([name, value]) => [name, plain(value, name, "")] as const);
  return { parameters: { ...parameters, ...Object.fromEntries(rest), ...places }, inputs: keys };
}

function isRef(value: unknown): value is Ref<unknown> {
  return typeof value === "object" && value !== null && "codec" in value;
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && "data" in value && isRef(value.data);
}

function isSentRef(value: unknown): value is SentRef {
  return typeof value === "object" && value !== null && "holds" in value;
}
