// Parts of the page that cost much are computed when they come near sight, or when the page is printed.

import type { Signal } from "@preact/signals";

/** How far outside of the window is near, as a share of it: what is scrolled to is on its way by then. */
const MARGIN = "50%";

/** Says whether an element is near, until what comes back is called. */
export function whileNear(element: Element, near: Signal<boolean>): () => void {
  const observer = new IntersectionObserver(
    (changes) => {
      near.value = changes.at(-1)!.isIntersecting;
    },
    { rootMargin: MARGIN },
  );
  const print = () => {
    near.value = true;
  };
  observer.observe(element);
  addEventListener("beforeprint", print);
  return () => {
    observer.disconnect();
    removeEventListener("beforeprint", print);
    near.value = false;
  };
}
