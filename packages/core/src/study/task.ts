// Work is a graph of pure tasks: what a task computes follows from its kind, its parameters and its inputs, alone.

import { hashHex } from "../hash.ts";
import type { Runtime } from "../models/runtime.ts";
import type { Service } from "../models/service.ts";
import type { Artifact, Json } from "./artifact.ts";

export type Parameters = { readonly [name: string]: Json | undefined };

/** How a kind of task is computed. */
export interface TaskKind {
  /** Counted up when the same parameters and inputs would give another result. */
  readonly version: number;
  /** Whether it asks the service: such a task runs where the service is known, and waits more than it computes. */
  readonly asks?: true;
  run(parameters: Parameters, inputs: Readonly<Record<string, Artifact>>, host: TaskHost): Promise<Artifact>;
}

/** What surrounds a task and must not change its result. */
export interface TaskHost {
  readonly runtime: Runtime;
  /** The target, where it is one that can only be asked. */
  readonly service?: Service | undefined;
  onProgress(done: number): void;
}

/** A task of a plan. It refers to nothing but keys, so it can be computed in any process on any machine. */
export interface Task {
  readonly key: string;
  readonly kind: string;
  readonly parameters: Parameters;
  /** Keys of the artifacts it reads, by the name it knows them by. */
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
  if (Array.isArray(document)) return `[${document.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(document).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join(",")}}`;
}
