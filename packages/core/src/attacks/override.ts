// Another way to estimate or to judge, put over the context of an attack.

import type { AttackContext } from "./attack.ts";

/**
 * The context with some of its parts replaced, as who estimates gradients in another way needs it. The shortcut through
 * the model's own graph, which asks neither gradient nor projection, is withdrawn wherever it would bypass what is
 * replaced.
 */
export function overrideContext(context: AttackContext, parts: Partial<Omit<AttackContext, "ascend">>): AttackContext {
  const { ascend, ...rest } = context;
  const bypassed = ["gradient", "scaleSteps", "project", "clip", "steepest", "budget", "origin"] as const;
  const isBypassed = bypassed.some((part) => parts[part] !== undefined);
  return { ...rest, ...(ascend && !isBypassed && { ascend }), ...parts };
}
