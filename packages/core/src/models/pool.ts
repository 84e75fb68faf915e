// Opened models, kept by the runtime for who asks next: tasks that follow each other work on the same few models.

import { closeLongestUnused, type Held } from "./held.ts";
import type { Model } from "./model.ts";
import { type OpenModel, openModel } from "./open.ts";
import type { Runtime } from "./runtime.ts";

interface Kept extends Held {
  readonly opened: Promise<OpenModel>;
  users: number;
}

/** Of each runtime the models that are open, the one used last at the end. Who lets a model go loses nothing by it. */
const pools = new WeakMap<Runtime, Map<Model, Kept>>();

/**
 * What `use` makes of a model, opened or taken from the runtime's pool; it goes back there whatever happens, and is
 * closed when others have taken its place. A model is known by its identity: equal files read twice are two.
 *
 * @throws InputError where the model cannot be opened, and whatever `use` throws
 */
export async function withModel<T>(runtime: Runtime, model: Model, use: (opened: OpenModel) => Promise<T>): Promise<T> {
  const pool = pools.get(runtime) ?? new Map<Model, Kept>();
  pools.set(runtime, pool);
  const kept = pool.get(model) ?? { opened: openModel(runtime, model), bytes: model.bytes.length, users: 0 };
  pool.delete(model);
  pool.set(model, kept);
  kept.users++;
  try {
    return await use(await kept.opened);
  } catch (error) {
    // It may be the model's own fault; the next who asks begins anew.
    if (pool.get(model) === kept) pool.delete(model);
    throw error;
  } finally {
    kept.users--;
    if (kept.users === 0 && pool.get(model) !== kept) await close(kept);
    const { models, bytes } = runtime.limits.pool;
    await closeLongestUnused(pool, (rest) => rest.count <= models && rest.bytes <= bytes, close);
  }
}

/** The same of several models. */
export function withModels<T>(
  runtime: Runtime,
  [first, ...rest]: readonly Model[],
  use: (opened: readonly OpenModel[]) => Promise<T>,
): Promise<T> {
  return withModel(runtime, first, (opened) =>
    rest.length === 0 ? use([opened]) : withModels(runtime, rest, (others) => use([opened, ...others])),
  );
}

async function close({ opened }: Kept): Promise<void> {
  const model = await opened.catch(() => undefined);
  await model?.close();
}
