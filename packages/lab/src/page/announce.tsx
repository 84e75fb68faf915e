// What a screen reader says: a sentence once it stands still, so that a slider on its way is not spelled out.

import { useEffect, useState } from "preact/hooks";

/** For how long a sentence must be the same, in milliseconds. */
const STILL = 1000;

export function Announce({ text }: { readonly text: string }) {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => say(text), STILL);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
