// Computes one task: reads what it is given, runs its kind, writes what comes of it, with the name of the runtime.

import type { Runtime } from "../../models/runtime.ts";
import type { Service } from "../../models/service.ts";
import { codecs, taskKinds } from "../tasks/index.ts";
import type { Workers } from "./execute.ts";
import { valuesOf } from "./reference.ts";
import { readRef, type Store } from "./store.ts";
import type { Task, TaskHost } from "./task.ts";

/** Services that tasks may ask, by the key of what identifies each. */
export type Services<S extends Service = Service> = ReadonlyMap<string, S>;

/** Computes a task whose inputs are in the store, and writes what it found there. @throws MissingInput */
export async function runTask(
  task: Task,
  store: Store,
  runtime: Runtime,
  onProgress: (done: number) => void = () => {},
  services?: Services,
): Promise<void> {
  const kind = taskKinds[task.kind];
  const values = await valuesOf(task.given, ({ key, holds }) => readRef(store, { key, codec: codecs[holds] }));
  const rooms: { close(): Promise<void> }[] = [];
  const room: TaskHost["room"] = async (type, shape) => {
    const given = await store.room(type, shape);
    rooms.push(given);
    return given;
  };
  try {
    // What a plan was given by its types comes back from JSON: the one place where types are taken on trust.
    const service = services?.get(task.inputs.service);
    const found = await kind.run(task.parameters, values as object, { runtime, service, room, onProgress });
    await store.write(task.key, { ...kind.output.encode(found), computedBy: runtime.identity });
  } finally {
    for (const each of rooms) await each.close();
  }
}

/** Workers that are this process itself, one task at a time. */
export function inProcess(store: Store, runtime: Runtime, services?: Services): Workers {
  return { count: 1, run: (task, onProgress) => runTask(task, store, runtime, onProgress, services) };
}
