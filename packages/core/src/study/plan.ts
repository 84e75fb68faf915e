// A plan: the tasks that a question needs, each once, and the artifacts that are given.

import { type Artifact, hashArtifact } from "./artifact.ts";
import { hashJson, type Parameters, type Task, taskKey } from "./task.ts";
import { type TaskKindName, taskKinds } from "./tasks/index.ts";

export interface Plan {
  /** In an order in which inputs come before what needs them. */
  readonly tasks: readonly Task[];
  /** Artifacts that no task makes, such as the data, by key. */
  readonly sources: ReadonlyMap<string, Artifact>;
}

/** A plan under construction. Adding the same task again gives the same key and no second task. */
export interface PlanBuilder extends Plan {
  /**
   * Adds what is given from outside, under the hash of its content. So whatever changed the reading of a file, an option
   * or the program, is in the key of all that is computed from it, and what changed nothing is not.
   */
  source(artifact: Artifact): string;
  add(
    kind: TaskKindName,
    parameters: Parameters,
    inputs: Readonly<Record<string, string>>,
    about: {
      readonly label: string;
      readonly seconds: number;
      readonly bytes?: number;
      readonly learner?: string | undefined;
    },
  ): string;
}

export function startPlan(): PlanBuilder {
  const tasks = new Map<string, Task>();
  const sources = new Map<string, Artifact>();
  return {
    get tasks() {
      return [...tasks.values()];
    },
    sources,
    source(artifact) {
      const key = hashJson(["source", { content: hashArtifact(artifact) }]);
      sources.set(key, artifact);
      return key;
    },
    add(kind, parameters, inputs, { label, seconds, bytes = 20_000, learner = parameters.learner }) {
      const key = taskKey(kind, taskKinds[kind].version, parameters, inputs);
      const family = typeof learner === "string" ? `${kind} ${learner}` : kind;
      if (!tasks.has(key)) tasks.set(key, { key, kind, parameters, inputs, label, seconds, bytes, family });
      return key;
    },
  };
}
