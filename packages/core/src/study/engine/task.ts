// Work is a graph of pure tasks: what a task computes follows from its kind, its parameters and its inputs, alone.

import { hashHex } from "../../hash.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Service } from "../../models/service.ts";
import type { RowsRoom } from "../../rows.ts";
import type { ElementType } from "../../tensor.ts";
import type { Json, Parameters } from "./artifact.ts";
import type { Codec } from "./codec.ts";
import type { Values } from "./reference.ts";

/**
 * A kind of task: what it is given (plain parameters P; inputs I, which hold references), what comes of it (T), and how
 * it is computed. A plan adds tasks of it, and a worker runs them.
 */
export interface TaskKind<P extends object, I extends object, T> {
  /** What keys call it. */
  readonly name: string;
  /** Counted up when the same parameters and inputs would give another result. */
  readonly version: number;
  readonly output: Codec<T>;
  /** Inputs that are lists of references, with what keys call each of theirs. */
  readonly lists?: Readonly<Record<string, string>>;
  /** Whether it asks the service: such a task runs where the service is known, and waits more than it computes. */
  readonly asks?: true;
  estimate(parameters: P, inputs: I): Estimate;
  run(parameters: P, inputs: Values<I>, host: TaskHost): Promise<T>;
}

/**
 * What a task will take, measured on one core of an ordinary machine with images of 784 features. Nothing but the order
 * of tasks and what people are told depends on it, and a store learns better numbers from the tasks that it saw.
 */
export interface Estimate {
  readonly seconds: number;
  /** Of its artifact; a few kilobytes where absent. */
  readonly bytes?: number;
  /** The learner whose models it is about: tasks of one take longer or shorter than estimated for the same reasons. */
  readonly learner?: string | undefined;
  /** Rows that its artifact is about, for estimates of tasks that read it. */
  readonly rows?: number;
  /** Of a model whose scores are affine, in how many features they have a slope at most. */
  readonly weighed?: number;
  /** Whether it makes large points of sparse rows, where another norm would leave most features as they are. */
  readonly movesAll?: boolean;
}

/** What surrounds a task and must not change its result. */
export interface TaskHost {
  readonly runtime: Runtime;
  /** The service that the task asks, where it asks one. */
  readonly service?: Service | undefined;
  /** Room for rows of the result that come some at a time, until it is written. */
  room<T extends ElementType>(type: T, shape: readonly number[]): Promise<RowsRoom<T>>;
  onProgress(done: number): void;
}

/** A task of a plan. It refers to nothing but keys, so it can be computed in any process on any machine. */
export interface Task {
  readonly key: string;
  readonly kind: string;
  readonly asks?: true;
  /** How many rows its artifact is about, where that is known; so many a task that asks sends at most. */
  readonly rows?: number;
  readonly movesAll?: boolean;
  /** What it is given: plain values, and references as `sent` writes them. */
  readonly parameters: Parameters;
  readonly given: Json;
  /** Keys of the artifacts it reads, by the names that its own key has them under. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What people are told that is being done. */
  readonly label: string;
  /** Estimated seconds, and bytes of its artifact. */
  readonly seconds: number;
  readonly bytes: number;
  /** What takes longer or shorter than estimated for the same reasons, such as "fit mlp"; the kind where absent. */
  readonly family?: string;
}

/** The key of a task: the hash of its kind, version, parameters and its inputs' keys. */
export function taskKey(
  kind: string,
  version: number,
  parameters: Parameters,
  inputs: Readonly<Record<string, string>>,
): string {
  return hashJson([kind, version, parameters, inputs]);
}

/** The SHA-256 of a JSON document, whatever the order in which names were written. */
export function hashJson(document: Json): string {
  return hashHex(canonicalJson(document));
}

function canonicalJson(document: Json | undefined): string {
  if (document === null || typeof document !== "object") return JSON.stringify(document ?? null);
  if (Array.isArray(document)) {
    // Lists of a million names are written at once.
    const isFlat = document.every((each) => each === null || typeof each !== "object");
    return isFlat ? JSON.stringify(document) : `[${document.map(canonicalJson).join(",")}]`;
  }
  const entries = Object.entries(document).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join(",")}}`;
}
