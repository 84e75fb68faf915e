// The address of all that is shown, to be passed on.

import { useState } from "preact/hooks";
import { hashOf } from "../address.ts";
import { view } from "../state.ts";

export function Share() {
  // What was copied is what is shown until something changes.
  const [copied, setCopied] = useState("");
  const now = hashOf(view.value);
  const copy = async () => {
    const address = location.href.replace(/#.*$/, "") + now;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      prompt("The address of what is shown:", address);
    }
    setCopied(now);
  };
  return (
    <p class="share">
      <button type="button" onClick={copy}>
        Copy a link to this state
      </button>{" "}
      <span role="status">{copied === now ? "copied" : ""}</span>
    </p>
  );
}
