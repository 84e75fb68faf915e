// A plan: the tasks that a question needs, each once, and the artifacts that are given.

import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { sizeOfTraining } from "../../learners/trainingSize.ts";
import { hasAffineScores } from "../../models/affine.ts";
import type { Model } from "../../models/model.ts";
import { datasetCodec } from "../tasks/dataset.ts";
import { modelCodec, type StoredModel } from "../tasks/fit.ts";
import { type Artifact, hashArtifact, type Parameters } from "./artifact.ts";
import type { Codec } from "./codec.ts";
import { keyDocument, type Part, type Ref, sent } from "./reference.ts";
import { hashJson, type Task, type TaskKind, taskKey } from "./task.ts";

/** Tasks to compute, and the artifacts that they begin with. */
export interface Plan {
  /** In an order in which inputs come before what needs them. */
  readonly tasks: readonly Task[];
  /** Artifacts that no task makes, such as the data, by key. */
  readonly sources: ReadonlyMap<string, Artifact>;
}

/** A plan under construction. Adding the same task again gives the same key and no second task. */
export interface PlanBuilder extends Plan {
  /**
   * Adds what is given from outside, under the hash of its content. So whatever changed the reading of a file, an
   * option or the program, is in the key of all that is computed from it, and what changed nothing is not.
   */
  source<T>(codec: Codec<T>, value: T): Ref<T>;
  /** Adds a model from outside. */
  model(model: Model): Ref<StoredModel>;
  /** Adds data from outside. */
  data(dataset: Dataset): Part;
  /** How many tasks there are. */
  size(): number;
  /** @throws InputError where so many tasks more are too many */
  requireRoom(tasks: number): void;
  /** Adds a task; returns a reference to what will come of it. */
  add<P extends object, I extends object, T>(kind: TaskKind<P, I, T>, parameters: P, inputs: I, label: string): Ref<T>;
}

/**
 * More tasks than anyone waits for: of a minute each they take seventy machines a day. A file that asks for a billion
 * repetitions would fill the memory with its plan, a kilobyte for each task.
 */
const MOST_TASKS = 100_000;

/** A plan without tasks; `add` throws InputError beyond the most it may have. */
export function startPlan(most = MOST_TASKS): PlanBuilder {
  const tasks = new Map<string, Task>();
  const sources = new Map<string, Artifact>();
  const source = <T>(codec: Codec<T>, value: T): Ref<T> => {
    const artifact = codec.encode(value);
    const key = hashJson(["source", { content: hashArtifact(artifact) }]);
    sources.set(key, artifact);
    return { key, codec };
  };
  const requireRoom = (more: number) => {
    if (tasks.size + more > most) throw tooMany(most);
  };
  return {
    get tasks() {
      return [...tasks.values()];
    },
    sources,
    source,
    size: () => tasks.size,
    requireRoom,
    model: (model) => ({ ...source(modelCodec, { bytes: model.bytes }), ...weighedBy(model) }),
    data: (dataset) => ({ data: source(datasetCodec, dataset), ...sizeOfTraining(dataset) }),
    add(kind, parameters, inputs, label) {
      const document = keyDocument(parameters, inputs, kind.lists);
      const key = taskKey(kind.name, kind.version, document.parameters, document.inputs);
      const { seconds, bytes = FEW, learner, rows, weighed, movesAll } = kind.estimate(parameters, inputs);
      const { name, asks } = kind;
      if (!tasks.has(key)) {
        requireRoom(1);
        tasks.set(key, {
          ...{ key, kind: name, label, seconds, bytes, inputs: document.inputs },
          ...(asks && { asks }),
          ...(rows !== undefined && { rows }),
          ...(movesAll && { movesAll }),
          parameters: parameters as Parameters,
          given: sent(inputs)!,
          family: learner === undefined ? name : `${name} ${learner}`,
        });
      }
      const about = {
        ...(learner !== undefined && { learner }),
        ...(rows !== undefined && { rows }),
        ...(weighed !== undefined && { weighed }),
      };
      return { key, codec: kind.output, ...about };
    },
  };
}

/** The features in which a model from outside may have a slope, where its scores are affine: all. */
function weighedBy(model: Model): { readonly weighed?: number } {
  const shape = hasAffineScores(model) && !model.probabilities ? model.onnx!.graph.inputs[0].shape : undefined;
  const features = shape?.slice(1).reduce<number>((product, size) => product * Number(size), 1);
  return features === undefined || Number.isNaN(features) ? {} : { weighed: features };
}

/** Bytes that a disk takes for an artifact that is small: most are. */
const FEW = 4096;

function tooMany(most: number): InputError {
  return new InputError("unsupported", "size of the study", {
    expected: `up to ${most} tasks`,
    got: "more",
    remedy: "give fewer repetitions or models, or make several studies of it",
  });
}
