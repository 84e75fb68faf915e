// Budgets that are reached by moving there, where motion is welcome.

import { show, view } from "./state.ts";

/** For how long a budget moves, in milliseconds. */
const DURATION = 700;

/** Moves the slider of the budget to a place, or puts it there at once where the user asks for less motion. */
export function glide(to: number): void {
  const from = view.peek().epsilon;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show({ epsilon: to });
    return;
  }
  const start = performance.now();
  let last = from;
  const move = (now: number) => {
    // Whoever takes hold of the slider meanwhile has it.
    if (view.peek().epsilon !== last) return;
    const share = Math.min(1, Math.max(0, (now - start) / DURATION));
    show({ epsilon: share < 1 ? from + share * (to - from) : to });
    last = view.peek().epsilon;
    if (share < 1) requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
}
